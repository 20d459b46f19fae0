import type { Context } from '../verify/opening.ts';
import { uriEncode, uriEncodePath } from '../wire/encode.ts';
import { headerValue } from '../wire/head.ts';
import { type Candidate, type Search, withHeader, withTarget } from './near-miss-candidate.ts';

/** Rows of SIG-95 about the end of the target, the method, headers, the key and the secret. */

const garbage = /(?:%20|%09|%0[AaDd]|%22|%3[Ee]|[ "'>).,;])$/;
const mostTrailing = 8;

/** `trailing-garbage`, then `signature-truncated`. */
export function* trailingCauses({ refused: { context, claim, opening } }: Search): Iterable<Candidate> {
  if (context === undefined) return;
  const target = `${context.target.rawPath}?${context.target.rawQuery}`;
  let kept = target;
  const shorter: string[] = [];
  for (let match = garbage.exec(kept); match !== null; match = garbage.exec(kept)) {
    kept = kept.slice(0, match.index);
    shorter.push(kept);
  }
  // A signature that is followed by anything at all, as when the next word of a mail was pasted along.
  const [whole] = /^.*[?&]X-Amz-Signature=[0-9a-f]{64}(?=[^&]+$)/.exec(target) ?? [];
  if (whole !== undefined && !shorter.includes(whole)) shorter.push(whole);
  // The whole run and its last characters; a run of thousands must not use up the search.
  for (const [index, end] of shorter.entries()) {
    if (index >= mostTrailing && index !== shorter.length - 1) continue;
    yield {
      raw: { ...context.raw, target: end, parsed: undefined },
      cause: {
        id: 'trailing-garbage',
        reason: 'TrailingGarbage',
        values: { characters: target.slice(end.length).slice(0, 40) },
      },
    };
  }
  if (opening?.mechanism === 'sigv4-query' && claim !== undefined && !/^[0-9A-Fa-f]{64}$/.test(claim.signature)) {
    const { length } = claim.signature.replace(/[^0-9A-Fa-f]/g, '');
    yield { found: { id: 'signature-truncated', reason: 'SignatureTruncated', values: { n: String(length) } } };
  }
}

/** `method-changed`. */
export function* methodCauses({ raw, refused: { context } }: Search): Iterable<Candidate> {
  if (context === undefined) return;
  for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
    if (method === raw.method) continue;
    yield {
      raw: { ...raw, method, form: undefined },
      cause: {
        id: 'method-changed',
        reason: 'MethodChanged',
        detail: method,
        values: { a: method, b: raw.method },
        change: { what: 'method', signed: method, got: raw.method },
      },
    };
  }
}

/** `header-changed`, then `payload-hash`. */
export function* headerCauses({ raw, refused: { context, claim, opening } }: Search): Iterable<Candidate> {
  if (context === undefined || claim === undefined || opening === undefined) return;
  const sent = headerValue(context.head, 'content-type');
  const isSigned = claim.version === 'v2' || claim.signedHeaders.includes('content-type');
  if (isSigned && sent !== undefined && sent !== '') {
    const bare = sent.split(';', 1)[0]?.trim() ?? '';
    for (const signed of bare === sent ? [''] : [bare, '']) {
      const shown = signed === '' ? 'nothing' : signed;
      yield {
        raw: withHeader(raw, 'content-type', signed),
        cause: {
          id: 'header-changed',
          reason: 'HeaderChanged',
          detail: 'content-type',
          values: { header: 'content-type', a: shown, b: sent },
          change: { what: 'content-type', signed: shown, got: sent },
        },
      };
    }
  }
  if (opening.mechanism === 'sigv4-query' && context.head.contentSha256 !== undefined) {
    yield {
      raw: withHeader(raw, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD'),
      cause: { id: 'payload-hash', reason: 'PayloadHash', values: {} },
    };
  }
}

/** `key-changed`, then `path-normalised`. */
export function* keyCauses({ refused: { context }, existingKeys }: Search): Iterable<Candidate> {
  const key = context?.target.key;
  if (context === undefined || key === undefined) return;
  const lower = key.toLowerCase();
  const spellings = new Set([
    lower,
    key.toUpperCase(),
    key.endsWith('/') ? key.slice(0, -1) : `${key}/`,
    key.normalize('NFC'),
    key.normalize('NFD'),
    ...existingKeys.filter((existing) => existing.toLowerCase() === lower),
  ]);
  for (const signed of spellings) {
    if (signed === key || signed === '') continue;
    yield {
      raw: withTarget(context, { rawPath: pathOfKey(context, signed) }),
      cause: {
        id: 'key-changed',
        reason: 'KeyChanged',
        detail: signed,
        values: { a: signed, b: key },
        change: { what: 'key', signed, got: key },
      },
    };
  }
  for (const signed of existingKeys) {
    if (signed === key || normalisePath(signed) !== key) continue;
    yield {
      raw: withTarget(context, { rawPath: pathOfKey(context, signed) }),
      cause: {
        id: 'path-normalised',
        reason: 'PathNormalised',
        detail: signed,
        values: {},
        change: { what: 'key', signed, got: key },
      },
    };
  }
}

/** `secret-whitespace`. */
export function* secretCauses({ raw, material, secret }: Search): Iterable<Candidate> {
  const known = secret?.secretAccessKey ?? material?.secretAccessKey;
  if (known === undefined || known === '') return;
  const copies: readonly (readonly [copy: string, what: string])[] = [
    [`${known}\n`, 'a newline'],
    [`${known}\r\n`, 'a carriage return and a newline'],
    [` ${known}`, 'the right characters, but begins with a blank'],
    [`${known} `, 'a blank'],
    [`"${known}"`, 'a quotation mark, and begins with one'],
    [`'${known}'`, 'an apostrophe, and begins with one'],
  ];
  for (const [secretAccessKey, what] of copies) {
    yield { raw, secretAccessKey, cause: { id: 'secret-whitespace', reason: 'SecretWhitespace', values: { what } } };
  }
}

function pathOfKey({ target }: Context, key: string): string {
  const path = uriEncodePath(key);
  return target.style === 'virtual' ? `/${path}` : `/${uriEncode(target.bucket ?? '')}/${path}`;
}

/** What clients make of a key: no dot segments, no doubled slash (SIG-113). */
function normalisePath(key: string): string {
  const segments: string[] = [];
  for (const segment of key.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  const path = segments.join('/');
  return /(?:^|\/)\.{0,2}$/.test(key) && path !== '' ? `${path}/` : path;
}
