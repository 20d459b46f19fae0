import { isSameFile } from './memory.ts';
import { type Progress, progressOf } from './progress.ts';
import type { UploadError } from './upload-error.ts';
import type { UploadState, UploadTask } from './upload-task.ts';
import { createUploader, type Uploader, type UploaderOptions } from './uploader.ts';

/** What `useUpload` takes. */
export type UploadListOptions = UploaderOptions & {
  /** Several files at once. Default true. */
  readonly multiple?: boolean;
  readonly meta?: unknown;
};

/** One file of the list. Each change makes a new one. */
export type UploadRow<R> = {
  readonly id: string;
  readonly file: File;
  readonly state: UploadState;
  readonly progress: Progress;
  readonly error?: UploadError;
  /** What the application's `complete` returned. */
  readonly result?: R;
  /** For a live region: changes at each quarter and at each turn, not at each byte. */
  readonly announce: string;
};

function announcement({ file, state, progress, error }: Omit<UploadRow<unknown>, 'announce'>): string {
  const quarter = Math.floor(progress.fraction * 4) * 25;
  const said =
    state === 'uploading'
      ? `${quarter} percent uploaded`
      : state === 'failed'
        ? `${error?.message} ${error?.hint}`
        : state;
  return `${file.name}: ${said}`;
}

/** Files on their way, as a list that a view can follow. */
export class UploadList<R> {
  readonly #options: UploadListOptions;
  readonly #uploader: Uploader<R>;
  readonly #listeners = new Set<() => void>();
  readonly #tasks = new Map<string, UploadTask<R>>();
  #rows: readonly UploadRow<R>[] = [];
  #count = 0;

  constructor(options: UploadListOptions) {
    this.#options = options;
    this.#uploader = createUploader<R>(options);
  }

  readonly rows = (): readonly UploadRow<R>[] => this.#rows;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(files: Iterable<File>): void {
    for (const file of files) {
      const id = String(++this.#count);
      const row = { id, file, state: 'waiting', progress: progressOf(0, file.size, 0), announce: '' } as const;
      this.#show([...this.#rows, row]);
      this.#begin(id, file, undefined);
    }
  }

  taskOf(id: string): UploadTask<R> | undefined {
    return this.#tasks.get(id);
  }

  abort(id: string): void {
    // Nobody waits for it: what it could not remove, the store's own rule for open uploads does.
    this.#tasks
      .get(id)
      ?.abort()
      .catch(() => undefined);
  }

  retry(id: string): void {
    const row = this.#rows.find((other) => other.id === id);
    if (row?.state !== 'failed' && row?.state !== 'aborted') return;
    const { error: _, ...rest } = row;
    this.#show(this.#rows.map((other) => (other === row ? { ...rest, state: 'waiting' } : other)));
    void this.#again(id, row.file);
  }

  clear(): void {
    const isOver = ({ state }: UploadRow<R>) => state === 'done' || state === 'failed' || state === 'aborted';
    for (const { id } of this.#rows.filter(isOver)) this.#tasks.delete(id);
    this.#show(this.#rows.filter((row) => !isOver(row)));
  }

  async #again(id: string, file: File): Promise<void> {
    const known = (await this.#uploader.unfinished()).find((other) => isSameFile(other, file));
    this.#begin(id, file, known);
  }

  #begin(id: string, file: File, known: Awaited<ReturnType<Uploader<R>['unfinished']>>[number] | undefined): void {
    const { meta } = this.#options;
    const options = {
      meta,
      onProgress: (progress: Progress) => this.#change(id, { progress }),
      onState: (state: UploadState) => this.#change(id, { state }),
    };
    const task = known ? this.#uploader.resume(known, file, options) : this.#uploader.upload(file, options);
    this.#tasks.set(id, task);
    task.then(
      (result) => this.#change(id, { result }),
      (error) => this.#change(id, { error }),
    );
  }

  #change(id: string, change: Partial<UploadRow<R>>): void {
    this.#show(
      this.#rows.map((row) => {
        if (row.id !== id) return row;
        const changed = { ...row, ...change };
        return { ...changed, announce: announcement(changed) };
      }),
    );
  }

  #show(rows: readonly UploadRow<R>[]): void {
    this.#rows = rows;
    for (const listener of this.#listeners) listener();
  }
}
