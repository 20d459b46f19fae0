import { refusal } from '@tidegate/protocol';
import type { ByteSource } from './body-source.ts';
import { ByteReader } from './byte-reader.ts';
import { PartBytes } from './part-bytes.ts';

/** Bounds of the part of a form that is read before its file (security.md, section I). */
export type FormLimits = { readonly maxPostFieldBytes: number; readonly maxPostFields: number };

/** A form up to its file: the fields in order, and the file as an unread body (SIG-80). */
export type OpenedForm = {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly file: {
    readonly filename: string | undefined;
    readonly contentType: string | undefined;
    /** Reads the file to its end, then what follows: a second file fails it (SEC-142). */
    readonly bytes: ByteSource;
  };
  /** Ends reading where it stands; for a form whose file nobody reads. */
  close(): Promise<void>;
};

/** Longest header line of a part; a file name may stand in it. */
const maxPartHeaderBytes = 8192;
const maxPartHeaders = 16;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a `multipart/form-data` body up to its part `file`. Nothing of the file is held but what came with the fields.
 * @throws S3Error PreconditionFailed for another content type, MalformedPOSTRequest, MaxPostPreDataLengthExceededError,
 * InvalidArgument for a form without a file
 */
export async function openForm(source: ByteSource, contentType: string, limits: FormLimits): Promise<OpenedForm> {
  const boundary = readBoundary(contentType);
  const reader = new ByteReader(source);
  await skipPreamble(reader, boundary, limits.maxPostFieldBytes);
  const fields: [string, string][] = [];
  for (let leftBytes = limits.maxPostFieldBytes; ; ) {
    const part = await readPartHead(reader);
    if (part === undefined) throw oneFile();
    if (part.name.toLowerCase() === 'file') {
      const bytes = fileBytes(reader, boundary);
      return {
        fields,
        file: { filename: part.filename, contentType: part.contentType, bytes },
        close: () => reader.release(),
      };
    }
    // Policy and operation must see one value: a field that comes twice has none.
    const isRepeated = fields.some(([name]) => name.toLowerCase() === part.name.toLowerCase());
    if (fields.length >= limits.maxPostFields || isRepeated) throw malformed();
    const value = await readField(new PartBytes(reader, boundary), leftBytes - part.name.length);
    leftBytes -= part.name.length + value.byteLength;
    if (leftBytes < 0) throw preDataTooLong(limits.maxPostFieldBytes);
    fields.push([part.name, decodeText(value)]);
  }
}

/** One part of a form with several files. Read its bytes to their end before the next part is asked for; what is left is passed over. */
export type FormPart = PartHead & { readonly bytes: ByteSource };

/**
 * Reads a `multipart/form-data` body part by part, of which nothing is held.
 * @throws S3Error PreconditionFailed for another content type, MalformedPOSTRequest
 */
export async function* formParts(source: ByteSource, contentType: string): AsyncGenerator<FormPart> {
  const boundary = readBoundary(contentType);
  const reader = new ByteReader(source);
  try {
    await skipPreamble(reader, boundary, maxPartHeaderBytes);
    for (;;) {
      const head = await readPartHead(reader);
      if (head === undefined) return;
      const part = new PartBytes(reader, boundary);
      const chunks = part[Symbol.asyncIterator]();
      // One iterator for both: what a reader leaves is passed over by the same loop.
      yield { ...head, bytes: { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) } };
      while ((await chunks.next()).done !== true);
      if (part.ended === 'last') return;
      if (part.ended !== 'next') throw malformed();
    }
  } finally {
    await reader.release();
  }
}

// RFC 2046 section 5.1.1: 1 to 70 of these characters.
const boundaryForm = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

function readBoundary(contentType: string): string {
  const [type = '', ...parameters] = contentType.split(';');
  if (type.trim().toLowerCase() !== 'multipart/form-data') {
    throw refusal('PreconditionFailed', { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' });
  }
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    if (parameter.slice(0, Math.max(0, equals)).trim().toLowerCase() !== 'boundary') continue;
    const value = parameter.slice(equals + 1).trim();
    const bare = value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
    if (boundaryForm.test(bare)) return bare;
  }
  throw malformed();
}

/** What stands before the first boundary is ignored, as RFC 2046 says. */
async function skipPreamble(reader: ByteReader, boundary: string, maxBytes: number): Promise<void> {
  for (let left = maxBytes; left > 0; ) {
    const line = await reader.line(maxBytes);
    if (typeof line === 'string') break;
    if (line.text.trimEnd() === `--${boundary}`) return;
    left -= line.text.length + 2;
  }
  throw malformed();
}

type PartHead = {
  readonly name: string;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
};

/** The head of the next part; undefined when there is none, because the last boundary has been read. */
async function readPartHead(reader: ByteReader): Promise<PartHead | undefined> {
  let disposition: string | undefined;
  let contentType: string | undefined;
  for (let count = 0; count <= maxPartHeaders; count += 1) {
    const line = await reader.line(maxPartHeaderBytes);
    if (line === 'end' && count === 0) return undefined;
    if (typeof line === 'string') throw malformed();
    if (line.text === '') {
      const name = disposition === undefined ? undefined : parameterOf(disposition, 'name');
      if (disposition === undefined || name === undefined || name === '') throw malformed();
      return { name, filename: parameterOf(disposition, 'filename'), contentType };
    }
    const colon = line.text.indexOf(':');
    const header = line.text.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = line.text.slice(colon + 1).trim();
    if (header === 'content-disposition') disposition = value;
    else if (header === 'content-type') contentType = value;
    else if (header === '') throw malformed();
  }
  throw malformed();
}

/** A parameter of a Content-Disposition, as browsers write them: in quotes, with `%22` for a quote, or bare. */
function parameterOf(disposition: string, wanted: string): string | undefined {
  let at = disposition.indexOf(';');
  while (at !== -1) {
    const equals = disposition.indexOf('=', at);
    if (equals === -1) return undefined;
    const name = disposition
      .slice(at + 1, equals)
      .trim()
      .toLowerCase();
    const { value, end } = readValue(disposition, equals + 1);
    if (name === wanted) return decodeText(Buffer.from(value, 'latin1'));
    at = disposition.indexOf(';', end);
  }
  return undefined;
}

function readValue(text: string, start: number): { value: string; end: number } {
  if (text[start] !== '"') {
    const end = text.indexOf(';', start);
    return { value: text.slice(start, end === -1 ? undefined : end).trim(), end: end === -1 ? text.length : end };
  }
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') return { value: value.replaceAll('%22', '"'), end: at + 1 };
    const escaped = character === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\');
    if (escaped) at += 1;
    value += text[at];
  }
  throw malformed();
}

async function readField(part: PartBytes, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of part) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw preDataTooLong(maxBytes);
    chunks.push(chunk);
  }
  if (part.ended !== 'next') throw part.ended === 'last' ? oneFile() : malformed();
  return Buffer.concat(chunks, sizeBytes);
}

/** The file, then the rest of the form: fields after it are ignored, a second file is not (SIG-80). */
async function* fileBytes(reader: ByteReader, boundary: string): AsyncGenerator<Uint8Array> {
  try {
    let part = new PartBytes(reader, boundary);
    yield* part;
    while (part.ended === 'next') {
      const head = await readPartHead(reader);
      if (head === undefined || head.name.toLowerCase() === 'file') throw oneFile();
      part = new PartBytes(reader, boundary);
      for await (const ignored of part) void ignored;
    }
    if (part.ended !== 'last') throw malformed();
  } finally {
    await reader.release();
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw error instanceof TypeError ? malformed() : error;
  }
}

function malformed(): Error {
  return refusal('MalformedPOSTRequest', {});
}

function oneFile(): Error {
  return refusal(
    'InvalidArgument',
    { ArgumentName: 'file' },
    undefined,
    'POST requires exactly one file upload per request.',
  );
}

function preDataTooLong(maxBytes: number): Error {
  return refusal('MaxPostPreDataLengthExceededError', { MaxPostPreDataLength: maxBytes });
}
