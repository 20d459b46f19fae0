import { isAccepted } from './accept.ts';
import { fileChanged } from './failures.ts';
import { holdPage } from './hold-page.ts';
import { forgetful, isSameFile, openMemory, type Unfinished } from './memory.ts';
import { SignedUpload } from './signed-upload.ts';
import { Slots } from './slots.ts';
import { Transfer } from './transfer.ts';
import { UploadError } from './upload-error.ts';
import { taskOf, type UploadOptions, type UploadTask } from './upload-task.ts';

export type { UploadOptions } from './upload-task.ts';

/** How uploads of one endpoint go. */
export type UploaderOptions = {
  /** Where the application answers with `uploadHandler`. */
  readonly endpoint: string;
  /** Further headers for it, asked for at every request. The store never gets them. */
  readonly headers?: () => HeadersInit;
  /** How many requests go to the store at once, over all files. Default 3. */
  readonly parallel?: number;
  /** How often what failed for a passing reason is tried again, after 0.5 to 30 s. Default 5. */
  readonly retries?: number;
  /** Where unfinished uploads are remembered. Default IndexedDB, where there is one. */
  readonly store?: 'indexeddb' | 'none';
  /** What is said at once instead of after a request: the application's handler decides. `image/*`, `.pdf`. */
  readonly accept?: readonly string[];
  /** As `accept`. Bytes, or '5MB', '5MiB'. */
  readonly maxSize?: number | string;
};

/** Sends files. */
export interface Uploader<R> {
  upload(file: File, options?: UploadOptions): UploadTask<R>;
  /** What was begun in this browser and not finished. */
  unfinished(): Promise<Unfinished[]>;
  /** Goes on with an unfinished upload: parts that the store has are not sent again. Rejects with `FileChanged` for another file. */
  resume(unfinished: Unfinished, file: File, options?: UploadOptions): UploadTask<R>;
}

/** Bytes of '5MB'. NaN, which bounds nothing, for what is no size. */
function bytesOf(size: number | string): number {
  const [, digits, prefix = '', binary] = /^([\d.]+)([KMGT]?)(i?)B$/.exec(String(size)) ?? [];
  return typeof size === 'number' ? size : Number(digits) * (binary ? 1024 : 1000) ** ' KMGT'.indexOf(prefix || ' ');
}

/** Why a file is not even started. */
function faultOf(
  { accept, maxSize = Number.NaN }: UploaderOptions,
  file: File,
  known: Unfinished | undefined,
): UploadError | undefined {
  if (!isAccepted(accept, file)) {
    const hint = `Choose one of: ${accept?.join(', ')}.`;
    return new UploadError('TypeNotAllowed', 'Files of this kind are not taken here.', { hint });
  }
  if (file.size > bytesOf(maxSize))
    return new UploadError('TooLarge', 'The file is too large.', { hint: `Choose one of at most ${maxSize}.` });
  return known === undefined || isSameFile(known, file) ? undefined : fileChanged();
}

/** Makes what sends files to the store that the application behind `endpoint` signs for. */
export function createUploader<Result = unknown>(options: UploaderOptions): Uploader<Result> {
  const { endpoint, headers, parallel = 3, retries = 5, store = 'indexeddb' } = options;
  const memory = store === 'none' ? forgetful : openMemory(endpoint);
  const retriesFor = (error: unknown): number => {
    if (!(error instanceof UploadError && error.retryable)) return 0;
    return error.code === 'Offline' && retries > 0 ? Number.POSITIVE_INFINITY : retries;
  };
  const settings = { parallel, slots: new Slots(parallel), retriesFor };
  const begin = (file: File, given: UploadOptions, known?: Unfinished): UploadTask<Result> => {
    const upload = new SignedUpload<Result>({ endpoint, headers, memory, retriesFor }, file, given.meta, known?.token);
    const { onProgress, onState } = given;
    const transfer = new Transfer(upload, file, settings, { onProgress, onState: (state) => onState?.(state) });
    const release = holdPage();
    const promise = transfer
      .run(faultOf(options, file, known))
      .catch(async (error: unknown) => {
        // What nobody can finish is not worth remembering; what was cut off is, and what waits for another sign-in.
        if (error instanceof UploadError && (error.code === 'LinkExpired' || error.status === 400))
          await upload.forget();
        throw error;
      })
      .finally(release);
    const { signal } = given;
    const abort = () => {
      // Whoever aborts it needs no handler for that rejection.
      promise.catch(() => undefined);
      return transfer.abort();
    };
    const stop = () => void abort().catch(() => undefined);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    return taskOf(
      promise,
      {
        pause: () => transfer.patience.pause(),
        resume: () => transfer.patience.resume(),
        abort,
      },
      () => transfer.state,
    );
  };
  return {
    upload: (file, given = {}) => begin(file, given),
    unfinished: () => memory.list(),
    resume: (unfinished, file, given = {}) => begin(file, given, unfinished),
  };
}
