import { limitMeanings, limitRules } from '@tidegate/presign/internal';
import { formatBytes, formatExact, formatSpan, type Zone } from '../../format.ts';

/** A piece of a URL as it is shown: quiet, or what somebody reads it for. */
export type Part = {
  /** Where it begins. */
  readonly at: number;
  readonly text: string;
  readonly isTelling: boolean;
  /** Which of its places it is: `host`, `path`, or the name of a parameter in lower case. */
  readonly place: string;
  /** What it means, in words. */
  readonly meaning?: string;
};

const secretNames: ReadonlySet<string> = new Set(['x-amz-signature', 'x-amz-security-token', 'signature']);

/** The URL of what was pasted: of a curl command its own. */
export function urlIn(text: string): string {
  const trimmed = text.trim();
  if (!/^curl\s/i.test(trimmed)) return trimmed;
  return /https?:\/\/[^\s'"]+/.exec(trimmed)?.[0] ?? trimmed;
}

/** A URL in its parts, each with what it means. Joined they are the URL again. */
export function partsOf(url: string, zone: Zone): readonly Part[] {
  let at = 0;
  return piecesOf(url, zone).map((piece) => {
    const part = { ...piece, at };
    at += piece.text.length;
    return part;
  });
}

type PlainPart = Omit<Part, 'at'>;

function piecesOf(url: string, zone: Zone): readonly PlainPart[] {
  const [, scheme = '', host = '', path = '', query = ''] = /^([a-z]+:\/\/)?([^/?#]*)([^?#]*)(.*)$/is.exec(url) ?? [];
  const parts: PlainPart[] = [];
  if (scheme !== '') parts.push({ text: scheme, isTelling: false, place: 'scheme' });
  if (host !== '') parts.push({ text: host, isTelling: true, place: 'host', meaning: 'The host it is signed for' });
  if (path !== '') parts.push({ text: path, isTelling: true, place: 'path', meaning: 'Bucket and key' });
  for (const piece of query.split(/(?=[?&#])/)) {
    if (piece === '') continue;
    const [, mark = '', name = '', value] = /^([?&#]?)([^=]*)(?:=(.*))?$/s.exec(piece) ?? [];
    const place = decode(name).replace(/^amp;/, '').toLowerCase();
    if (value === undefined) {
      parts.push({ text: piece, isTelling: false, place });
      continue;
    }
    parts.push({ text: `${mark}${name}=`, isTelling: false, place });
    parts.push(...valueParts(place, value, zone));
  }
  return parts;
}

function valueParts(place: string, value: string, zone: Zone): readonly PlainPart[] {
  const meaning = meaningOf(place, decode(value), zone);
  const said = meaning === undefined ? {} : { meaning };
  if (place === 'x-amz-credential') {
    const [, key = '', scope = ''] = /^(.*?)((?:%2F|\/).*)?$/is.exec(value) ?? [];
    return [
      { text: key, isTelling: true, place, ...said },
      { text: scope, isTelling: false, place, ...said },
    ];
  }
  const isQuiet = place === 'x-amz-algorithm' || place === 'x-amz-signedheaders' || meaning === undefined;
  return [{ text: value, isTelling: !isQuiet, place, ...said }];
}

/** The meaning of a parameter; undefined for one that S3 ignores. */
function meaningOf(place: string, value: string, zone: Zone): string | undefined {
  switch (place) {
    case 'x-amz-algorithm':
      return value === 'AWS4-HMAC-SHA256' ? 'Signed with SigV4' : `Signed with ${value}`;
    case 'x-amz-credential': {
      const [key = '', day = '', region = ''] = value.split('/');
      return `Signed by ${key}${region === '' ? '' : ` for ${region}`}${day === '' ? '' : `, on ${day}`}`;
    }
    case 'x-amz-date': {
      const atMs = signedAtMs(value);
      return atMs === undefined ? 'Time of signing' : `Signed ${formatExact(atMs, zone)}`;
    }
    case 'x-amz-expires':
      return `Valid for ${formatSpan(Number(value))}`;
    case 'x-amz-signedheaders':
      return `Signed headers: ${value.replaceAll(';', ', ')}`;
    case 'x-amz-signature':
    case 'signature':
      return 'The signature: anyone who has it can use the link';
    case 'x-amz-security-token':
      return 'Session token of temporary credentials';
    case 'x-amz-content-sha256':
      return value === 'UNSIGNED-PAYLOAD' ? 'Any content' : 'Hash of the content it is signed for';
    case 'awsaccesskeyid':
      return `Signed by ${value} with SigV2`;
    case 'expires':
      return /^\d+$/.test(value) ? `Expires ${formatExact(Number(value) * 1000, zone)}` : 'Expiration';
    case 'versionid':
      return 'Version of the object';
    case 'x-id':
      return `Operation that the SDK signed: ${value}`;
    case 'partnumber':
      return `Part ${value} of a multipart upload`;
    case 'uploadid':
      return 'ID of the multipart upload';
    default:
      return moreMeanings(place, value);
  }
}

function moreMeanings(place: string, value: string): string | undefined {
  if (place.startsWith('response-')) return `The response will have ${place.slice('response-'.length)}: ${value}`;
  if (!place.startsWith('x-link-')) return undefined;
  const rule = limitRules.find(({ name }) => name === place);
  if (rule === undefined) return `A limit: ${value}`;
  const { title } = limitMeanings[rule.property];
  if (rule.kind === 'flag') return title;
  const isSize = (rule.kind === 'bytes' || rule.kind === 'someBytes') && /^\d+$/.test(value);
  return `${title}: ${isSize ? formatBytes(Number(value)) : value}`;
}

/** The URL without the parts that would let others use it. */
export function withoutSecrets(url: string): string {
  return url.replace(/([?&;])([^=&?]+)=([^&#]*)/g, (whole, mark: string, name: string) =>
    secretNames.has(decode(name).toLowerCase()) ? `${mark}${name}=…` : whole,
  );
}

/** What the browser can read from a URL. Nothing is verified. */
export type LocalReading = {
  readonly state: 'open' | 'expired' | 'not-yet' | 'unsigned' | 'incomplete';
  readonly shown: string;
  readonly endsAtMs: number | undefined;
  readonly missing: readonly string[];
};

const needed = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'] as const;
/** A signer's clock may be so far ahead. */
const aheadMs = 15 * 60_000;

export function readHere(text: string, nowMs: number): LocalReading {
  const url = urlIn(text);
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1] ?? '');
  const byName = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
  const shown = withoutSecrets(url);
  if (byName.has('awsaccesskeyid')) {
    const endsAtMs = Number(byName.get('expires') ?? '') * 1000;
    return { state: endsAtMs < nowMs ? 'expired' : 'open', shown, endsAtMs, missing: [] };
  }
  const missing = needed.map((name) => `X-Amz-${name}`).filter((name) => !byName.has(name.toLowerCase()));
  if (missing.length === needed.length) return { state: 'unsigned', shown, endsAtMs: undefined, missing: [] };
  const startMs = signedAtMs(byName.get('x-amz-date') ?? '');
  const lifeS = Number(byName.get('x-amz-expires') ?? Number.NaN);
  if (missing.length > 0 || startMs === undefined || Number.isNaN(lifeS))
    return { state: 'incomplete', shown, endsAtMs: undefined, missing };
  const endsAtMs = startMs + lifeS * 1000;
  const state = endsAtMs < nowMs ? 'expired' : startMs > nowMs + aheadMs ? 'not-yet' : 'open';
  return { state, shown, endsAtMs, missing };
}

function signedAtMs(text: string): number | undefined {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const atMs = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
