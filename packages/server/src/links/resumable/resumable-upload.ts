import { Readable } from 'node:stream';
import { refusal, S3Error } from '@tidegate/protocol';
import type { ObjectStore, PartClaim, VersionRecord, WriteCondition } from '../../stores/objects/object-store.ts';
import type { ResumableRecord, ResumableStore } from '../../stores/objects/resumable-store.ts';
import { deniedLink } from '../denied-link.ts';
import { checkDigest, checkSize, limitedStore } from '../limited-store.ts';
import type { LinkUse } from '../link-use.ts';
import { ProtocolRefusal, type ResumableAsk } from './dialect.ts';
import { nextPieceBytes, PieceSource } from './piece-source.ts';
import type { RunningUploads } from './running-uploads.ts';
import { Sha256State } from './sha256-state.ts';

/** Bounds of an upload, of the operations' own. */
export type UploadBounds = {
  readonly maxParts: number;
  readonly maxPartBytes: number;
  readonly maxObjectBytes: number;
};

export type ResumableParts = {
  readonly state: ResumableStore;
  readonly running: RunningUploads;
  readonly objects: ObjectStore;
  readonly bounds: UploadBounds;
  readonly use: LinkUse;
  readonly target: { readonly bucket: string; readonly key: string };
  /** Names the upload in the state: the link's own, or one of several that a link has. */
  readonly id: string;
  /** Whether the SHA-256 of the whole is wanted beside what the link says. */
  readonly wantsDigest?: boolean;
  /** Further conditions for the object to be. */
  readonly condition?: Pick<WriteCondition, 'ifMatch' | 'ifNoneMatch'>;
  /** When it is given up; undefined: with the link. */
  readonly endsAtMs?: number | undefined;
  /**
   * Of a file request, which counts files and bytes itself (SHR-26): the link's claims count only clients. Called in the
   * transaction that makes the object visible. @returns false: the file may not come
   */
  readonly countFile?: ((record: ResumableRecord) => boolean) | undefined;
};

/** The body of a request, as an append takes it. */
export type IncomingBody = {
  /** Asks for it: nothing comes before. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Ends it, if it is still arriving. */
  readonly halt: () => void;
  /** Ends it because the link does not hold any more. */
  readonly cut: (refused: S3Error) => void;
  readonly signal: AbortSignal;
};

/** How an upload stands, and the object when it has become one in this request. */
export type UploadStand = { readonly record: ResumableRecord; readonly made: VersionRecord | undefined };

const noBytes = { kind: 'free', lengthBytes: 0 } as const;

/** How often a creation that somebody came before begins again. */
const maxTries = 4;
const pageParts = 1000;

/**
 * The one upload of a link with `x-link-resumable` (LNK-50 to LNK-58). Its bytes are parts of an upload of the store, counted by
 * the transactions that keep them: what is counted is on disk, and nothing is counted that is not.
 */
export class ResumableUpload {
  readonly #parts: ResumableParts;
  readonly #linkId: string;

  constructor(parts: ResumableParts) {
    this.#parts = parts;
    this.#linkId = parts.id;
  }

  /** How it stands, once whoever writes was ended. @throws S3Error NoSuchUpload */
  async readProgress(): Promise<UploadStand> {
    await this.#parts.running.halt(this.#linkId);
    const record = await this.#read();
    if (record.state === 'complete') return { record, made: undefined };
    await this.#checkOpen(record);
    return this.#finish(record);
  }

  /**
   * Begins, in the place of one that is under way. A use is spent by the first creation, and by the first after an object was
   * made (LNK-51).
   * @param open makes the upload of the store
   */
  async create(
    { lengthBytes, isLast, bodyBytes, metadata, dialect }: ResumableAsk,
    open: (objects: ObjectStore) => Promise<string>,
  ): Promise<ResumableRecord> {
    const { state, running, use, target } = this.#parts;
    const whole = lengthBytes ?? (isLast === true ? bodyBytes : undefined);
    if (whole !== undefined) this.#checkWhole(whole);
    await running.halt(this.#linkId);
    for (let tries = 0; tries < maxTries; tries += 1) {
      const seen = await state.read(this.#linkId);
      const spends = seen === undefined || seen.state === 'complete';
      if (spends) await use.claim(this.#isOfRequest ? noBytes : { kind: 'write', declaredBytes: 0 });
      const uploadId = await open(this.#limited(use.guard));
      const record = await state.replace(
        {
          ...target,
          linkId: this.#linkId,
          state: 'open',
          uploadId,
          lengthBytes: whole,
          endsByLength: dialect === 'tus' || isLast === true,
          offsetBytes: 0,
          pieces: 0,
          digest: undefined,
          metadata,
          endsAtMs: this.#parts.endsAtMs ?? use.request.facts.expiresAtMs,
        },
        seen?.writer,
      );
      if (record !== undefined) {
        if (spends) use.settle(0);
        if (seen?.state === 'open') await this.#abort(seen.uploadId);
        return record;
      }
      await this.#abort(uploadId);
      if (spends) use.giveBack();
    }
    throw new S3Error({ code: 'SlowDown' });
  }

  /** Takes further bytes. @throws S3Error; ProtocolRefusal 409 where they do not begin at the end of what is there, 423 */
  async append(ask: ResumableAsk, body: IncomingBody): Promise<UploadStand> {
    const { running, state } = this.#parts;
    const seen = await this.#read();
    checkAppend(seen, ask);
    if (seen.state === 'complete') return { record: seen, made: undefined };
    const end = running.begin(this.#linkId, body.halt);
    if (end === undefined) throw locked(ask);
    try {
      const record = await state.takeOver(this.#linkId, seen, knownSize(seen, ask));
      if (record === undefined) throw locked(ask);
      const whole = record.lengthBytes ?? record.offsetBytes + (ask.bodyBytes ?? 0);
      if (record.endsByLength && record.lengthBytes !== undefined) this.#checkWhole(whole);
      else this.#checkMost(whole);
      let written = await this.#write(record, ask, body);
      if (ask.isLast === true && !(written.endsByLength && written.lengthBytes === written.offsetBytes)) {
        const known = { lengthBytes: written.offsetBytes, endsByLength: true };
        const last = await state.takeOver(this.#linkId, written, known);
        if (last === undefined) throw locked(ask);
        written = last;
      }
      return await this.#finish(written);
    } finally {
      end();
    }
  }

  /** Gives the upload up. The use that was taken for it stays with the link (LNK-51). */
  async end(): Promise<void> {
    const { running } = this.#parts;
    await running.halt(this.#linkId);
    const record = await this.#read();
    if (record.state === 'complete') throw completed(record);
    await this.#giveUp(record);
    await this.#abort(record.uploadId);
  }

  async #write(record: ResumableRecord, ask: ResumableAsk, body: IncomingBody): Promise<ResumableRecord> {
    const { use, state, bounds, wantsDigest = false } = this.#parts;
    const { terms } = use;
    const restBytes = record.lengthBytes === undefined ? undefined : record.lengthBytes - record.offsetBytes;
    if (ask.bodyBytes === 0 && record.lengthBytes !== 0) return record;
    const isOfRequest = this.#isOfRequest;
    await use.claim(isOfRequest ? noBytes : { kind: 'free', lengthBytes: ask.bodyBytes ?? restBytes });
    const pace = use.pace(body.signal);
    const reservedBytes = (isOfRequest ? undefined : use.reservedBytes) ?? Number.POSITIVE_INFINITY;
    const hashes = wantsDigest || (terms !== undefined && terms.sha256.length > 0);
    const hash = hashes ? new Sha256State(record.digest) : undefined;
    const source = new PieceSource(body.open(), {
      admit: (chunkBytes, soFarBytes) => {
        if (restBytes !== undefined && soFarBytes > restBytes) throw tooLong(ask);
        this.#checkMost(record.offsetBytes + soFarBytes);
        if (soFarBytes > reservedBytes) throw deniedLink('LinkBytesSpent', {});
        return pace?.(chunkBytes);
      },
      hash,
      checksum: ask.checksum,
    });
    use.watch(body.cut);
    let at = record;
    try {
      while ((await source.hasMore()) || (at.lengthBytes === 0 && at.pieces === 0)) {
        if (at.pieces >= bounds.maxParts) throw tooManyPieces(bounds.maxParts);
        const before = source.takenBytes;
        const piece = Readable.from(source.piece(nextPieceBytes(at, bounds)), { objectMode: false });
        const guard = (): void => {
          use.guard();
          const counted = { sizeBytes: source.takenBytes - before, digest: hash?.save() };
          if (!state.advance(this.#linkId, at.writer, counted)) throw locked(ask);
        };
        await this.#putPiece(at, piece, guard, ask);
        const addedBytes = source.takenBytes - before;
        at = { ...at, offsetBytes: at.offsetBytes + addedBytes, pieces: at.pieces + 1, digest: hash?.save() };
      }
    } finally {
      use.settle(isOfRequest ? 0 : source.takenBytes);
    }
    if (source.brokeOff !== undefined) throw source.brokeOff;
    return at;
  }

  async #putPiece(at: ResumableRecord, piece: Readable, guard: () => void, ask: ResumableAsk): Promise<void> {
    try {
      const expect = { checksums: {}, compute: [] };
      await this.#limited(guard).putPart(this.#place(at), at.pieces + 1, piece, expect, guard);
    } catch (error) {
      if (!(error instanceof S3Error && error.code === 'NoSuchUpload')) throw error;
      // Another process took over, and has brought it to its end meanwhile.
      if ((await this.#parts.state.read(this.#linkId))?.writer !== at.writer) throw locked(ask);
      await this.#giveUp(at);
      throw error;
    }
  }

  /** Makes the object of an upload whose bytes are all there: at its last append, or when a crash came between. */
  async #finish(record: ResumableRecord): Promise<UploadStand> {
    const { state, use } = this.#parts;
    const { lengthBytes, offsetBytes, endsByLength, pieces } = record;
    if (!endsByLength || lengthBytes !== offsetBytes || pieces === 0) return { record, made: undefined };
    const wanted = use.terms?.sha256 ?? [];
    try {
      if (wanted.length > 0) checkDigest(wanted, new Sha256State(record.digest).digest());
      const guard = (): void => {
        use.guard();
        // Nothing may be written before it is certain that nothing refuses.
        const isOurs = state.isWriter(this.#linkId, record.writer) && (this.#parts.countFile?.(record) ?? true);
        if (!isOurs || !state.complete(this.#linkId, record.writer)) throw new S3Error({ code: 'SlowDown' });
      };
      const made = await this.#limited(guard).completeUpload(this.#place(record), {
        parts: await this.#claims(record),
        minPartBytes: 0,
        expectChecksums: {},
        expectSizeBytes: offsetBytes,
        condition: this.#parts.condition ?? {},
      });
      return { record: { ...record, state: 'complete' }, made };
    } catch (error) {
      // Bytes that can never become the object: the sender begins anew.
      if (error instanceof S3Error && ['BadDigest', 'EntityTooSmall', 'InvalidPart'].includes(error.code)) {
        await this.#giveUp(record);
        await this.#abort(record.uploadId);
      }
      throw error;
    }
  }

  async #claims(record: ResumableRecord): Promise<readonly PartClaim[]> {
    const claims: PartClaim[] = [];
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: Awaited<ReturnType<ObjectStore['listParts']>> = await this.#parts.objects.listParts(
        this.#place(record),
        after,
        pageParts,
      );
      // What somebody else put behind the pieces is none of the file.
      for (const part of page.parts) {
        if (part.partNumber <= record.pieces)
          claims.push({ partNumber: part.partNumber, etag: part.etag, checksums: {} });
      }
      after = page.next;
    }
    return claims;
  }

  /** The store behind the link's limits; what is held over the whole file is left to this class. */
  #limited(guard: () => void): ObjectStore {
    const { objects, use } = this.#parts;
    const { terms } = use;
    return limitedStore(objects, { terms: terms === undefined ? undefined : { ...terms, sha256: [] }, guard });
  }

  #checkWhole(sizeBytes: number): void {
    this.#checkMost(sizeBytes);
    const { terms } = this.#parts.use;
    if (terms !== undefined) checkSize(terms, sizeBytes);
  }

  #checkMost(sizeBytes: number): void {
    const { bounds, use } = this.#parts;
    const mostBytes = Math.min(bounds.maxObjectBytes, use.terms?.maxBytes ?? Number.POSITIVE_INFINITY);
    if (sizeBytes > mostBytes) throw refusal('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: mostBytes });
  }

  get #isOfRequest(): boolean {
    return this.#parts.countFile !== undefined;
  }

  async #read(): Promise<ResumableRecord> {
    const record = await this.#parts.state.read(this.#linkId);
    if (record === undefined || record.state === 'ended') throw refusal('NoSuchUpload', { UploadId: '' });
    return record;
  }

  /** Its owner may have ended the upload of the store, or the server because nothing came for days. */
  async #checkOpen(record: ResumableRecord): Promise<void> {
    try {
      await this.#parts.objects.readUpload(this.#place(record));
    } catch (error) {
      if (error instanceof S3Error && error.code === 'NoSuchUpload') await this.#giveUp(record);
      throw error;
    }
  }

  async #giveUp({ writer, ...record }: ResumableRecord): Promise<void> {
    await this.#parts.state.replace({ ...record, state: 'ended', uploadId: '', digest: undefined }, writer);
  }

  async #abort(uploadId: string): Promise<void> {
    const { objects, target } = this.#parts;
    try {
      if (uploadId !== '') await objects.abortUpload({ ...target, uploadId });
    } catch (error) {
      if (!(error instanceof S3Error && error.code === 'NoSuchUpload')) throw error;
    }
  }

  #place({ uploadId }: ResumableRecord) {
    const { bucket, key } = this.#parts.target;
    return { bucket, key, uploadId };
  }
}

function checkAppend(record: ResumableRecord, ask: ResumableAsk): void {
  const { offsetBytes, lengthBytes, state } = record;
  // The answer of the last append may have been lost: tus asks where it ends, and sends nothing again.
  if (state === 'complete' && ask.dialect === 'draft') throw completed(record);
  if (ask.offsetBytes !== offsetBytes) {
    const headers = { 'upload-offset': String(offsetBytes) };
    throw new ProtocolRefusal(
      409,
      'The bytes do not begin where the upload ends.',
      headers,
      'mismatching-upload-offset',
    );
  }
  const saysLength =
    ask.lengthBytes ?? (ask.isLast === true && ask.bodyBytes !== undefined ? offsetBytes + ask.bodyBytes : undefined);
  if (lengthBytes !== undefined && saysLength !== undefined && saysLength !== lengthBytes) throw tooLong(ask);
  if (lengthBytes !== undefined && offsetBytes + (ask.bodyBytes ?? 0) > lengthBytes) throw tooLong(ask);
}

/** What is known of the size when an append begins. */
function knownSize(
  { lengthBytes, endsByLength, offsetBytes }: ResumableRecord,
  ask: ResumableAsk,
): Pick<ResumableRecord, 'lengthBytes' | 'endsByLength'> {
  const isDeclaredLast = ask.isLast === true && ask.bodyBytes !== undefined;
  return {
    lengthBytes: lengthBytes ?? ask.lengthBytes ?? (isDeclaredLast ? offsetBytes + (ask.bodyBytes ?? 0) : undefined),
    endsByLength: endsByLength || isDeclaredLast,
  };
}

function completed({ offsetBytes }: ResumableRecord): ProtocolRefusal {
  const headers = { 'upload-complete': '?1', 'upload-offset': String(offsetBytes) };
  return new ProtocolRefusal(400, 'The upload is complete.', headers, 'completed-upload');
}

function tooLong({ dialect }: ResumableAsk): ProtocolRefusal {
  const status = dialect === 'tus' ? 413 : 400;
  return new ProtocolRefusal(status, 'This is not the size that was said.', {}, 'inconsistent-upload-length');
}

function locked({ dialect }: ResumableAsk): ProtocolRefusal {
  return new ProtocolRefusal(dialect === 'tus' ? 423 : 409, 'Another request writes to the upload.');
}

function tooManyPieces(most: number): S3Error {
  const words = `An upload is kept in at most ${most} pieces: send more with each request.`;
  return refusal('InvalidRequest', {}, undefined, words);
}
