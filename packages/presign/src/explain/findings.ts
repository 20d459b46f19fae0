import { isLimitName } from '../limits/limits.ts';
import { describeSeconds } from '../values/duration.ts';
import { splitPort } from '../wire/target.ts';
import type { Reading } from './inspect.ts';
import type { ReasonValues } from './reasons.ts';
import { fillEntry, type UrlReason, urlReasons } from './url-reasons.ts';

/** Something that whoever uses a URL should know. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly text: string;
  readonly fix?: string | undefined;
}

/** Longer lives are worth a word; SigV4 allows seven days. */
const longLifeSeconds = 86_400;
/** The limit of some older browsers, mail programs and chat tools (SIG-9). */
const longUrlCharacters = 2048;
const localHost = /^(?:localhost|.*\.localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/i;
/** CRC32 of nothing, as the JavaScript SDK's default presign writes it (SIG-46). */
const emptyChecksums: ReadonlySet<string> = new Set(['AAAAAA==']);

/** Everything worth saying about a URL, errors first. */
export function findingsOf(reading: Reading): readonly Finding[] {
  return [...errors(reading), ...warnings(reading), ...notes(reading)];
}

function* errors({ said, query, copiedFromHtml, malformed, limitFault }: Reading): Iterable<Finding> {
  if (copiedFromHtml) yield ofReason('AmpEscaped', {}, 'CopiedFromHtml');
  if (malformed !== undefined) yield ofReason('AuthMalformed', malformed.values);
  else if (said.kind === 'invalid') {
    yield { code: 'NotAUrl', severity: 'error', text: 'It cannot be read as a URL.', fix: 'Copy the whole URL.' };
  }
  const signature = query.find(([name]) => name === 'X-Amz-Signature')?.[1];
  if (said.kind === 'sigv4' && signature !== undefined && !/^[0-9a-f]{64}$/i.test(signature)) {
    yield ofReason('SignatureTruncated', { n: String(signature.replace(/[^0-9a-f]/gi, '').length) });
  }
  if (limitFault !== undefined) yield ofReason(limitFault.reason, limitFault);
  const unsigned = said.kind === 'sigv2' ? query.find(([name]) => isLimitName(name)) : undefined;
  if (unsigned !== undefined) {
    yield ofReason('LinkLimitUnsigned', { name: unsigned[0], why: 'a SigV2 URL does not sign it' });
  }
}

function* warnings({ said, url, query }: Reading): Iterable<Finding> {
  const host = splitPort(said.endpoint?.replace(/^[^:]*:\/\//, '') ?? '').name;
  if (localHost.test(host)) {
    yield {
      code: 'HostIsLocal',
      severity: 'warning',
      text: `It works on this machine only: the address is ${host}.`,
      fix: 'Sign with the public address.',
    };
  }
  if (said.kind === 'sigv2') {
    yield {
      code: 'SigV2Unlimited',
      severity: 'warning',
      text: 'SigV2 signs no query parameter but a few, no start and no longest life.',
      fix: "Sign with SigV4 (`signature_version='s3v4'`).",
    };
  }
  if (query.some(([name, value]) => /^x-amz-checksum-/i.test(name) && emptyChecksums.has(value))) {
    yield {
      code: 'ChecksumOfEmptyBody',
      severity: 'warning',
      text: 'It names the checksum of an empty body, which the SDK put in when it signed; some stores enforce it.',
      fix: 'Make the client with requestChecksumCalculation: WHEN_REQUIRED.',
    };
  }
  if (
    said.key?.split('/').some((part, at, all) => part === '.' || part === '..' || (part === '' && at < all.length - 1))
  ) {
    yield {
      code: 'PathMayBeNormalised',
      severity: 'warning',
      text: 'Its key has `.`, `..` or empty segments, which browsers and other clients remove (SIG-113).',
      fix: 'Use names without such parts, or send the path as it stands (curl: `--path-as-is`).',
    };
  }
  if (url.length > longUrlCharacters) {
    yield {
      code: 'UrlLong',
      severity: 'warning',
      text: `It has ${url.length} characters; some browsers, mail programs and chat tools cut at 2048.`,
      fix: 'Use a shorter key, fewer parameters, or a share.',
    };
  }
}

function* notes({ said }: Reading): Iterable<Finding> {
  if (said.temporary === true) {
    yield {
      code: 'TokenEndsSooner',
      severity: 'note',
      text: 'It is signed with temporary credentials and ends when they end, if that is sooner.',
      fix: 'Sign with credentials that last longer.',
    };
  }
  if (said.expiresIn !== undefined && said.expiresIn > longLifeSeconds) {
    yield {
      code: 'ExpiryLong',
      severity: 'note',
      text: `It lives ${describeSeconds(said.expiresIn)}.`,
      fix: 'Request a shorter validity.',
    };
  }
  if (said.kind === 'sigv4' && isUpload(said.operation) && !said.signedHeaders.includes('content-type')) {
    yield {
      code: 'TypeNotSigned',
      severity: 'note',
      text: 'Whoever uploads chooses the Content-Type.',
      fix: 'Sign content-type, or limit it with x-link-types.',
    };
  }
}

function isUpload(operation: string | undefined): boolean {
  return operation === 'PutObject' || operation === 'CreateMultipartUpload';
}

function ofReason(reason: UrlReason, values: ReasonValues, code: string = reason): Finding {
  const { title, text, fix } = fillEntry(urlReasons[reason], values);
  return {
    code,
    severity: 'error',
    text: text === '' ? `${title}.` : `${title}: ${text}`,
    fix: fix === '' ? undefined : fix,
  };
}
