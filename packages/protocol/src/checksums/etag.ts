import { createHash } from 'node:crypto';

/**
 * An entity tag without its quotes: the MD5 of the body in hex, or, for an object made of parts, the MD5 of the parts'
 * MD5s and the number of parts (`hex-N`). Source: AWS, Checking object integrity.
 */
export type ETag = string;

/** The tag as written in headers and documents (WIRE-60). */
export function quoteEtag(etag: ETag): string {
  return `"${etag}"`;
}

/** A tag that a client sent, quoted or bare, without its quotes: `CompleteMultipartUpload` has both (WIRE-60). */
export function unquoteEtag(text: string): ETag {
  const trimmed = text.trim();
  return trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed;
}

/** The tag of an object made of these parts, in order of part number (WIRE-61). `parts` are MD5s in hex. */
export function multipartEtag(parts: readonly string[]): ETag {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}

/** How many parts the tag says the object was made of; `undefined` when it was put whole. */
export function partCountOfEtag(etag: ETag): number | undefined {
  const match = /^[0-9a-f]{32}-([1-9]\d{0,4})$/.exec(etag);
  return match === null ? undefined : Number(match[1]);
}

/** One tag of a list in `If-Match` or `If-None-Match`. */
type ListedTag = { readonly etag: ETag; readonly weak: boolean };

/** At most this many tags of a list are read; S3's clients send one. */
const maxListedTags = 64;

/**
 * Whether a list of entity tags (`If-Match`, `If-None-Match`) names this tag (WIRE-62, RFC 9110 section 8.8.3). `*`
 * names every tag. A bare tag counts as a quoted one, as S3 takes it. `strong`: a weak tag (`W/"…"`) names nothing.
 */
export function listNamesEtag(list: string, etag: ETag, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  return readTags(list).some((tag) => tag.etag === etag && (comparison === 'weak' || !tag.weak));
}

function readTags(list: string): ListedTag[] {
  const tags: ListedTag[] = [];
  let position = 0;
  while (position < list.length && tags.length < maxListedTags) {
    const comma = endOfTag(list, position);
    const raw = list.slice(position, comma).trim();
    position = comma + 1;
    const weak = raw.startsWith('W/');
    if (raw !== '') tags.push({ etag: unquoteEtag(weak ? raw.slice(2) : raw), weak });
  }
  return tags;
}

/** The comma that ends the tag at `start`, outside of quotes, or the end of the list. */
function endOfTag(list: string, start: number): number {
  let quoted = false;
  for (let at = start; at < list.length; at += 1) {
    const character = list[at];
    if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) return at;
  }
  return list.length;
}
