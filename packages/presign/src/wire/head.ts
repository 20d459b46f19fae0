import type { QueryPair } from './query-string.ts';

/** The headers of a request as a signature needs them: every one of them, in order, byte for byte (SIG-1). */
export type Head = {
  /** Name, value, name, value: as received, a character for a byte. */
  readonly raw: readonly string[];
  /** `Host`, lower case; what a trusted proxy forwarded in its place (SIG-17). */
  readonly host: string | undefined;
  /** Each `Authorization` header. More than one is never right. */
  readonly authorization: readonly string[];
  /** `x-amz-content-sha256` as sent, repeated ones joined. */
  readonly contentSha256: string | undefined;
  /** Received headers that must be in the signed list (SIG-44), lower case, each once, as they came. */
  readonly mustSign: readonly string[];
};

const none: readonly string[] = [];
const onlyHost: readonly string[] = ['host'];

/** Reads the header list once. `forwardedHost`: what a trusted proxy says the client asked for (SIG-17). */
export function readHead(raw: readonly string[], forwardedHost?: string): Head {
  let host: string | undefined;
  let authorization = none;
  let contentSha256: string | undefined;
  let others: string[] | undefined;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    // Only names that begin with h, a, c or x matter here; most headers are skipped after one character.
    switch (name.charCodeAt(0) | 0x20) {
      case 0x68: {
        if (name.length !== 4 || name.toLowerCase() !== 'host') break;
        const value = normaliseValue(raw[at + 1] ?? '').toLowerCase();
        host = host === undefined ? value : `${host},${value}`;
        break;
      }
      case 0x61:
        if (name.length === 13 && name.toLowerCase() === 'authorization') {
          authorization = [...authorization, normaliseValue(raw[at + 1] ?? '')];
        }
        break;
      case 0x63:
        if (name.length === 11 && name.toLowerCase() === 'content-md5') others = withName(others, 'content-md5');
        break;
      case 0x78: {
        const lower = name.toLowerCase();
        if (!lower.startsWith('x-amz-')) break;
        if (lower === 'x-amz-content-sha256') {
          const value = normaliseValue(raw[at + 1] ?? '');
          contentSha256 = contentSha256 === undefined ? value : `${contentSha256},${value}`;
        } else {
          others = withName(others, lower);
        }
        break;
      }
      default:
    }
  }
  if (forwardedHost !== undefined) host = normaliseValue(forwardedHost).toLowerCase();
  const hosts = host === undefined ? none : onlyHost;
  return { raw, host, authorization, contentSha256, mustSign: others === undefined ? hosts : [...hosts, ...others] };
}

function withName(names: string[] | undefined, name: string): string[] {
  if (names === undefined) return [name];
  if (!names.includes(name)) names.push(name);
  return names;
}

/** SIG-16: without blanks at the ends, each inner run of blanks as one space. Linear for any input. */
export function normaliseValue(value: string): string {
  if (!/[ \t]/.test(value)) return value;
  const single = value.replace(/[ \t]+/g, ' ');
  return single.slice(single.startsWith(' ') ? 1 : 0, single.length > 1 && single.endsWith(' ') ? -1 : undefined);
}

/** The value of the header `name` (lower case), repeated ones joined with a comma (SIG-16); undefined when it was not sent. */
export function headerValue(head: Head, name: string): string | undefined {
  if (name === 'host') return head.host;
  let found: string | undefined;
  for (let at = 0; at + 1 < head.raw.length; at += 2) {
    const candidate = head.raw[at] ?? '';
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    const value = normaliseValue(head.raw[at + 1] ?? '');
    found = found === undefined ? value : `${found},${value}`;
  }
  return found;
}

/** All headers by their lower-case name, values as `headerValue` gives them. */
function headerMap(head: Head): Map<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < head.raw.length; at += 2) {
    const name = (head.raw[at] ?? '').toLowerCase();
    if (name === 'host') continue;
    const value = normaliseValue(head.raw[at + 1] ?? '');
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  if (head.host !== undefined) values.set('host', head.host);
  return values;
}

/** SIG-44: the received headers that must be signed and are not, lower case. */
export function unsignedHeaders(head: Head, signed: readonly string[]): readonly string[] {
  const { mustSign } = head;
  if (mustSign.length === 1 && signed.length === 1 && mustSign[0] === signed[0]) return none;
  const list = signed.length > 16 ? new Set(signed) : undefined;
  return mustSign.filter((name) => (list === undefined ? !signed.includes(name) : !list.has(name)));
}

/** SIG-45: names of the signed list that came neither as header nor as query parameter. */
export function missingHeaders(head: Head, signed: readonly string[], query: readonly QueryPair[]): readonly string[] {
  const values = headerMap(head);
  const parameters = new Set(query.map(([name]) => name.toLowerCase()));
  return signed.filter((name) => name !== '' && !values.has(name) && !parameters.has(name));
}
