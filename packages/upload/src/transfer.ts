import { PartsMissing } from './endpoint.ts';
import type { Part } from './parts.ts';
import { Patience } from './patience.ts';
import { type Progress, progressOf, Rate } from './progress.ts';
import type { Slots } from './slots.ts';
import { UploadError } from './upload-error.ts';
import type { UploadState } from './upload-task.ts';

/** What a protocol gets with a part to send. */
export type PartSending = {
  readonly body: Blob;
  /** Numbers of the parts that come next. */
  readonly next: () => readonly number[];
  /** Reports how many bytes of the part are sent. */
  readonly onSent: (bytes: number) => void;
  /** Reports how many bytes of the part the store had before. More than at the last try: earlier failures no longer count. */
  readonly onFound: (bytes: number) => void;
  readonly signal: AbortSignal;
};

/** Which requests send one file. `Transfer` decides when they are made, and how often. */
export interface UploadProtocol<R> {
  /** Starts the upload, or looks up one that was started. @returns its parts, and the numbers of those that the store has */
  open(signal: AbortSignal): Promise<{ readonly parts: readonly Part[]; readonly stored: Iterable<number> }>;
  send(part: Part, sending: PartSending): Promise<void>;
  /** @throws PartsMissing: they are sent again */
  complete(signal: AbortSignal): Promise<R>;
  /** Removes what the store has. Nothing else is called afterwards. */
  abort(): Promise<void>;
}

/** What the transfers of one page share. */
export type TransferSettings = {
  /** Parts of one file at once. */
  readonly parallel: number;
  /** Requests at once, over all files. */
  readonly slots: Slots;
  /** How often work that failed so is repeated: 0 never, Infinity always. */
  readonly retriesFor: (error: unknown) => number;
};

/** Who follows a transfer. */
export type TransferListener = {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** @param reason why it waits, in the state `retrying` */
  readonly onState?: ((state: UploadState, reason: unknown) => void) | undefined;
};

/** How often what the store lost meanwhile is sent again. */
const mostRounds = 3;

/** One file on its way: opened, sent part by part, completed. */
export class Transfer<R> {
  readonly patience: Patience;
  readonly #protocol: UploadProtocol<R>;
  readonly #file: File;
  readonly #settings: TransferSettings;
  readonly #listener: TransferListener;
  #parts: readonly Part[] = [];
  readonly #stored = new Set<number>();
  /** Bytes of parts that are not stored yet. */
  readonly #moved = new Map<number, number>();
  /** Bytes that the store had of a part when it was last asked. */
  readonly #found = new Map<number, number>();
  #running = 0;
  #phase: UploadState = 'waiting';
  #shownState: UploadState = 'waiting';
  #sentBytes = 0;
  readonly #rate = new Rate();

  constructor(protocol: UploadProtocol<R>, file: File, settings: TransferSettings, listener: TransferListener) {
    this.#protocol = protocol;
    this.#file = file;
    this.#settings = settings;
    this.#listener = listener;
    this.patience = new Patience(settings.retriesFor, () => this.#changed());
  }

  get state(): UploadState {
    const { isPaused, waiting } = this.patience;
    if (this.#isOver) return this.#phase;
    if (isPaused) return 'paused';
    return waiting && !this.#running ? 'retrying' : this.#phase;
  }

  /** Sends the file, unless `fault` is known already. @throws UploadError, or what the protocol throws */
  async run(fault?: UploadError): Promise<R> {
    try {
      if (fault) throw fault;
      const { parts, stored } = await this.patience.carry((signal) => this.#protocol.open(signal));
      this.#parts = parts;
      for (const number of stored) this.#stored.add(number);
      const result = await this.#finish();
      this.#enter('done');
      return result;
    } catch (error) {
      const isAborted = error instanceof UploadError && error.code === 'Aborted';
      this.#enter(isAborted ? 'aborted' : 'failed');
      this.patience.end();
      throw error;
    }
  }

  /** Stops sending. What the store has stays; `run` rejects with `Aborted`. */
  stop(): void {
    this.patience.end();
  }

  /** Stops sending, and removes what the store has. */
  async abort(): Promise<void> {
    if (this.#phase === 'done') return;
    this.stop();
    await this.#protocol.abort();
  }

  async #finish(): Promise<R> {
    for (let round = 1; ; round++) {
      await this.#sendParts();
      this.#enter('completing');
      try {
        return await this.patience.carry((signal) => this.#protocol.complete(signal));
      } catch (error) {
        if (!(error instanceof PartsMissing)) throw error;
        if (round === mostRounds) throw new UploadError('StoreRefused', 'The store loses what it is sent.');
        for (const part of error.parts) this.#stored.delete(part);
      }
    }
  }

  async #sendParts(): Promise<void> {
    const { parallel } = this.#settings;
    const queue = this.#parts.filter(({ number }) => !this.#stored.has(number));
    this.#tell();
    const next = () => queue.slice(0, 2 * parallel).map(({ number }) => number);
    const work = async () => {
      for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
        const sent = part;
        await this.patience.carry((signal, restart) => this.#sendPart(sent, next, signal, restart));
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, queue.length) }, work));
  }

  async #sendPart(part: Part, next: () => readonly number[], signal: AbortSignal, restart: () => void): Promise<void> {
    const { number, start, end } = part;
    const moved = this.#moved;
    const release = await this.#settings.slots.take(signal);
    this.#running++;
    this.#enter('uploading');
    const move = (bytes: number) => {
      moved.set(number, bytes);
      this.#tell();
    };
    try {
      await this.#protocol.send(part, {
        body: this.#file.slice(start, end),
        next,
        onSent: (bytes) => {
          this.#sentBytes += bytes - (moved.get(number) ?? 0);
          move(bytes);
        },
        onFound: (bytes) => {
          if (bytes > (this.#found.get(number) ?? 0)) restart();
          this.#found.set(number, bytes);
          move(bytes);
        },
        signal,
      });
      this.#stored.add(number);
    } finally {
      release();
      this.#running--;
      // What is continued inside a part keeps its count until the store is asked again.
      if (!this.#found.has(number)) moved.delete(number);
      this.#tell();
      this.#changed();
    }
  }

  /** It has ended: what still stops is nobody's business. */
  get #isOver(): boolean {
    return this.#phase === 'done' || this.#phase === 'failed' || this.#phase === 'aborted';
  }

  #enter(phase: UploadState): void {
    if (!this.#isOver) this.#phase = phase;
    this.#changed();
  }

  #changed(): void {
    const { state } = this;
    if (state === this.#shownState) return;
    if (state === 'paused') this.#rate.clear();
    this.#shownState = state;
    this.#listener.onState?.(state, this.patience.reason);
  }

  #tell(): void {
    const { onProgress } = this.#listener;
    if (onProgress === undefined || this.#isOver) return;
    let loaded = 0;
    for (const { number, start, end } of this.#parts)
      loaded += this.#stored.has(number) ? end - start : (this.#moved.get(number) ?? 0);
    onProgress(progressOf(loaded, this.#file.size, this.#rate.perSecond(this.#sentBytes, performance.now())));
  }
}
