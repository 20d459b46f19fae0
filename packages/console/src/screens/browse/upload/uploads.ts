import { S3Refused, s3 } from '../../../data/s3.ts';
import { readObjectsAgain } from '../changes.ts';
import { hasObject } from '../objects.ts';
import { uploadInParts } from './in-parts.ts';
import { freeKey, inOneBytes, largestBytes } from './part-plan.ts';
import { forget, type Remembered, readRemembered, remember } from './remembered.ts';
import { messageOf, sendBytes, untilDone } from './send.ts';

export type UploadState = 'waiting' | 'asking' | 'uploading' | 'retrying' | 'paused' | 'completing' | 'done' | 'failed';

/** One file on its way, as it is shown. */
export type Upload = {
  readonly id: number;
  readonly bucket: string;
  readonly key: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly loadedBytes: number;
  readonly bytesPerSecond: number;
  readonly state: UploadState;
  /** Why it waits or failed. */
  readonly why?: string | undefined;
  /** False: the page was loaded anew, and the file has to be chosen again. */
  readonly hasFile: boolean;
};

/** What is done with a file whose name is taken. */
export type Collision = 'replace' | 'keep both' | 'skip';

type Running = {
  shown: Upload;
  file: File | undefined;
  /** Set once its name was looked at. */
  isDecided: boolean;
  mayReplace: boolean;
  memory: Remembered | undefined;
  ending: AbortController | undefined;
  samples: { atMs: number; bytes: number }[];
};

const atOnce = 2;
const tellEveryMs = 200;
const speedOverMs = 5_000;

/** All uploads of this page. They go on while other screens are shown. */
class Uploads {
  readonly #watchers = new Set<() => void>();
  #running: Running[] = [];
  #shown: readonly Upload[] = [];
  #nextId = 1;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #forAll: Collision | undefined;
  #accessKeyId = '';

  /** Whose uploads these are; those that an earlier page left wait for their files. */
  start(accessKeyId: string): void {
    if (this.#accessKeyId === accessKeyId) return;
    for (const { ending } of this.#running) ending?.abort();
    this.#accessKeyId = accessKeyId;
    this.#running = [];
    for (const memory of readRemembered(accessKeyId)) this.#add(memory.bucket, memory.key, undefined, memory);
    this.#tell();
  }

  watch(tell: () => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }

  list(): readonly Upload[] {
    return this.#shown;
  }

  /** Sends files below a prefix; their paths keep the folders that they came in. */
  add(bucket: string, prefix: string, files: readonly { readonly path: string; readonly file: File }[]): void {
    this.#forAll = undefined;
    for (const { path, file } of files) {
      const key = prefix + path;
      const known = this.#running.find(
        ({ shown, memory, file: has }) =>
          has === undefined && shown.bucket === bucket && memory !== undefined && isSame(memory, key, file),
      );
      if (known === undefined) this.#add(bucket, key, file, undefined);
      else this.resume(known.shown.id, file);
    }
    this.#next();
    this.#tell();
  }

  pause(id: number): void {
    const found = this.#find(id);
    if (found === undefined || found.shown.state === 'done') return;
    found.ending?.abort();
    this.#become(found, { state: 'paused', bytesPerSecond: 0, why: undefined });
    this.#next();
  }

  /** Goes on. @param file where the page was loaded anew */
  resume(id: number, file?: File): void {
    const found = this.#find(id);
    if (found === undefined) return;
    const { memory } = found;
    if (file !== undefined && memory !== undefined && !isSame(memory, memory.key, file)) {
      this.#become(found, { why: 'This is a different file, or it was changed. Choose the original file.' });
      return;
    }
    found.file = file ?? found.file;
    if (found.file === undefined) return;
    this.#become(found, { state: 'waiting', why: undefined, hasFile: true });
    this.#next();
  }

  /** Ends an upload and what it left behind, or takes one that has ended out of the list. */
  drop(id: number): void {
    const found = this.#find(id);
    if (found === undefined) return;
    found.ending?.abort();
    this.#running = this.#running.filter((one) => one !== found);
    if (found.memory !== undefined) end(found.memory);
    this.#next();
    this.#tell();
  }

  clearDone(): void {
    this.#running = this.#running.filter(({ shown }) => shown.state !== 'done');
    this.#tell();
  }

  /** Says what becomes of a file whose name is taken. */
  decide(id: number, collision: Collision, isForAll: boolean): void {
    if (isForAll) this.#forAll = collision;
    const asked = this.#running.filter(({ shown }) => shown.state === 'asking' && (isForAll || shown.id === id));
    for (const one of asked) {
      if (collision === 'skip') this.drop(one.shown.id);
      else void this.#settle(one, collision);
    }
  }

  async #settle(one: Running, collision: Collision): Promise<void> {
    try {
      one.mayReplace = collision === 'replace';
      const { bucket, key } = one.shown;
      const next = collision === 'replace' ? key : await freeKey(key, (wanted) => hasObject(bucket, wanted));
      one.isDecided = true;
      // What was begun under the other name cannot become this one.
      if (next !== key && one.memory !== undefined) end(one.memory);
      if (next !== key) one.memory = undefined;
      this.#become(one, { key: next, state: 'waiting' });
    } catch (error) {
      this.#become(one, { state: 'failed', why: messageOf(error) });
    }
    this.#next();
  }

  #add(bucket: string, key: string, file: File | undefined, memory: Remembered | undefined): void {
    const shown: Upload = {
      id: this.#nextId,
      bucket,
      key,
      name: memory?.name ?? file?.name ?? key,
      sizeBytes: file?.size ?? memory?.sizeBytes ?? 0,
      loadedBytes: memory?.loadedBytes ?? 0,
      bytesPerSecond: 0,
      state: file === undefined ? 'paused' : 'waiting',
      hasFile: file !== undefined,
    };
    this.#nextId += 1;
    const isKnown = memory !== undefined;
    this.#running.push({
      shown,
      file,
      memory,
      isDecided: isKnown,
      mayReplace: isKnown,
      ending: undefined,
      samples: [],
    });
  }

  #find(id: number): Running | undefined {
    return this.#running.find(({ shown }) => shown.id === id);
  }

  #next(): void {
    const busy = this.#running.filter(({ ending }) => ending !== undefined).length;
    const waiting = this.#running.filter(({ shown, ending }) => shown.state === 'waiting' && ending === undefined);
    for (const one of waiting.slice(0, Math.max(0, atOnce - busy))) void this.#run(one);
    leaving(this.#running.some(({ ending }) => ending !== undefined));
  }

  async #run(one: Running): Promise<void> {
    const ending = new AbortController();
    one.ending = ending;
    one.samples = [];
    try {
      if (one.file === undefined) return;
      if (one.file.size > largestBytes) throw new Error('An object can be at most 5 TiB.');
      if (!one.isDecided && !(await this.#isFree(one))) return;
      if (ending.signal.aborted) return;
      this.#become(one, { state: 'uploading', why: undefined });
      if (one.file.size < inOneBytes) await this.#sendWhole(one, one.file, ending.signal);
      else await this.#sendParts(one, one.file, ending.signal);
      if (one.memory !== undefined) forget(one.memory.uploadId);
      one.memory = undefined;
      this.#become(one, { state: 'done', loadedBytes: one.file.size, bytesPerSecond: 0, why: undefined });
      await readObjectsAgain();
    } catch (error) {
      if (!ending.signal.aborted) this.#fail(one, error);
      ending.abort();
    } finally {
      // A pause and a going on may have begun another run meanwhile.
      if (one.ending === ending) one.ending = undefined;
      this.#next();
    }
  }

  #fail(one: Running, error: unknown): void {
    if (error instanceof S3Refused && error.code === 'NoSuchUpload' && one.memory !== undefined) {
      forget(one.memory.uploadId);
      one.memory = undefined;
      this.#become(one, { state: 'failed', loadedBytes: 0, why: 'This upload was stopped elsewhere. Start it again.' });
    } else if (error instanceof S3Refused && error.status === 412) {
      one.isDecided = false;
      this.#become(one, { state: 'asking' });
    } else this.#become(one, { state: 'failed', bytesPerSecond: 0, why: messageOf(error) });
  }

  /** Whether nothing is there that would be replaced; else somebody has to say what becomes of it. */
  async #isFree(one: Running): Promise<boolean> {
    const { bucket, key } = one.shown;
    let isTaken = false;
    try {
      isTaken = await hasObject(bucket, key);
    } catch (error) {
      // A key that may write but not list gets 403 here; the conditional write still replaces nothing unasked.
      if (!(error instanceof S3Refused && error.status === 403)) throw error;
    }
    one.isDecided = !isTaken;
    if (!isTaken) return true;
    this.#become(one, { state: 'asking' });
    if (this.#forAll !== undefined) this.decide(one.shown.id, this.#forAll, false);
    return false;
  }

  async #sendWhole(one: Running, file: File, signal: AbortSignal): Promise<void> {
    const { bucket, key } = one.shown;
    const headers = { ...typeOf(file), ...onlyNew(one) };
    await untilDone(
      () =>
        sendBytes({
          request: { method: 'PUT', bucket, key, headers },
          body: file,
          signal,
          onSent: (bytes) => this.#progress(one, bytes),
        }),
      signal,
      (why) => this.#become(one, { state: 'retrying', why }),
    );
  }

  async #sendParts(one: Running, file: File, signal: AbortSignal): Promise<void> {
    await uploadInParts({
      bucket: one.shown.bucket,
      key: one.shown.key,
      file,
      memory: one.memory,
      headers: typeOf(file),
      completeHeaders: onlyNew(one),
      signal,
      onBegun: (uploadId, partBytes) => {
        const { bucket, key, name } = one.shown;
        one.memory = {
          accessKeyId: this.#accessKeyId,
          ...{ bucket, key, name, uploadId, partBytes },
          sizeBytes: file.size,
          modifiedAtMs: file.lastModified,
          loadedBytes: 0,
        };
        remember(one.memory);
      },
      onStored: (bytes) => {
        if (one.memory === undefined || signal.aborted) return;
        one.memory = { ...one.memory, loadedBytes: bytes };
        remember(one.memory);
      },
      onSent: (bytes) => this.#progress(one, bytes),
      onWait: (why) => this.#become(one, { state: 'retrying', why }),
      onCompleting: () => this.#become(one, { state: 'completing', why: undefined }),
    });
  }

  #progress(one: Running, loadedBytes: number): void {
    if (one.ending === undefined || one.ending.signal.aborted) return;
    const nowMs = performance.now();
    one.samples = [
      ...one.samples.filter(({ atMs }) => nowMs - atMs < speedOverMs),
      { atMs: nowMs, bytes: loadedBytes },
    ];
    const [oldest] = one.samples;
    const overMs = nowMs - (oldest?.atMs ?? nowMs);
    const speed = overMs < 300 ? one.shown.bytesPerSecond : ((loadedBytes - (oldest?.bytes ?? 0)) / overMs) * 1000;
    const { state } = one.shown;
    this.#become(one, {
      loadedBytes: Math.min(loadedBytes, one.shown.sizeBytes),
      bytesPerSecond: Math.max(0, speed),
      ...(state === 'retrying' && { state: 'uploading' as const, why: undefined }),
    });
  }

  #become(one: Running, change: Partial<Upload>): void {
    const isQuiet = change.state === undefined;
    one.shown = { ...one.shown, ...change };
    if (isQuiet) this.#telling ??= setTimeout(() => this.#tell(), tellEveryMs);
    else this.#tell();
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#shown = this.#running.map(({ shown }) => shown);
    for (const tell of this.#watchers) tell();
  }
}

export const uploads = new Uploads();

/** Ends an upload in the store, and its parts with it. */
function end({ bucket, key, uploadId }: Remembered): void {
  forget(uploadId);
  s3({ method: 'DELETE', bucket, key, query: { uploadId } }).catch(() => {
    // It has ended by itself, or a lifecycle rule ends it.
  });
}

function isSame({ key, sizeBytes, modifiedAtMs }: Remembered, wanted: string, file: File): boolean {
  return key === wanted && sizeBytes === file.size && modifiedAtMs === file.lastModified;
}

function typeOf(file: File): Record<string, string> {
  return { 'content-type': file.type === '' ? 'application/octet-stream' : file.type };
}

function onlyNew({ mayReplace }: Running): Record<string, string> {
  return mayReplace ? {} : { 'if-none-match': '*' };
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** The browser asks before a page is left on which uploads run. */
function leaving(isBusy: boolean): void {
  if (isBusy) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
}
