import type { LinkEvent, LinkKind } from './link-store.ts';

/** Something to be told of: what a request did, what somebody changed, what the server itself noticed. */
export type NewEvent = Omit<LinkEvent, 'id' | 'count'>;

/** An event of the stream. Its `count` is how many it stands for (EVT-6). */
export type StreamedEvent = LinkEvent & {
  /** Its number in the store, which never repeats. */
  readonly n: number;
  /** Of its link, while the ledger has it. */
  readonly link: { readonly kind: LinkKind; readonly accountId: string; readonly accessKeyId: string } | undefined;
};

/** A stretch of the stream. `after` is where the next one begins: it moves past what is the ledger's alone. */
export type EventPage = { readonly events: readonly StreamedEvent[]; readonly after: number };

/** What the store has of the stream: numbers of the oldest and newest event, both 0 when it has none. */
export type EventBounds = { readonly first: number; readonly last: number };

/**
 * The stream of events of a server, in the order in which they were written, by all of its processes (rules EVT-n in
 * spec/events.md). Uses and refusals of links get there through the ledger (`LinkStore.note`), a second later at most.
 */
export interface EventStore {
  /** EVT-3: durable when it resolves. */
  tell(events: readonly NewEvent[]): Promise<void>;
  /** Events behind number `after`, at most `limit`. */
  read(after: number, limit: number): Promise<EventPage>;
  bounds(): EventBounds;
  /** EVT-6: tells of refusals that were held back, of which a minute has passed. */
  tellWithheld(nowMs: number): Promise<void>;
  /** EVT-8: tells of shares that end within a day, each once for each end that it is given. */
  tellExpiring(nowMs: number): Promise<void>;
}

/** EVT-8. */
export const expiringBeforeMs = 86_400_000;

/** EVT-6: a link tells of refusals for one reason so seldom. */
export const refusalsReportedEveryMs = 60_000;
