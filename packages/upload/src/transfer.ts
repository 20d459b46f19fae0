import { ask, PartsMissing } from './endpoint.ts';
import { explainSilence, fileChanged, refusedByStore, unreachable } from './failures.ts';
import type { Memory, Unfinished } from './memory.ts';
import { Patience } from './patience.ts';
import { progressOf, Rate } from './progress.ts';
import { type Sent, send } from './send.ts';
import type { Slots } from './slots.ts';
import { UploadError } from './upload-error.ts';
import type { UploadOptions, UploadState } from './upload-task.ts';
import type { CompleteAnswer, ListAnswer, PartRequest, Plan, SignAnswer, StartAnswer } from './wire.ts';

/** What the uploads of one uploader share. */
export type Surroundings = {
  readonly endpoint: string;
  readonly headers: (() => HeadersInit) | undefined;
  readonly parallel: number;
  readonly retries: number;
  readonly memory: Memory;
  readonly slots: Slots;
};

/** How often what the store lost meanwhile is sent again. */
const mostRounds = 3;

/** One file on its way: started or resumed, sent part by part, completed. */
export class Transfer<R> {
  readonly patience: Patience;
  readonly #around: Surroundings;
  readonly #file: File;
  readonly #options: UploadOptions;
  readonly #known: Unfinished | undefined;
  #token: string | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  #plan: Plan = { bucket: '', partSize: 0, parts: 0 };
  /** Parts that the store has, with their entity tags; '' where CORS hides them. */
  readonly #stored = new Map<number, string>();
  readonly #moving = new Map<number, number>();
  readonly #signed = new Map<number, PartRequest>();
  #signedUntilMs = 0;
  #signing: Promise<void> | undefined;
  #phase: UploadState = 'waiting';
  #shownState: UploadState = 'waiting';
  #sentBytes = 0;
  readonly #rate = new Rate();
  /** The store took bytes of ours: what goes wrong after that is not CORS. */
  #wasHeard = false;
  #silences = 0;

  constructor(around: Surroundings, file: File, options: UploadOptions, known: Unfinished | undefined) {
    this.#around = around;
    this.#file = file;
    this.#options = options;
    this.patience = new Patience(around.retries, () => this.#changed());
    this.#known = known;
    this.#token = known?.token;
  }

  get state(): UploadState {
    const { isPaused, waiting } = this.patience;
    if (this.#isOver) return this.#phase;
    if (isPaused) return 'paused';
    return waiting && !this.#moving.size ? 'retrying' : this.#phase;
  }

  /** Sends the file, unless `fault` is known already. @throws UploadError */
  async run(fault?: UploadError): Promise<R> {
    const { name, size, lastModified } = this.#file;
    const {
      name: before = name,
      size: sizeBefore = size,
      lastModified: modifiedBefore = lastModified,
    } = this.#known ?? {};
    try {
      if (fault) throw fault;
      if (name !== before || size !== sizeBefore || lastModified !== modifiedBefore) throw fileChanged();
      await (this.#token === undefined ? this.#start() : this.#listParts());
      const result = await this.#finish();
      await this.#around.memory.remove(this.#token ?? '');
      this.#enter('done');
      return result;
    } catch (error) {
      const isAborted = error instanceof UploadError && error.code === 'Aborted';
      this.#enter(isAborted ? 'aborted' : 'failed');
      this.patience.end();
      // What nobody can finish is not worth remembering; what was cut off is, and what waits for another sign-in.
      if (error instanceof UploadError && (error.code === 'LinkExpired' || error.status === 400))
        await this.#around.memory.remove(this.#token ?? '');
      throw error;
    }
  }

  /** Ends it, and has the application remove what the store has. */
  async abort(): Promise<void> {
    if (this.#phase === 'done') return;
    this.patience.end();
    // A start that is under way makes an upload that has to be ended, too.
    await this.#starting.catch(() => undefined);
    const token = this.#token;
    if (token === undefined) return;
    const { retries, memory } = this.#around;
    await new Patience(retries, () => undefined).carry(() => this.#ask({ action: 'abort', token }));
    await memory.remove(token);
  }

  #ask<Answer>(body: object, signal?: AbortSignal): Promise<Answer> {
    const { endpoint, headers } = this.#around;
    return ask<Answer>(endpoint, headers?.(), body, signal);
  }

  async #start(): Promise<void> {
    const { name, size, type, lastModified } = this.#file;
    const { meta } = this.#options;
    const answer = await this.patience.carry(() => {
      const asked = this.#ask<StartAnswer>({ action: 'start', file: { name, size, type, lastModified }, meta });
      this.#starting = asked.then(({ token }) => {
        this.#token = token;
      });
      // Whoever started it hears of a failure.
      return Promise.all([asked, this.#starting]).then(([started]) => started);
    });
    const { token, put, validForMs } = answer;
    this.#plan = answer;
    if (put) this.#keep([put], validForMs);
    const { memory, endpoint } = this.#around;
    await memory.add({ token, endpoint, name, size, lastModified, startedAtMs: Date.now() });
  }

  /** Reads which parts of an earlier upload the store has. */
  async #listParts(): Promise<void> {
    const { parts, total, bucket, partSize } = await this.patience.carry((signal) =>
      this.#ask<ListAnswer>({ action: 'list', token: this.#token }, signal),
    );
    this.#plan = { bucket, partSize, parts: total };
    for (const { partNumber, size, etag } of parts)
      if (size === this.#sizeOf(partNumber)) this.#stored.set(partNumber, etag);
  }

  async #finish(): Promise<R> {
    for (let round = 1; ; round++) {
      await this.#sendParts();
      this.#enter('completing');
      const parts = [...this.#stored].flatMap(([partNumber, etag]) => (etag ? [{ partNumber, etag }] : []));
      try {
        const { result } = await this.patience.carry((signal) =>
          this.#ask<CompleteAnswer<R>>({ action: 'complete', token: this.#token, parts }, signal),
        );
        return result;
      } catch (error) {
        if (!(error instanceof PartsMissing)) throw error;
        if (round === mostRounds) throw new UploadError('StoreRefused', 'The store loses what it is sent.');
        for (const part of error.parts) this.#stored.delete(part);
      }
    }
  }

  async #sendParts(): Promise<void> {
    const queue = Array.from({ length: this.#plan.parts }, (_, at) => at + 1).filter((part) => !this.#stored.has(part));
    this.#tell();
    const work = async () => {
      for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
        const number = part;
        const next = () => queue.slice(0, 2 * this.#around.parallel);
        await this.patience.carry((signal) => this.#sendPart(number, next, signal));
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#around.parallel, queue.length) }, work));
  }

  async #sendPart(part: number, next: () => number[], signal: AbortSignal): Promise<void> {
    const release = await this.#around.slots.take(signal);
    this.#moving.set(part, 0);
    this.#enter('uploading');
    try {
      let sent = await this.#put(part, next, signal);
      if (sent.status === 403 || /ExpiredToken|RequestTimeTooSkewed/.test(sent.text)) {
        // Most likely its time was over: by a fresh URL it shows.
        this.#signed.clear();
        sent = await this.#put(part, next, signal);
      }
      if (sent.status < 200 || sent.status > 299) throw refusedByStore(sent);
      this.#stored.set(part, sent.etag ?? '');
    } finally {
      release();
      this.#moving.delete(part);
      this.#tell();
      this.#changed();
    }
  }

  async #put(part: number, next: () => number[], signal: AbortSignal): Promise<Sent> {
    const request = await this.#requestOf(part, next, signal);
    const begin = (part - 1) * this.#plan.partSize;
    const body = this.#file.slice(begin, begin + this.#sizeOf(part));
    const move = (bytes: number) => {
      this.#sentBytes += bytes - (this.#moving.get(part) ?? 0);
      this.#moving.set(part, bytes);
      if (bytes > 0) this.#wasHeard = true;
      this.#tell();
    };
    const sent = await send(request, body, move, signal);
    if (sent.status === 0) throw await this.#silence(request.url, body);
    this.#wasHeard = true;
    return sent;
  }

  /** Why there was no answer. Once may be chance: only the second silence before any byte was taken is looked into. */
  async #silence(url: string, body: Blob): Promise<UploadError> {
    try {
      await body.slice(0, 1).arrayBuffer();
    } catch {
      return fileChanged();
    }
    const isFirst = this.#silences++ === 0 && this.#around.retries > 0;
    return this.#wasHeard || isFirst ? unreachable(new URL(url).host) : await explainSilence(url, this.#plan.bucket);
  }

  /** The request of `part`; signed together with those that come next. */
  async #requestOf(part: number, next: () => number[], signal: AbortSignal): Promise<PartRequest> {
    for (;;) {
      if (performance.now() >= this.#signedUntilMs) this.#signed.clear();
      const request = this.#signed.get(part);
      if (request !== undefined) {
        this.#signed.delete(part);
        return request;
      }
      if (this.#signing === undefined) {
        const parts = [part, ...next().filter((other) => other !== part)].slice(0, 50);
        this.#signing = this.#ask<SignAnswer>({ action: 'sign', token: this.#token, parts }, signal)
          .then((answer) => this.#keep(answer.parts, answer.validForMs))
          .finally(() => {
            this.#signing = undefined;
          });
      }
      await this.#signing;
    }
  }

  /** By a clock of ours that nobody sets: the page's time of day may be wrong. An upload must begin within it, so not the last tenth. */
  #keep(parts: readonly PartRequest[], validForMs: number): void {
    this.#signedUntilMs = performance.now() + validForMs * 0.9;
    for (const request of parts) this.#signed.set(request.partNumber, request);
  }

  #sizeOf(part: number): number {
    const { partSize } = this.#plan;
    return Math.max(0, Math.min(partSize, this.#file.size - partSize * (part - 1)));
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
    this.#options.onState?.(state);
  }

  #tell(): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined || this.#isOver) return;
    let loaded = 0;
    for (const part of this.#stored.keys()) loaded += this.#sizeOf(part);
    for (const [part, bytes] of this.#moving) if (!this.#stored.has(part)) loaded += bytes;
    onProgress(progressOf(loaded, this.#file.size, this.#rate.perSecond(this.#sentBytes, performance.now())));
  }
}
