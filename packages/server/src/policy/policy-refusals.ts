import { refusal, type S3Error } from '@tidegate/protocol';

/** A policy that is not one. */
export function malformedPolicy(message: string): S3Error {
  return refusal('MalformedPolicy', {}, undefined, message);
}

/** A part of the policy language that this server does not evaluate: refused by name, never taken for absent (POL-1). */
export function notEvaluated(what: string): S3Error {
  return refusal(
    'NotImplemented',
    { AdditionalMessage: what },
    undefined,
    `${what} in a bucket policy is not evaluated by this server, so such a policy is refused.`,
  );
}
