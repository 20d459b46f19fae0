import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { EventBounds, EventStore, StreamedEvent } from '../stores/links/event-store.ts';
import { eventIdOf, eventNumberOf } from '../stores/links/link-cursor.ts';
import type { Clock } from '../world/clock.ts';

/** Which events a subscriber receives; an undefined member filters nothing. */
export type EventFilter = {
  readonly accountId: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly linkId: string | undefined;
  readonly types: readonly string[] | undefined;
};

export type FeedOptions = {
  readonly store: EventStore;
  readonly clock: Clock;
  /** An event as it is written. */
  readonly show: (event: StreamedEvent) => unknown;
};

/** How long what was written may be unseen. */
const checkEveryMs = 200;
/** EVT-12. */
const beatMs = 15_000;
/** EVT-10: who is further behind than either cannot go on. */
const mostBehind = 10_000;
const oldestMs = 3_600_000;
/** EVT-13. */
const mostStreams = 100;
const pageEvents = 100;

/** The stream of events as those who listen to this process get it. What the other processes wrote is in it: it is read from the store. */
export class EventFeed {
  readonly #options: FeedOptions;
  readonly #streams = new Set<EventStream>();
  #seen = 0;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** @returns undefined when too many listen */
  open(filter: EventFilter, lastEventId: string | undefined): EventStream | undefined {
    if (this.#streams.size >= mostStreams || this.#isStopped) return undefined;
    const { store, clock } = this.#options;
    const bounds = store.bounds();
    const place = lastEventId === undefined ? bounds.last : placeOf(lastEventId, bounds, clock.nowMs());
    const stream: EventStream = new EventStream({
      ...this.#options,
      filter,
      after: place ?? bounds.last,
      mustReset: place === undefined,
      onClose: () => {
        this.#streams.delete(stream);
        if (this.#streams.size > 0) return;
        this.#cancel?.();
        this.#cancel = undefined;
      },
    });
    this.#streams.add(stream);
    if (this.#cancel === undefined) this.#poll();
    return stream;
  }

  /** Ends every stream: whoever listened asks the next server, or this one when it is there again. */
  stop(): void {
    this.#isStopped = true;
    for (const stream of this.#streams) stream.end();
  }

  #poll(): void {
    this.#cancel = this.#options.clock.after(checkEveryMs, () => {
      const { last } = this.#options.store.bounds();
      if (last !== this.#seen) for (const stream of this.#streams) stream.wake();
      this.#seen = last;
      this.#poll();
    });
  }
}

/** EVT-10: where a stream goes on behind an event. @returns undefined when it cannot */
export function placeOf(id: string, { first, last }: EventBounds, nowMs: number): number | undefined {
  let n: number;
  try {
    n = eventNumberOf(id);
  } catch {
    return undefined;
  }
  if (n > last || n < first - 1) return undefined;
  // The id of the event that is an hour old sorts behind those of all that are older.
  const isOld = id < eventIdOf(Math.max(0, nowMs - oldestMs), 0);
  return isOld && last - n > mostBehind ? undefined : n;
}

type StreamOptions = FeedOptions & {
  readonly filter: EventFilter;
  readonly after: number;
  readonly mustReset: boolean;
  readonly onClose: () => void;
};

/**
 * One stream, as the body of an answer that has no length. It asks the store for the next page when the last one is gone, so a
 * reader that is slow holds a page and no more (EVT-13).
 */
export class EventStream {
  readonly sizeBytes = 0;
  readonly isOpenEnded = true;
  readonly #options: StreamOptions;
  #after: number;
  #isEnded = false;
  #isAwake = false;
  #wake: (() => void) | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#after = options.after;
  }

  wake(): void {
    this.#isAwake = true;
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  close(): Promise<void> {
    this.#options.onClose();
    return Promise.resolve();
  }

  async send(sink: Writable, signal: AbortSignal): Promise<void> {
    const { store, clock, show, mustReset } = this.#options;
    await write(sink, `${mustReset ? 'event: reset\ndata: {}\n' : ': \nretry: 2000\n'}${this.#placeLine()}\n`, signal);
    let writtenMs = clock.monotonicMs();
    while (!this.#isEnded && !signal.aborted) {
      this.#isAwake = false;
      const page = await store.read(this.#after, pageEvents);
      const isMore = page.after !== this.#after;
      this.#after = page.after;
      const wanted = page.events.filter((event) => isWanted(event, this.#options.filter));
      let text = wanted.map((event) => `id: ${event.id}\ndata: ${JSON.stringify(show(event))}\n\n`).join('');
      const nowMs = clock.monotonicMs();
      // The place moves on for a reader that nothing was meant for, too.
      if (text === '' && nowMs - writtenMs >= beatMs) text = `: \n${this.#placeLine()}\n`;
      if (text !== '') {
        await write(sink, text, signal);
        writtenMs = nowMs;
      }
      if (!isMore) await this.#rest(writtenMs + beatMs - nowMs, signal);
    }
  }

  /** Without data no event is dispatched; the id is remembered. */
  #placeLine(): string {
    return `id: ${eventIdOf(this.#options.clock.nowMs(), this.#after)}\n`;
  }

  async #rest(beatInMs: number, signal: AbortSignal): Promise<void> {
    if (this.#isAwake || this.#isEnded || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        cancel();
        signal.removeEventListener('abort', go);
        this.#wake = undefined;
        resolve();
      };
      const cancel = this.#options.clock.after(Math.max(0, beatInMs), go);
      signal.addEventListener('abort', go, { once: true });
      this.#wake = go;
    });
  }
}

async function write(sink: Writable, text: string, signal: AbortSignal): Promise<void> {
  if (!sink.write(text)) await once(sink, 'drain', { signal });
}

/** EVT-5. */
function isWanted(event: StreamedEvent, { accountId, accessKeyId, linkId, types }: EventFilter): boolean {
  if (accountId !== undefined && (event.link?.accountId ?? event.accountId) !== accountId) return false;
  if (accessKeyId !== undefined && event.link?.accessKeyId !== accessKeyId) return false;
  if (linkId !== undefined && event.linkId !== linkId) return false;
  return types === undefined || types.includes(event.type);
}
