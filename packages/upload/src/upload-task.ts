import type { Progress } from './progress.ts';

/** What an upload is doing. `waiting`: for its turn. `retrying`: for a better time, or for the network. */
export type UploadState =
  | 'waiting'
  | 'uploading'
  | 'paused'
  | 'retrying'
  | 'completing'
  | 'done'
  | 'failed'
  | 'aborted';

/** One upload under way: a promise of what the application's `complete` returns. Rejects with `UploadError`. */
export interface UploadTask<R> extends Promise<R> {
  /** Stops sending at once; the parts that the store has stay. */
  pause(): void;
  resume(): void;
  /** Ends the upload and leaves nothing of it in the store. The task rejects with `Aborted`. */
  abort(): Promise<void>;
  readonly state: UploadState;
}

/** For one upload. */
export type UploadOptions = {
  readonly signal?: AbortSignal;
  /** Reaches the application as `file.meta`. JSON. */
  readonly meta?: unknown;
  readonly onProgress?: (progress: Progress) => void;
  readonly onState?: (state: UploadState) => void;
};

function giveState<T extends object>(
  target: T,
  state: () => UploadState,
): asserts target is T & { readonly state: UploadState } {
  Object.defineProperty(target, 'state', { get: state, enumerable: true });
}

/** The promise with its handles. */
export function taskOf<R>(
  promise: Promise<R>,
  handles: Pick<UploadTask<R>, 'pause' | 'resume' | 'abort'>,
  state: () => UploadState,
): UploadTask<R> {
  const task = Object.assign(promise, handles);
  giveState(task, state);
  return task;
}
