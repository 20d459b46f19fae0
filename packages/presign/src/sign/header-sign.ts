import { hmacHex, sha256HexLatin1 } from '#hash';
import { checkNames, checkString, checkText } from '../values/option-checks.ts';
import { fail } from '../values/presign-error.ts';
import { percentDecode, uriEncodePath } from '../wire/encode.ts';
import { type CredentialsSource, checkCredentials, currentCredentials } from './credentials.ts';
import { wholeSeconds } from './lifetime.ts';
import { endpointHint } from './place.ts';
import { amzDate, canonicalHeaders, writeQuery } from './presign.ts';

/** A request to be signed by its `Authorization` header. */
export type HeaderDraft = {
  readonly method: string;
  /** Absolute. Signed as text: a platform's URL class would change keys with dot segments (SIG-113). */
  readonly url: string;
  /** All of them are signed. `host` comes from `url`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** SIG-61: hex SHA-256 of the body, or one of the fixed words. Default 'UNSIGNED-PAYLOAD'. */
  readonly payloadHash?: string;
  readonly credentials: CredentialsSource;
  readonly region: string;
  /** Default 's3'. */
  readonly service?: string;
  /** Default now. */
  readonly at?: Date;
};

const draftNames = 'method url headers payloadHash credentials region service at';

function splitUrl(url: string): { readonly host: string; readonly path: string; readonly query: [string, string][] } {
  const [, scheme, authority = '', path = '', , query = ''] =
    /^(https?):\/\/([^/?#@\s]+)(\/[^?#]*)?(\?([^#]*))?(?:#.*)?$/i.exec(url) ?? [];
  const decoded = percentDecode(path || '/');
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((piece) => {
      const cut = piece.includes('=') ? piece.indexOf('=') : piece.length;
      return [
        percentDecode(piece.slice(0, cut).replaceAll('+', ' ')),
        percentDecode(piece.slice(cut + 1).replaceAll('+', ' ')),
      ] as const;
    });
  const whole: [string, string][] = [];
  for (const [name, value] of pairs) if (name !== undefined && value !== undefined) whole.push([name, value]);
  if (!scheme || decoded === undefined || whole.length !== pairs.length) {
    fail('EndpointInvalid', 'The URL to sign is not absolute, or is not properly encoded.', 'url', endpointHint);
  }
  const standardPort = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const host = authority.toLowerCase();
  return {
    host: host.endsWith(standardPort) ? host.slice(0, -standardPort.length) : host,
    path: uriEncodePath(decoded),
    query: whole,
  };
}

/**
 * Signs a request by SigV4 in its `authorization` header (SIG-10 to SIG-21, SIG-60 to SIG-64). Returns the headers to send: all that
 * are signed except `host`.
 * @throws PresignError `CredentialsInvalid`, `EndpointInvalid`, `DateInvalid` or `OptionInvalid`
 * @example
 * ```js
 * import { signHeaders } from '@tidegate/presign';
 *
 * const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
 * const url = 'https://s3.example.com/files?list-type=2';
 * const headers = signHeaders({ method: 'GET', url, credentials, region: 'eu-central-1' });
 * console.log(headers.authorization); // then: fetch(url, { headers })
 * ```
 */
export function signHeaders(draft: HeaderDraft): Record<string, string> {
  const { method, headers = {}, payloadHash = 'UNSIGNED-PAYLOAD', region, service = 's3' } = draft;
  checkNames(draft, draftNames);
  for (const [name, text] of Object.entries({ method, url: draft.url, region, service, payloadHash }))
    checkText(text, name);
  const identity = checkCredentials(currentCredentials(draft.credentials));
  const { host, path, query } = splitUrl(draft.url);
  const date = amzDate(wholeSeconds('at', draft.at ?? Date.now()));
  const day = date.slice(0, 8);
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    checkString(value, 'headers');
    // SIG-16: a header's characters are its bytes.
    if (/[^\t -~\x80-\xff]/.test(value))
      fail('OptionInvalid', `The header '${name}' has characters that HTTP does not carry.`, 'headers');
    if (name.toLowerCase() !== 'host') sent[name.toLowerCase()] = value;
  }
  sent['x-amz-content-sha256'] = payloadHash;
  sent['x-amz-date'] = date;
  if (identity.sessionToken) sent['x-amz-security-token'] = identity.sessionToken;
  const [lines, names] = canonicalHeaders(host, Object.entries(sent));
  const canonical = `${method}\n${path}\n${writeQuery(query)}\n${lines}\n${names}\n${payloadHash}`;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const signature = hmacHex(
    identity.keyFor(day, region, service),
    `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256HexLatin1(canonical)}`,
  );
  sent['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${identity.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return sent;
}
