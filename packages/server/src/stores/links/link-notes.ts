import type { LinkEvent, LinkFacts, LinkUseNote, RefusalNote } from './link-store.ts';

/** Bounds of what is told and not yet written (LDG-61). */
export const noteBounds = {
  /** Links. Notes of further ones are counted and lost. */
  links: 20_000,
  /** Kinds of event of one link; further ones fold into its last. */
  eventsOfLink: 16,
  /** Events altogether; further ones are counted in one of type `ledger.overflow`. */
  events: 1_000,
  /** Of these, uses of links without limits: what such a link did is told by its record. */
  plainUses: 250,
  /** First uses of one batch that are events of their own. */
  firstUses: 1_000,
  /** Kinds of nameless refusal; further ones count without bucket and key. */
  refusals: 500,
  /** Distinct clients that are counted for a link without `x-link-clients`. */
  clients: 64,
} as const;

const longestText = 256;
export const hourMs = 3_600_000;

export type FoldedEvent = Omit<LinkEvent, 'id'>;

/** An event that more of its kind may be added to. */
type GrowingEvent = { -readonly [Name in keyof FoldedEvent]: FoldedEvent[Name] };

/** What happened with one link since the last write. */
export type LinkNotes = {
  readonly link: LinkFacts;
  isLimited: boolean;
  firstSeenMs: number;
  lastSeenMs: number;
  /** Infinity and 0: it was not used. */
  firstUsedMs: number;
  lastUsedMs: number;
  used: number;
  bytesIn: number;
  bytesOut: number;
  /** By reason; made when there is one. */
  refused: RefusedOfLink | undefined;
  /** Hashes of distinct clients. */
  readonly clients: number[];
  readonly events: GrowingEvent[];
};

type RefusedOfLink = Map<string, { count: number; lastMs: number }>;

/** Refusals of one hour that agree in all but time. */
export type RefusedCount = Omit<RefusalNote, 'atMs'> & { readonly fromMs: number; count: number; lastMs: number };

/** Everything that was told in a while, folded. */
export class NoteBook {
  readonly links = new Map<string, LinkNotes>();
  readonly refusals = new Map<string, RefusedCount>();
  readonly events: FoldedEvent[] = [];
  #eventCount = 0;
  #plainUses = 0;
  #lost = 0;
  #lostLastMs = 0;

  get isEmpty(): boolean {
    return this.links.size === 0 && this.refusals.size === 0 && this.events.length === 0 && this.#lost === 0;
  }

  note(use: LinkUseNote): void {
    const { link, event } = use;
    let notes = this.links.get(link.id);
    if (notes === undefined) {
      if (this.links.size >= noteBounds.links) {
        this.lose(event.atMs, 1);
        return;
      }
      notes = newNotes(link, event.atMs);
      this.links.set(link.id, notes);
    }
    if (use.limited) notes.isLimited = true;
    notes.firstSeenMs = Math.min(notes.firstSeenMs, event.atMs);
    notes.lastSeenMs = Math.max(notes.lastSeenMs, event.atMs);
    notes.bytesIn += use.bytesIn;
    notes.bytesOut += use.bytesOut;
    if (use.clientPrefix !== '' && notes.clients.length < noteBounds.clients) {
      const client = hashOf(use.clientPrefix);
      if (!notes.clients.includes(client)) notes.clients.push(client);
    }
    if (use.outcome === 'seen') return;
    if (use.outcome === 'used') {
      notes.used += 1;
      notes.firstUsedMs = Math.min(notes.firstUsedMs, event.atMs);
      notes.lastUsedMs = Math.max(notes.lastUsedMs, event.atMs);
      this.#fold(notes, 'link.used', event);
      return;
    }
    notes.refused ??= new Map();
    countIn(notes.refused, event.reason ?? '', 1, event.atMs);
    this.#fold(notes, 'link.refused', event);
  }

  append(event: Omit<LinkEvent, 'id' | 'count'>): void {
    if (this.#eventCount >= noteBounds.events) {
      this.lose(event.atMs, 1);
      return;
    }
    this.#eventCount += 1;
    this.events.push({ ...event, userAgent: cut(event.userAgent), client: cut(event.client), count: 1 });
  }

  refuse({ reason, bucket, accessKeyId, atMs }: RefusalNote): void {
    this.addRefusals({
      reason,
      bucket: cut(bucket),
      accessKeyId: cut(accessKeyId),
      fromMs: hourOf(atMs),
      count: 1,
      lastMs: atMs,
    });
  }

  addRefusals(added: RefusedCount): void {
    let { reason, bucket, accessKeyId } = added;
    let key = `${added.fromMs}\n${reason}\n${bucket}\n${accessKeyId}`;
    if (!this.refusals.has(key) && this.refusals.size >= noteBounds.refusals) {
      [bucket, accessKeyId] = ['', ''];
      key = `${added.fromMs}\n${reason}\n\n`;
    }
    const known = this.refusals.get(key);
    if (known === undefined) {
      this.refusals.set(key, { ...added, bucket, accessKeyId });
      return;
    }
    known.count += added.count;
    known.lastMs = Math.max(known.lastMs, added.lastMs);
  }

  /** The event that stands for those there was no room for. */
  overflow(): FoldedEvent | undefined {
    if (this.#lost === 0) return undefined;
    const count = this.#lost;
    return { ...silentEvent('ledger.overflow', this.#lostLastMs, undefined), count };
  }

  /** Takes over what could not be written, as far as there is room. */
  takeBack(other: NoteBook): void {
    for (const [id, notes] of other.links) {
      const known = this.links.get(id);
      if (known === undefined) {
        if (this.links.size < noteBounds.links) this.links.set(id, notes);
        continue;
      }
      known.isLimited ||= notes.isLimited;
      known.firstSeenMs = Math.min(known.firstSeenMs, notes.firstSeenMs);
      known.firstUsedMs = Math.min(known.firstUsedMs, notes.firstUsedMs);
      known.lastUsedMs = Math.max(known.lastUsedMs, notes.lastUsedMs);
      known.used += notes.used;
      known.bytesIn += notes.bytesIn;
      known.bytesOut += notes.bytesOut;
      if (notes.refused === undefined) continue;
      known.refused ??= new Map();
      for (const [reason, { count, lastMs }] of notes.refused) countIn(known.refused, reason, count, lastMs);
    }
    for (const refused of other.refusals.values()) this.addRefusals(refused);
  }

  #fold(notes: LinkNotes, type: string, event: LinkUseNote['event']): void {
    const userAgent = cut(event.userAgent);
    for (const known of notes.events) {
      if (known.type !== type || known.userAgent !== userAgent || !isAlike(known, event)) continue;
      known.atMs = Math.max(known.atMs, event.atMs);
      known.bytes += event.bytes;
      known.durationMs = Math.max(known.durationMs, event.durationMs);
      known.count += 1;
      return;
    }
    const isPlain = type === 'link.used' && !notes.isLimited;
    const isFull = this.#eventCount >= noteBounds.events || (isPlain && this.#plainUses >= noteBounds.plainUses);
    if (isFull || notes.events.length >= noteBounds.eventsOfLink) {
      this.lose(event.atMs, 1);
      return;
    }
    this.#eventCount += 1;
    if (isPlain) this.#plainUses += 1;
    notes.events.push({ ...event, userAgent, client: cut(event.client), type, linkId: notes.link.id, count: 1 });
  }

  /** Something has no room. */
  lose(atMs: number, count: number): void {
    this.#lost += count;
    this.#lostLastMs = Math.max(this.#lostLastMs, atMs);
  }
}

function newNotes(link: LinkFacts, atMs: number): LinkNotes {
  return {
    link,
    isLimited: false,
    firstSeenMs: atMs,
    lastSeenMs: atMs,
    firstUsedMs: Number.POSITIVE_INFINITY,
    lastUsedMs: 0,
    used: 0,
    bytesIn: 0,
    bytesOut: 0,
    refused: undefined,
    clients: [],
    events: [],
  };
}

function isAlike(known: FoldedEvent, event: LinkUseNote['event']): boolean {
  return (
    known.client === event.client &&
    known.method === event.method &&
    known.status === event.status &&
    known.reason === event.reason
  );
}

/** An event that no request made. */
export function silentEvent(type: string, atMs: number, linkId: string | undefined): FoldedEvent {
  return {
    type,
    atMs,
    linkId,
    client: '',
    userAgent: '',
    method: '',
    status: 0,
    bytes: 0,
    durationMs: 0,
    reason: undefined,
    requestId: '',
    count: 1,
  };
}

export function hourOf(atMs: number): number {
  return atMs - (atMs % hourMs);
}

function countIn(counts: RefusedOfLink, reason: string, count: number, lastMs: number): void {
  const known = counts.get(reason);
  if (known === undefined) {
    counts.set(reason, { count, lastMs });
    return;
  }
  known.count += count;
  known.lastMs = Math.max(known.lastMs, lastMs);
}

function cut(text: string): string {
  return text.length <= longestText ? text : text.slice(0, longestText);
}

/** FNV-1a: identifies a client in four bytes, only for counting. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
