import { StoreFailure } from '@tidegate/protocol';
import type { BlobReader, BlobStore } from '../objects/blob-store.ts';
import { type BodyName, type FrameOpener, openCipher } from '../objects/body-cipher.ts';
import { type CustomerKey, checkCustomerKey } from '../objects/object-encryption.ts';
import type { OpenedObject, ReadTarget, VersionRecord } from '../objects/object-store.ts';
import {
  checkedInline,
  readBlob,
  readInline,
  readSegments,
  type Segment,
  storedFileOf,
} from '../sqlite/objects/bodies.ts';
import { findObjectWithBody } from '../sqlite/objects/find-object.ts';
import type { Metadata } from '../sqlite/schema/metadata.ts';
import { bytesOf, optionalBytes } from '../sqlite/schema/rows.ts';
import type { Pins } from './folder/pins.ts';
import { InlineObject, type OpenPiece, type Piece, PiecedObject, pieceOfBytes, windowOf } from './opened-objects.ts';
import { inlineLabel } from './take-body.ts';

export type ReadParts = {
  readonly metadata: Metadata;
  readonly blobs: BlobStore;
  readonly pins: Pins;
  /** What the keys of bodies are wrapped under that the server encrypts. */
  readonly bodyKey: Uint8Array;
};

/** What a version says of its bodies, and the key that came for it. */
type BodyAccess = { readonly isEncrypted: boolean; readonly customerKey: CustomerKey | undefined };

/** Segments that are looked up at once while an object of many is read. */
const segmentsAtOnce = 64;
const noBytes = new Uint8Array(0);

/** STO-30…34: the record, and its bytes or a way to them, from one statement. */
export function openObject(parts: ReadParts, target: ReadTarget): Promise<OpenedObject> {
  const barrier = parts.metadata.commits.barrier(target.bucket, target.key);
  if (barrier === undefined && !parts.metadata.commits.isShared) return openNow(parts, target, 'first');
  const open = () => openNow(parts, target, 'first');
  const opening = barrier === undefined ? open : () => barrier.then(open);
  return parts.metadata.commits.isShared ? parts.metadata.commits.show(opening) : opening();
}

async function openNow(parts: ReadParts, target: ReadTarget, attempt: 'first' | 'second'): Promise<OpenedObject> {
  parts.metadata.reads?.share();
  const { stored, row } = findObjectWithBody(parts.metadata, target);
  const { record, place } = stored;
  const access: BodyAccess = { isEncrypted: record.encryption !== undefined, customerKey: target.customerKey };
  checkCustomerKey(record.encryption, target.customerKey);
  if (place.inline !== undefined) {
    const cipher = optionalBytes(row, 'inline_cipher');
    const bytes = checkedInline(bytesOf(row, 'body'), cipher, place.inlineSum);
    return new InlineObject(record, openInline(parts, bytes, cipher, access));
  }
  if (place.list !== undefined) return openList(parts, record, place.list, access);
  const file = place.file;
  if (file === undefined) return new InlineObject(record, noBytes);
  const { sizeBytes, blocks, cipher } = storedFileOf(file, row);
  const frames = framesOf(parts, { label: file, sizeBytes }, cipher, access);
  const opened = await parts.blobs.open(file, sizeBytes, blocks, frames);
  if (opened !== undefined) return wholeFile(record, opened);
  // The version was replaced and its file removed between our two looks: the row says what is there now.
  if (attempt === 'first') return openNow(parts, target, 'second');
  throw missing(file);
}

async function wholeFile(record: VersionRecord, opened: BlobReader): Promise<OpenedObject> {
  const piece: Piece = { start: 0, sizeBytes: record.sizeBytes, open: () => Promise.resolve(opened) };
  const object = new PiecedObject(record, () => [piece], nothingToRelease);
  await object.openFirst();
  return object;
}

async function openList(
  parts: ReadParts,
  record: VersionRecord,
  list: number,
  access: BodyAccess,
): Promise<OpenedObject> {
  const open = (segment: Segment) => openSegment(parts, segment, access);
  const object = new PiecedObject(record, (start) => piecesOf(parts, list, start, open), parts.pins.pin(list));
  try {
    await object.openFirst();
    return object;
  } catch (error) {
    await object.close();
    throw error;
  }
}

function* piecesOf(
  parts: ReadParts,
  list: number,
  start: number,
  open: (segment: Segment) => Promise<OpenPiece>,
): Iterable<Piece> {
  let from = start;
  for (;;) {
    const segments = readSegments(parts.metadata, list, from, segmentsAtOnce);
    for (const segment of segments) {
      const { start: begins, sizeBytes } = segment;
      yield { start: begins, sizeBytes, open: () => open(segment) };
      from = begins + sizeBytes;
    }
    if (segments.length < segmentsAtOnce) return;
  }
}

async function openSegment(parts: ReadParts, { place, offset }: Segment, access: BodyAccess): Promise<OpenPiece> {
  const { metadata, blobs } = parts;
  if (place.inline !== undefined) {
    const found = readInline(metadata, place);
    if (found === undefined) throw missing(`row ${place.inline}`);
    return windowOf(pieceOfBytes(openInline(parts, found.bytes, found.cipher, access)), offset);
  }
  const file = place.file ?? '';
  const blob = readBlob(metadata, file);
  if (blob === undefined) throw missing(file);
  const frames = framesOf(parts, { label: file, sizeBytes: blob.sizeBytes }, blob.cipher, access);
  const opened = await blobs.open(file, blob.sizeBytes, blob.blocks, frames);
  if (opened === undefined) throw missing(file);
  return windowOf(opened, offset);
}

/** Decrypts a file; undefined: it is stored as it came (ENC-21). */
function framesOf(
  { bodyKey }: ReadParts,
  name: BodyName,
  cipher: Uint8Array | undefined,
  access: BodyAccess,
): FrameOpener | undefined {
  if ((cipher !== undefined) !== access.isEncrypted) {
    const what = `storage.corrupt: the body ${name.label} is not encrypted as its version says`;
    throw new StoreFailure({ what, kind: 'broken' });
  }
  return cipher === undefined ? undefined : openCipher(cipher, bodyKey, name, access.customerKey);
}

function openInline(
  parts: ReadParts,
  bytes: Uint8Array,
  cipher: Uint8Array | undefined,
  access: BodyAccess,
): Uint8Array {
  const frames = framesOf(parts, { label: inlineLabel, sizeBytes: bytes.byteLength }, cipher, access);
  frames?.open(bytes, 0);
  return bytes;
}

function missing(id: string): StoreFailure {
  return new StoreFailure({ what: `storage.missing: the body ${id} is not there`, kind: 'broken' });
}

function nothingToRelease(): void {
  // One file needs no pin: it stays readable through its descriptor.
}
