/** A media type, lower case, without its parameters. */
export type MediaType = { readonly type: string; readonly subtype: string };

const tokenText = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Longer values are no media type: 127 characters a half (RFC 6838), and room for parameters. */
const maxMediaTypeLength = 1024;

/**
 * Reads a Content-Type (WIRE-110, RFC 9110 section 8.3): `type/subtype` and well-formed parameters. Answers
 * `undefined` for anything else, so that a value that two readers would take differently is of no type at all
 * (SEC-214). Takes time linear in the text (SEC-429).
 */
export function parseMediaType(value: string): MediaType | undefined {
  if (value.length > maxMediaTypeLength) return undefined;
  const semicolon = value.indexOf(';');
  const essence = (semicolon < 0 ? value : value.slice(0, semicolon)).trim();
  const slash = essence.indexOf('/');
  const type = essence.slice(0, Math.max(0, slash));
  const subtype = essence.slice(slash + 1);
  if (!tokenText.test(type) || !tokenText.test(subtype)) return undefined;
  if (semicolon >= 0 && !areParameters(value.slice(semicolon + 1))) return undefined;
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase() };
}

/** Whether the text after the first `;` is a list of `name=value`; empty pieces are allowed. */
function areParameters(text: string): boolean {
  let rest = text.trim();
  while (rest !== '') {
    if (rest.startsWith(';')) {
      rest = rest.slice(1).trimStart();
      continue;
    }
    const equals = rest.indexOf('=');
    if (equals < 0 || !tokenText.test(rest.slice(0, equals))) return false;
    const end = endOfParameterValue(rest, equals + 1);
    if (end === undefined) return false;
    rest = rest.slice(end).trimStart();
    if (rest !== '' && !rest.startsWith(';')) return false;
  }
  return true;
}

function endOfParameterValue(text: string, start: number): number | undefined {
  if (text[start] !== '"') {
    const semicolon = text.indexOf(';', start);
    const end = semicolon < 0 ? text.length : semicolon;
    return tokenText.test(text.slice(start, end).trimEnd()) ? end : undefined;
  }
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') return at + 1;
    else if (character !== undefined && character !== '\t' && character < ' ') return undefined;
  }
  return undefined;
}

/**
 * Whether a Content-Type fits a pattern such as `image/*` or `application/pdf` (WIRE-111, SEC-214): without case,
 * whatever the parameters. SVG can carry script and matches only its own name, never `*`.
 */
export function fitsMediaRange(contentType: string | undefined, range: string): boolean {
  const media = contentType === undefined ? undefined : parseMediaType(contentType);
  const wanted = parseMediaType(range);
  if (media === undefined || wanted === undefined) return false;
  if (wanted.subtype !== '*') return media.type === wanted.type && media.subtype === wanted.subtype;
  return !media.subtype.startsWith('svg') && (wanted.type === '*' || media.type === wanted.type);
}

/** Types that no browser runs as a document with script. Everything else is active, an unknown type too. */
const inertTypes: ReadonlySet<string> = new Set([
  'application/octet-stream',
  'application/pdf',
  'binary/octet-stream',
  'image/apng',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/heic',
  'image/heif',
  'image/jpeg',
  'image/jxl',
  'image/png',
  'image/tiff',
  'image/vnd.microsoft.icon',
  'image/webp',
  'image/x-icon',
  'text/plain',
]);
const inertFamilies: ReadonlySet<string> = new Set(['audio', 'font', 'video']);

/**
 * Whether an object of this type is on the inert list of SEC-501 (WIRE-112): raster images, audio, video, fonts, PDF,
 * plain text, octet-stream. Answers with any other type are sandboxed.
 */
export function isInert(contentType: string | undefined): boolean {
  const media = contentType === undefined ? undefined : parseMediaType(contentType);
  if (media === undefined) return false;
  // No family is inert for what is really XML.
  if (media.subtype.endsWith('xml')) return false;
  return inertFamilies.has(media.type) || inertTypes.has(`${media.type}/${media.subtype}`);
}
