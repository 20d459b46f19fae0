import type { EventBounds, EventPage, EventStore, NewEvent, StreamedEvent } from '../links/event-store.ts';
import { eventIdOf } from '../links/link-cursor.ts';

/** The model of the stream: what was told, in its order. */
export class MemoryEvents implements EventStore {
  readonly #events: StreamedEvent[] = [];

  tell(events: readonly NewEvent[]): Promise<void> {
    for (const event of events) {
      const n = this.#events.length + 1;
      this.#events.push({ ...event, id: eventIdOf(event.atMs, n), count: 1, n, link: undefined });
    }
    return Promise.resolve();
  }

  read(after: number, limit: number): Promise<EventPage> {
    const events = this.#events.slice(after, after + limit);
    return Promise.resolve({ events, after: events.at(-1)?.n ?? after });
  }

  bounds(): EventBounds {
    const last = this.#events.length;
    return { first: Math.min(last, 1), last };
  }

  tellWithheld(): Promise<void> {
    return Promise.resolve();
  }

  tellExpiring(): Promise<void> {
    return Promise.resolve();
  }
}
