import { ask } from './endpoint.ts';
import { explainSilence, fileChanged, refusedByStore, unreachable } from './failures.ts';
import type { Memory } from './memory.ts';
import { type Part, partsOf } from './parts.ts';
import { Patience } from './patience.ts';
import { type Sent, send } from './send.ts';
import type { PartSending, UploadProtocol } from './transfer.ts';
import type { UploadError } from './upload-error.ts';
import type { CompleteAnswer, ListAnswer, PartRequest, Plan, SignAnswer, StartAnswer } from './wire.ts';

/** What the uploads of one uploader share. */
export type Application = {
  readonly endpoint: string;
  readonly headers: (() => HeadersInit) | undefined;
  readonly memory: Memory;
  readonly retriesFor: (error: unknown) => number;
};

/** An upload by URLs that an application signs. */
export class SignedUpload<R> implements UploadProtocol<R> {
  readonly #application: Application;
  readonly #file: File;
  readonly #meta: unknown;
  #token: string | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  #plan: Plan = { bucket: '', partSize: 0, parts: 0 };
  /** Entity tags of parts; '' where CORS hides them. */
  readonly #etags = new Map<number, string>();
  readonly #signed = new Map<number, PartRequest>();
  #signedUntilMs = 0;
  #signing: Promise<void> | undefined;
  /** The store took bytes of ours: what goes wrong after that is not CORS. */
  #wasHeard = false;
  #silences = 0;

  /** @param token of an upload that was started before */
  constructor(application: Application, file: File, meta: unknown, token: string | undefined) {
    this.#application = application;
    this.#file = file;
    this.#meta = meta;
    this.#token = token;
  }

  async open(signal: AbortSignal): Promise<{ readonly parts: readonly Part[]; readonly stored: Iterable<number> }> {
    await (this.#token === undefined ? this.#start() : this.#listParts(signal));
    return { parts: this.#partsOf(), stored: this.#etags.keys() };
  }

  async send(part: Part, sending: PartSending): Promise<void> {
    let sent = await this.#put(part, sending);
    if (sent.status === 403 || /ExpiredToken|RequestTimeTooSkewed/.test(sent.text)) {
      // Most likely its time was over: by a fresh URL it shows.
      this.#signed.clear();
      sent = await this.#put(part, sending);
    }
    if (sent.status < 200 || sent.status > 299) throw refusedByStore(sent);
    this.#etags.set(part.number, sent.etag ?? '');
  }

  async complete(signal: AbortSignal): Promise<R> {
    const parts = [...this.#etags].flatMap(([partNumber, etag]) => (etag ? [{ partNumber, etag }] : []));
    const { result } = await this.#ask<CompleteAnswer<R>>({ action: 'complete', token: this.#token, parts }, signal);
    await this.forget();
    return result;
  }

  async abort(): Promise<void> {
    // A start that is under way makes an upload that has to be ended, too.
    await this.#starting.catch(() => undefined);
    const token = this.#token;
    if (token === undefined) return;
    const patience = new Patience(this.#application.retriesFor, () => undefined);
    await patience.carry(() => this.#ask({ action: 'abort', token }));
    await this.forget();
  }

  /** It cannot be resumed, or need not. */
  async forget(): Promise<void> {
    await this.#application.memory.remove(this.#token ?? '');
  }

  #ask<Answer>(body: object, signal?: AbortSignal): Promise<Answer> {
    const { endpoint, headers } = this.#application;
    return ask<Answer>(endpoint, headers?.(), body, signal);
  }

  /** No signal stops it: only its response names what has to be aborted. */
  async #start(): Promise<void> {
    const { name, size, type, lastModified } = this.#file;
    const asked = this.#ask<StartAnswer>({
      action: 'start',
      file: { name, size, type, lastModified },
      meta: this.#meta,
    });
    this.#starting = asked.then(({ token }) => {
      this.#token = token;
    });
    const [answer] = await Promise.all([asked, this.#starting]);
    const { token, put, validForMs } = answer;
    this.#plan = answer;
    if (put) this.#keep([put], validForMs);
    const { memory, endpoint } = this.#application;
    await memory.add({ token, endpoint, name, size, lastModified, startedAtMs: Date.now() });
  }

  /** Reads which parts of an earlier upload the store has. */
  async #listParts(signal: AbortSignal): Promise<void> {
    const answer = await this.#ask<ListAnswer>({ action: 'list', token: this.#token }, signal);
    const { parts, total, bucket, partSize } = answer;
    this.#plan = { bucket, partSize, parts: total };
    const sizes = new Map(this.#partsOf().map(({ number, start, end }) => [number, end - start]));
    for (const { partNumber, size, etag } of parts)
      if (size === sizes.get(partNumber)) this.#etags.set(partNumber, etag);
  }

  #partsOf(): Part[] {
    // The part of an empty file has no size.
    return partsOf(this.#file.size, this.#plan.partSize || 1);
  }

  async #put({ number }: Part, { body, next, onSent, signal }: PartSending): Promise<Sent> {
    const request = await this.#requestOf(number, next, signal);
    const move = (bytes: number) => {
      if (bytes > 0) this.#wasHeard = true;
      onSent(bytes);
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
    const error = unreachable(new URL(url).host);
    const isFirst = this.#silences++ === 0 && this.#application.retriesFor(error) > 0;
    return this.#wasHeard || isFirst ? error : await explainSilence(url, this.#plan.bucket);
  }

  /** The request of `part`; signed together with those that come next. */
  async #requestOf(part: number, next: () => readonly number[], signal: AbortSignal): Promise<PartRequest> {
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
}
