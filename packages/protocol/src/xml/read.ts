import { SaxesParser, type SaxesTagNS } from 'saxes';
import { refusal } from '../errors/s3-error.ts';
import { DocumentBuilder, malformed } from './build.ts';
import type { AnyShape, ValueOf } from './shape.ts';

/** How far reading goes (SEC-412). */
export type ReadBounds = {
  /** Bytes of the whole document. */
  readonly maxBytes: number;
  /** Elements inside one another; 20 unless told. */
  readonly maxDepth?: number;
};

const defaultMaxDepth = 20;
const maxAttributes = 16;

/**
 * Characters given to the tokeniser at a time. A token (a text, a comment, a tag) that fills a whole slice is longer
 * than anything S3 has: a key of 1,024 bytes takes at most 9 KiB, written in character references.
 */
const sliceChars = 65_536;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads an XML document of a known shape (WIRE-10 … WIRE-19). A byte order mark is accepted, any namespace too.
 * @throws S3Error `MissingRequestBodyError` when there are no bytes at all; `MalformedXML` for everything else: not
 * UTF-8, not well-formed, a doctype, another root, an unknown, missing or doubled element, text that is not of its
 * kind, more depth, items or bytes than the bounds (SEC-411, SEC-412, SEC-413).
 */
export function readDocument<Shape extends AnyShape>(
  root: string,
  shape: Shape,
  bytes: Uint8Array,
  bounds: ReadBounds,
): ValueOf<Shape> {
  if (bytes.length === 0) throw refusal('MissingRequestBodyError', {});
  if (bytes.length > bounds.maxBytes) throw malformed();
  const builder = new DocumentBuilder(root, shape);
  tokenise(decode(bytes), builder, bounds.maxDepth ?? defaultMaxDepth);
  // The builder has checked every element and every text against the shape, so the value is of the shape's type.
  return builder.finish() as ValueOf<Shape>;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed();
  }
}

function tokenise(document: string, builder: DocumentBuilder, maxDepth: number): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  let depth = 0;
  let attributes = 0;
  let tokens = 0;
  parser.on('error', () => {
    throw malformed();
  });
  parser.on('doctype', () => {
    throw malformed();
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^(?:utf-8|us-ascii)$/i.test(encoding)) throw malformed();
  });
  parser.on('opentagstart', () => {
    tokens += 1;
    depth += 1;
    attributes = 0;
    if (depth > maxDepth) throw malformed();
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > maxAttributes) throw malformed();
  });
  parser.on('opentag', (tag) => builder.open(tag.local, attributesOf(tag)));
  parser.on('text', (text) => {
    tokens += 1;
    builder.text(text);
  });
  parser.on('cdata', (text) => {
    tokens += 1;
    builder.text(text);
  });
  parser.on('comment', () => {
    tokens += 1;
  });
  parser.on('closetag', () => {
    depth -= 1;
    builder.close();
  });
  for (let start = 0; start < document.length; start += sliceChars) {
    const tokensBefore = tokens;
    parser.write(document.slice(start, start + sliceChars));
    if (tokens === tokensBefore && start + sliceChars < document.length) throw malformed();
  }
  parser.close();
}

/** Attributes by local name, without those that only declare namespaces or point at schemas. */
function attributesOf(tag: SaxesTagNS): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const { prefix, local, value } of Object.values(tag.attributes)) {
    const declares = prefix === 'xmlns' || (prefix === '' && local === 'xmlns');
    if (!declares && local !== 'schemaLocation' && prefix !== 'xml') attributes.set(local, value);
  }
  return attributes;
}
