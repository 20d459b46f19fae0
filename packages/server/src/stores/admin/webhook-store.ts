import type { Page } from '../links/link-store.ts';

/** What messages are signed with. */
export type WebhookSecret = {
  /** `whsec_` and base64 of 32 bytes. */
  readonly text: string;
  readonly createdAtMs: number;
  /** From then on it signs nothing; undefined: the newest, which stays. */
  readonly retireAtMs: number | undefined;
};

/** An endpoint that receives events. Only the operator creates one; no link can (EVT-20). */
export type WebhookTarget = {
  /** `wh_` and 16 characters; `wf_` if it is configured in the settings file (EVT-31). */
  readonly id: string;
  /** How configurations name it; unique. */
  readonly name: string | undefined;
  readonly url: string;
  /** Event types that it receives. */
  readonly types: readonly string[];
  /** The newest first: two while the secret is being rotated (EVT-23). They rest sealed. */
  readonly secrets: readonly WebhookSecret[];
  /** `gone`: it answered 410 and receives no more events. */
  readonly state: 'enabled' | 'disabled' | 'gone';
  readonly createdAtMs: number;
};

/** Whether a target is configured in the settings file, and can be changed only there. */
export function isFileTarget({ id }: Pick<WebhookTarget, 'id'>): boolean {
  return id.startsWith('wf_');
}

export type WebhookChange = Partial<Pick<WebhookTarget, 'url' | 'types' | 'secrets' | 'state' | 'name'>>;

/** One message for one target, sent as it is. */
export type NewMessage = {
  /** `wh_…` of the target, or its name. */
  readonly target: string;
  /** `webhook-id`, the same at every try; undefined: made, `msg_` and a ULID. */
  readonly id?: string | undefined;
  readonly type: string;
  /** JSON text, at most `mostMessageBytes`. */
  readonly body: string;
};

/** A message on its way. */
export type Delivery = {
  readonly n: number;
  readonly targetId: string;
  readonly messageId: string;
  readonly type: string;
  readonly body: string;
  readonly madeAtMs: number;
  readonly tries: number;
  readonly state: 'waiting' | 'delivered' | 'failed';
  /** When it is tried next, or was settled. */
  readonly nextAtMs: number;
  readonly lastAtMs: number | undefined;
  readonly lastStatus: number | undefined;
  readonly lastError: string | undefined;
};

/** What became of one try. */
export type DeliveryOutcome = Pick<Delivery, 'state' | 'nextAtMs' | 'lastStatus' | 'lastError'> & {
  readonly lastAtMs: number;
};

export const mostMessageBytes = 262_144;
/** Bounds (EVT-28). */
export const mostTargets = 100;
export const mostWaiting = 100_000;
export const mostSettled = 1_000;
export const settledKeptMs = 7 * 86_400_000;

/** Targets of webhooks, and what they still have to be told. Durable when a promise resolves; rules EVT-n in spec/events.md. */
export interface WebhookStore {
  /** @returns `taken`: another has this name; `full`: there are as many as there may be. */
  createTarget(target: WebhookTarget): Promise<'created' | 'taken' | 'full'>;
  /** A target that is switched on receives events from then on. @returns undefined when there is none */
  editTarget(id: string, change: WebhookChange): Promise<WebhookTarget | 'taken' | undefined>;
  /** What it was still to be told goes with it. @returns false when there is none */
  deleteTarget(id: string): Promise<boolean>;
  /** In the order in which they were made. */
  listTargets(): Promise<readonly WebhookTarget[]>;
  /** By id or name. */
  findTarget(idOrName: string): Promise<WebhookTarget | undefined>;

  /** A message for a target that is not there, is switched off or has too many waiting is dropped. @returns how many were queued */
  enqueue(messages: readonly NewMessage[]): Promise<number>;
  /** The number of the last event that was examined. */
  place(): Promise<number>;
  /** EVT-24, one transaction: the messages are queued, and the place moves behind the events that they tell of. */
  queueEvents(messages: readonly NewMessage[], place: number): Promise<void>;
  /** EVT-21: events with a number up to this happened before the target was there, or was switched on again. */
  startOf(targetId: string): Promise<number>;

  /** Waiting ones of one target whose time has come, the oldest first. */
  due(targetId: string, nowMs: number, limit: number): Promise<readonly Delivery[]>;
  settle(n: number, outcome: DeliveryOutcome): Promise<void>;
  /** Sends one again, now. @returns undefined when there is none */
  retry(targetId: string, n: number, nowMs: number): Promise<Delivery | undefined>;
  /** The newest first. */
  listDeliveries(query: {
    readonly targetId: string;
    readonly cursor: string | undefined;
    readonly limit: number;
  }): Promise<Page<Delivery>>;
  countWaiting(): Promise<number>;
  /** Forgets what was settled long ago, and the oldest settled over the number. */
  sweep(nowMs: number): Promise<void>;
}
