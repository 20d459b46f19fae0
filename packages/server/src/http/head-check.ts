import { refusal, type S3Error } from '@tidegate/protocol';

/** Bounds of a request's head (security.md, section I). */
export type HeadLimits = {
  readonly maxHeaderBytes: number;
  readonly maxHeaderCount: number;
  readonly maxUrlBytes: number;
};

/** Headers that may be sent once only: Node takes the first of some and joins others, signers and proxies may take another. */
const onceOnly = new Set(['host', 'authorization', 'content-type', 'content-md5', 'range', 'content-length', 'expect']);

/**
 * What is wrong with the head as it came, before anything in it is used (SEC-406 to SEC-408). Node's parser has refused
 * malformed framing already. No object becomes a service worker, which would answer for its whole origin (SEC-502).
 */
export function checkHead(
  target: string,
  rawHeaders: readonly string[],
  httpVersion: string,
  limits: HeadLimits,
): S3Error | undefined {
  if (target.length > limits.maxUrlBytes) {
    return refusal('RequestURITooLong', { MaxSizeAllowed: limits.maxUrlBytes });
  }
  if (rawHeaders.length > limits.maxHeaderCount * 2) {
    return refusal('RequestHeaderSectionTooLarge', { MaxSizeAllowed: limits.maxHeaderBytes });
  }
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return refusal('BadRequest', {}, undefined, 'This server speaks HTTP/1.1.');
  }
  return checkNames(rawHeaders) ?? checkHost(rawHeaders, httpVersion);
}

function checkNames(rawHeaders: readonly string[]): S3Error | undefined {
  let seen: string[] | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (name === 'service-worker') return refusal('AccessDenied', {});
    if (!onceOnly.has(name) && !name.startsWith('x-amz-')) continue;
    if (seen === undefined) seen = [name];
    else if (seen.includes(name)) return repeated(name);
    else seen.push(name);
  }
  return undefined;
}

function repeated(name: string): S3Error {
  return refusal('InvalidRequest', {}, undefined, `The header ${name} was sent more than once.`);
}

// A host is a name or an address with an optional port; blanks and control characters never stand in one (SEC-408).
const hostForm = /^[A-Za-z0-9._~%!$&'()*+,;=-]*(?::\d{0,5})?$|^\[[0-9A-Fa-f:.]{2,45}\](?::\d{0,5})?$/;

function checkHost(rawHeaders: readonly string[], httpVersion: string): S3Error | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
    return hostForm.test(rawHeaders[at + 1] ?? '')
      ? undefined
      : refusal('BadRequest', {}, undefined, 'The Host header is not a host name.');
  }
  return httpVersion === '1.1' ? refusal('BadRequest', {}, undefined, 'The Host header is missing.') : undefined;
}
