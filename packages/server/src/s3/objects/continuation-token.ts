import { createHash } from 'node:crypto';
import { refusal } from '@tidegate/protocol';

const version = 'v1.';
const checkLength = 12;
const maxTokenLength = 4096;

/**
 * An opaque token for where a list goes on. `scope` is what the list is of (bucket, prefix): with another one the token is
 * refused, as it is when a character of it was changed. It says no more than a `start-after` and is judged like one (SEC-308).
 */
export function writeContinuationToken(scope: readonly string[], after: string): string {
  return Buffer.from(version + check(scope, after) + after, 'utf8').toString('base64url');
}

/** Reads a token of the same scope. @throws S3Error InvalidArgument for any other text */
export function readContinuationToken(scope: readonly string[], token: string): string {
  if (token.length <= maxTokenLength) {
    const text = Buffer.from(token, 'base64url').toString('utf8');
    const after = text.slice(version.length + checkLength);
    // Compared as it was written, so that one token has one spelling.
    if (text.startsWith(version) && writeContinuationToken(scope, after) === token) return after;
  }
  const fields = { ArgumentName: 'continuation-token', ArgumentValue: token.slice(0, 1024) };
  throw refusal('InvalidArgument', fields, undefined, 'The continuation token provided is incorrect');
}

function check(scope: readonly string[], after: string): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([...scope, after]), 'utf8');
  return hash.digest('base64url').slice(0, checkLength);
}
