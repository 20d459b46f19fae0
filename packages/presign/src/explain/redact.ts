import { fingerprintOf, standardBase64 } from '../hash/fingerprint.ts';
import { percentDecode } from '../wire/encode.ts';

/** Replaces a secret that has no fingerprint. */
const removed = '[redacted]';

/** How often a name may have been percent-encoded on its way into a text. */
const mostEncodings = 3;

/** What a secret becomes: a link's name, a token's name, or nothing of it. */
type Kind = 'signature' | 'token' | 'secret';

/** The ends of names whose value is secret, lower case; `-` also stands for `_` and for nothing. */
const endings: readonly (readonly [ending: string, kind: Kind])[] = [
  ['signature', 'signature'],
  ['signatureprovided', 'signature'],
  ['security-token', 'token'],
  ['session-token', 'token'],
  ['token-0', 'token'],
  ['server-side-encryption-customer-key', 'secret'],
  ['secret-access-key', 'secret'],
  ['signing-key', 'secret'],
  ['password', 'secret'],
];

/** `=` or `:` as queries, headers, JSON, configuration files and XML write them; encoded any number of times. */
const assignment = String.raw`(?:%(?:25)*22|%(?:25)*27|["'])?(?:\s{0,8}[=:]\s{0,8}|%(?:25)*3[dDaA]|>)(?:%(?:25)*22|%(?:25)*27|["'])?`;
/** A value ends where its place ends: at `&`, also encoded, a blank, a quote, a bracket, a comma or a semicolon. */
const value = String.raw`((?:(?!%(?:25)*(?:26|22|27|20|0[aAdD]))[^\s&"'<>,;#\\])+)`;

const plainNames = /* @__PURE__ */ namesPattern(plainLetter);
const encodedNames = /* @__PURE__ */ namesPattern(encodedLetter);
const sigv2Header = /\bAWS (\w{1,128}):([A-Za-z0-9+/]{20,64}={0,2})/g;
const otherCredentials =
  /\b((?:authorization|cookie|set-cookie)["']?\s{0,8}[:=]\s{0,8}["']?)(?!\s{0,8}AWS)([^\r\n"']+)/gi;
const slash = String.raw`(?:[/\\]|%(?:25)*(?:2[fF]|5[cC]))`;
/** A share's token, with any of its letters percent-encoded. */
const shareId = new RegExp(
  `(${slash})(s|%(?:25)*73)(${slash}+)((?:[A-Za-z0-9]|%(?:25)*[3-7][0-9A-Fa-f]){22})(?![A-Za-z0-9])`,
  'g',
);
/** `https://name:password@host`. */
const userInfo = /(:\/\/|%(?:25)*3[aA](?:%(?:25)*2[fF]){2})[^\s/?#@"'<>]{1,512}?(?=@|%(?:25)*40)/g;
const schemeCredentials = /\b(basic|bearer)((?: |%(?:25)*20|\+)+)([\w.~+/=%-]{8,})/gi;

/**
 * Makes any text safe to log: replaces signatures, session tokens and share ids with fingerprints, and secrets, passwords, customer
 * keys and credentials of other schemes with `[redacted]` (SIG-106, SEC-805). Finds names in any case, with `-` or `_`, and
 * percent-encoded. Keeps key ids, dates and paths. Redacting twice changes nothing.
 * @example
 * ```js
 * import { redact } from '@tidegate/presign';
 *
 * console.log(redact('GET /files/a?X-Amz-Signature=0123456789abcdef'));
 * ```
 */
export function redact(text: string): string {
  return text
    .replace(text.includes('%') ? encodedNames : plainNames, replaceValue)
    .replace(sigv2Header, (whole, id: string, signature: string) =>
      isRedacted(signature) ? whole : `AWS ${id}:${fingerprintOf(standardBase64(signature))}`,
    )
    .replace(otherCredentials, (whole, name: string, secret: string) =>
      isRedacted(secret.trim()) ? whole : `${name}${removed}`,
    )
    .replace(schemeCredentials, (_, scheme: string, gap: string) => `${scheme}${gap}${removed}`)
    .replace(userInfo, (_, before: string) => `${before}${removed}`)
    .replace(
      shareId,
      (_, before: string, s: string, after: string, id: string) =>
        `${before}${s}${after}${nameOf('sh_', decodeFully(id))}`,
    );
}

function replaceValue(whole: string, name: string, secret: string): string {
  if (isRedacted(secret)) return whole;
  const kind = kindOf(name);
  const plain = decodeFully(secret);
  const kept = whole.slice(0, whole.length - secret.length);
  if (kind === 'secret' || kind === undefined) return kept + removed;
  return kept + (kind === 'signature' ? fingerprintOf(standardBase64(plain)) : nameOf('st_', plain));
}

function kindOf(name: string): Kind | undefined {
  const plain = decodeFully(name).toLowerCase().replace(/[-_]/g, '');
  return endings.find(([ending]) => plain === ending.replaceAll('-', ''))?.[1];
}

function nameOf(prefix: string, secret: string): string {
  return prefix + fingerprintOf(secret).slice(3);
}

function isRedacted(text: string): boolean {
  return text.startsWith(removed) || /^(?:lk|st|sh)_[a-z2-7]{16}$/.test(text);
}

function decodeFully(text: string): string {
  let plain = text;
  for (let round = 0; round < mostEncodings && plain.includes('%'); round++) plain = percentDecode(plain) ?? plain;
  return plain;
}

/** Names, an assignment and a value. The longer of two names that begin alike comes first. */
function namesPattern(letter: (character: string) => string): RegExp {
  const names = endings.map(([ending]) => [...ending].map(letter).join('')).sort((a, b) => b.length - a.length);
  return new RegExp(`(${names.join('|')})${assignment}${value}`, 'g');
}

function plainLetter(character: string): string {
  if (character === '-') return '[-_]?';
  return /\d/.test(character) ? character : `[${character}${character.toUpperCase()}]`;
}

function encodedLetter(character: string): string {
  if (character === '-') return '(?:[-_]|%(?:25)*(?:2[dD]|5[fF]))?';
  const codes = [...new Set([character, character.toUpperCase()])].map((one) => one.charCodeAt(0).toString(16));
  const hex = codes.map((code) => code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`));
  return `(?:${plainLetter(character)}|%(?:25)*(?:${hex.join('|')}))`;
}
