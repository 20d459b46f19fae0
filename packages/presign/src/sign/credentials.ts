import type { HmacKey } from '#hash';
import { signingKey, signingKeyFrom } from '../hash/signing-key.ts';
import { fail } from '../values/presign-error.ts';
import { environment } from './env.ts';

/** Who signs. */
export interface Credentials {
  accessKeyId: string;
  /** One of the two. `signingKey` (32 bytes or hex) is a key derived for one date and region: signs without the secret. */
  secretAccessKey?: string;
  signingKey?: Uint8Array | string;
  sessionToken?: string;
  /** When temporary credentials end. Given, a link that would outlive them is refused (`CredentialsEndSooner`). */
  expiration?: Date | string;
}

/** Where credentials come from: themselves, a function that returns them at each signing (rotation), or a profile, as `fromProfile()` reads it. */
export type CredentialsSource = Credentials | (() => Credentials) | { readonly credentials: () => Credentials };

/** Credentials that have been checked, ready to sign. */
export type SigningIdentity = {
  readonly accessKeyId: string;
  readonly secret: string | undefined;
  readonly sessionToken: string | undefined;
  /** Infinity when they do not end. */
  readonly endsAtMs: number;
  /** SIG-21: the key of a day (yyyymmdd) and region. */
  readonly keyFor: (day: string, region: string, service?: string) => HmacKey;
};

function refuse(what: string, hint = 'Trim it where it is read.'): never {
  fail('CredentialsInvalid', what, 'credentials', hint);
}

/** The credentials that sign now (SIG-116). @throws PresignError CredentialsInvalid */
export function currentCredentials(source: CredentialsSource): Credentials {
  // JavaScript may pass anything: what is no object has no members, which `identify` reports.
  const { credentials = source }: { readonly credentials?: CredentialsSource } = Object(source);
  const found: Credentials & { then?: unknown } = Object(
    typeof credentials === 'function' ? credentials() : credentials,
  );
  if (found.then) refuse('credentials is a promise: await it first.', '');
  return found;
}

/** SIG-111: what was damaged when it was read is said here, not by a 403 at the far end. */
function checkText(name: string, text: string): void {
  const fault =
    ((typeof text !== 'string' || !text) && 'is empty') ||
    (text.endsWith('\n') && 'ends in a newline') ||
    (/\s/.test(text) && 'contains white space');
  if (fault) refuse(`The ${name} ${fault}.`);
}

/** @throws PresignError CredentialsInvalid */
export function checkCredentials(credentials: Credentials): SigningIdentity {
  return identify(credentials, signingKey);
}

/** As `checkCredentials`, with another way to a secret's key of a day. @throws PresignError CredentialsInvalid */
export function identify(credentials: Credentials, keyOf: typeof signingKey): SigningIdentity {
  const { accessKeyId, secretAccessKey: secret, signingKey: derived, sessionToken, expiration } = credentials;
  checkText('key id', accessKeyId);
  // SIG-42a: a credential is cut at '/'.
  if (accessKeyId.includes('/')) refuse("The key id contains '/'.");
  if ((secret === undefined) === (derived === undefined))
    refuse('Exactly one of secretAccessKey and signingKey is needed.');
  if (secret !== undefined) checkText('secret', secret);
  if (sessionToken) checkText('session token', sessionToken);
  const endsAtMs = expiration === undefined ? Number.POSITIVE_INFINITY : new Date(expiration).getTime();
  if (Number.isNaN(endsAtMs)) refuse('The expiration is not a time.');
  let keyFor: SigningIdentity['keyFor'] = (day, region, service) => keyOf(secret ?? '', day, region, service);
  if (derived !== undefined) {
    if (typeof derived === 'string' ? !/^[\da-f]{64}$/i.test(derived) : derived.length !== 32) {
      refuse('The signingKey is not 32 bytes or 64 hex digits.');
    }
    const key = signingKeyFrom(derived);
    keyFor = () => key;
  }
  return { accessKeyId, secret, sessionToken: sessionToken || undefined, endsAtMs, keyFor };
}

/**
 * Credentials from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
 * @throws PresignError CredentialsMissing
 */
export function environmentCredentials(): Credentials {
  const accessKeyId = environment('AWS_ACCESS_KEY_ID');
  const secretAccessKey = environment('AWS_SECRET_ACCESS_KEY');
  const sessionToken = environment('AWS_SESSION_TOKEN');
  if (!accessKeyId || !secretAccessKey) {
    fail(
      'CredentialsMissing',
      'No credentials: neither `credentials` nor AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set.',
      'credentials',
      "Pass `credentials`, or `fromProfile()` from '@tidegate/presign/node'.",
    );
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
