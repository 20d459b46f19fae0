import type { ReadLimits } from '@tidegate/presign/internal';
import type { EventSumQuery, EventSums, EventVisibility } from './event-sums.ts';

/**
 * A link's whole identity: base32 (lower case, 52 characters) of SHA-256 over the signature that the server computed, or over
 * the id of a share. People see `lk_`, `sh_` or `rq_` and its first 16 characters.
 */
export type LinkId = string;

export type LinkKind = 'link' | 'share' | 'request';

/** What is known of a link from its URL (or its record, for a share) alone. Never its signature. */
export type LinkFacts = {
  readonly id: LinkId;
  readonly kind: LinkKind;
  /** The key that signed it, or that made the share. Links belong to the account of their key. */
  readonly accessKeyId: string;
  readonly accountId: string;
  /** `x-link-id`, in the name space of its access key. */
  readonly label: string | undefined;
  readonly method: string;
  readonly operation: string;
  readonly bucket: string;
  /** The key, or the granted prefix when `keyIsPrefix`. */
  readonly key: string;
  readonly keyIsPrefix: boolean;
  /** The version that was signed for; undefined: whichever is the current one. */
  readonly versionId: string | undefined;
  readonly signature: 'sigv4' | 'sigv2' | 'post' | 'none';
  readonly host: string;
  /** SigV2 carries none. */
  readonly signedAtMs: number | undefined;
  /** undefined: a share that never ends. */
  readonly expiresAtMs: number | undefined;
  /** As signed. */
  readonly limits: ReadLimits;
  /** Hex SHA-256 of the session token, for temporary credentials. */
  readonly sessionTokenHash: string | undefined;
};

/** What of a link's effective limits is counted in the store: the strictest of link, key and policy. */
export type CountedTerms = {
  readonly uses: number | undefined;
  readonly graceMs: number;
  readonly clients: number | undefined;
  readonly totalBytes: number | undefined;
};

/** What a request wants of a limited link. */
export type Demand =
  /** Part of an object: draws on an open session for (link, key, etag), or opens one and spends a use. */
  | {
      readonly kind: 'read';
      readonly key: string;
      readonly etag: string;
      readonly objectBytes: number;
      /** First byte asked for. */
      readonly offset: number;
      /** Bytes that will be sent. */
      readonly lengthBytes: number;
      /** It asks for all that follows, as who seeks does, and may want little of it: an open session gives what it has (LDG-16). */
      readonly toEnd?: boolean;
    }
  /** One write: a use, before a byte is stored. */
  | { readonly kind: 'write'; readonly declaredBytes: number | undefined }
  /** Counts only clients and bytes: listings, HEAD, parts of an upload. */
  | {
      readonly kind: 'free';
      /** undefined: unknown, as that of a write. */
      readonly lengthBytes: number | undefined;
    };

export type ClaimRequest = {
  readonly link: LinkFacts;
  readonly terms: CountedTerms;
  readonly demand: Demand;
  /** IPv4 address, or the /64 of an IPv6 address, as text. */
  readonly clientPrefix: string;
  /** `LinkStore.epoch()` as it was when revocation, key and policy were judged. */
  readonly epoch: number;
};

/** A use or bytes taken. Settle it exactly once. */
export type Claim = {
  readonly linkId: LinkId;
  /** Names the session that bytes were drawn from; undefined for writes and free demands. */
  readonly session: number | undefined;
  /** Names the transfer within its session. */
  readonly transfer: number | undefined;
  /** A use was spent by this claim. */
  readonly spentUse: boolean;
  /** Bytes that may be sent now. For a download session this is the first window; `extend` reserves the next. */
  readonly reservedBytes: number;
  /** What the sum of bytes counts for the claim until it is settled (LDG-20). */
  readonly countedBytes: number;
  /** After this claim. */
  readonly usesLeft: number | undefined;
};

/** Bytes of an object that were sent, both ends inclusive. */
export type DeliveredRange = { readonly start: number; readonly end: number };

/** Whether what was sent last has reached the client (LDG-11a). `unsure`: `confirm` follows. `lost`: its connection broke. */
export type Arrival = 'sure' | 'unsure' | 'lost';

/** What became of a claim. */
export type Settlement = {
  /** Body bytes handed to the socket (reads) or taken from it (writes). */
  readonly movedBytes: number;
  /** undefined when nothing was sent. */
  readonly delivered: DeliveredRange | undefined;
  /** `failed`: nothing happened. The use of a write, or of a read that sent no byte, is released. */
  readonly outcome: 'done' | 'failed';
  /** `sure` when it is left out. */
  readonly arrival?: Arrival;
};

/** How far the transfer of a claim has come. */
export type Progress = {
  /** Bytes of the claim that were sent so far. */
  readonly sentBytes: number;
  /** Bytes that it still needs after those that are reserved. */
  readonly neededBytes: number;
};

/** What a revocation covers. Exactly one of the forms; each matches links the server has never seen, too. */
export type RevocationMatch =
  | { readonly kind: 'link'; readonly id: LinkId }
  | { readonly kind: 'label'; readonly accessKeyId: string; readonly label: string }
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'prefix'; readonly bucket: string; readonly prefix: string }
  | { readonly kind: 'access-key'; readonly accessKeyId: string }
  | { readonly kind: 'session'; readonly tokenHash: string };

export type Revocation = {
  /** `rv_` and 16 base32 characters. */
  readonly id: string;
  readonly match: RevocationMatch;
  /** Covers links signed at or before it, or seen before it; SigV2 links, which carry no signing time, always. */
  readonly beforeMs: number;
  readonly atMs: number;
  readonly by: string;
  readonly reason: string | undefined;
  /** When the last link that it can match has expired; then it is swept. undefined: kept until undone. */
  readonly keptUntilMs: number | undefined;
};

/** A link's terms after the fact, never wider than what was signed. */
export type Tightening = {
  readonly expiresAtMs?: number;
  readonly uses?: number;
  readonly ip?: readonly string[];
};

export type LinkState = 'active' | 'spent' | 'revoked' | 'expired';

/** One row of the ledger. */
export type LinkRecord = LinkFacts & {
  readonly state: LinkState;
  readonly note: string | undefined;
  readonly firstSeenMs: number | undefined;
  /** Of any request, a refused one too. */
  readonly lastSeenMs: number | undefined;
  readonly firstUsedMs: number | undefined;
  /** Only of a use. */
  readonly lastUsedMs: number | undefined;
  readonly registeredAtMs: number | undefined;
  readonly uses: { readonly count: number; readonly limit: number | undefined; readonly open: number };
  readonly bytes: { readonly out: number; readonly in: number; readonly limit: number | undefined };
  readonly clients: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly tightening: Tightening;
  readonly revocation: Revocation | undefined;
};

/** Something that happened with a link. */
export type LinkEvent = {
  /** ULID: sorts by time. */
  readonly id: string;
  readonly type: string;
  readonly atMs: number;
  readonly linkId: LinkId | undefined;
  /** Address as the operator's configuration keeps it: whole, shortened or empty. */
  readonly client: string;
  readonly userAgent: string;
  readonly method: string;
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly reason: string | undefined;
  readonly requestId: string;
  /** How many equal ones were folded into this one. */
  readonly count: number;
  /** Whose it is, where no link says so. */
  readonly accountId?: string | undefined;
  /** What else there is to say: the object that came, the key that was changed. Never a secret, signature or URL. */
  readonly data?: EventData | undefined;
};

export type EventData = Readonly<Record<string, string | number | boolean | null>>;

/** What a verified request did with its link, told after its answer. Cheap: it is put into memory and written in batches. */
export type LinkUseNote = {
  readonly link: LinkFacts;
  readonly limited: boolean;
  /** `seen`: neither, as a HEAD, or a response of which nothing was sent. */
  readonly outcome: 'used' | 'refused' | 'seen';
  readonly clientPrefix: string;
  readonly event: Omit<LinkEvent, 'id' | 'linkId' | 'type' | 'count'>;
  readonly bytesIn: number;
  readonly bytesOut: number;
};

/** A request that no link could be named for: counted by these alone, in bounded space. */
export type RefusalNote = {
  readonly reason: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly atMs: number;
};

/** Which links are asked for. */
export type LinkFilter = {
  /** undefined: every account (an owner of the root account). */
  readonly accountId: string | undefined;
  readonly states?: readonly LinkState[];
  readonly kinds?: readonly LinkKind[];
  readonly bucket?: string;
  readonly prefix?: string;
  readonly accessKeyId?: string;
  /** Exact, or a prefix when it ends in `*`. */
  readonly label?: string;
  readonly refusedOnly?: boolean;
  /** Only links with no uses, in any state. */
  readonly unusedOnly?: boolean;
  /** Signed with these temporary credentials. */
  readonly sessionTokenHash?: string;
  readonly seenFromMs?: number;
  readonly seenToMs?: number;
};

export type LinkQuery = LinkFilter & {
  readonly sort: 'lastSeen' | 'firstSeen' | 'expires' | 'created';
  readonly order: 'asc' | 'desc';
  readonly cursor: string | undefined;
  readonly limit: number;
};

/** Links of a filter in numbers, all exact as of `atMs` (LDG-55). */
export type LinkTotals = {
  /** Of those that fit all but `states` and `unusedOnly`. */
  readonly byState: Readonly<Record<LinkState, number>>;
  /** Of the active ones among them: those that nobody has used. */
  readonly unused: number;
  /** Of the active ones among them: those that end within a day. */
  readonly ending: number;
  /** Those that fit the whole filter. */
  readonly matching: number;
  readonly atMs: number;
};

/** One page. A page may be short, or empty, while `next` is set: the scan behind it is bounded (20 ms at a million links). */
export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | undefined };

/** What links did that retention has let go, by the day that each of them was last seen, by bucket and key (LDG-85). */
export type DaySum = {
  /** Begin of the day in UTC. */
  readonly dayMs: number;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly links: number;
  readonly uses: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly refused: number;
};

/** Limits kept on the server under a name of an access key (`x-link-policy`). */
export type LinkPolicy = {
  readonly accessKeyId: string;
  readonly name: string;
  readonly limits: ReadLimits;
  readonly changedAtMs: number;
};

/**
 * Links: claims, sessions, revocations, the ledger. Numbers are exact over concurrency, crashes, processes and servers (REL-6,
 * REL-7); rules LDG-n in spec/links.md. What is told by `note`, `refuse` and `settle` is written in batches and may lose its
 * last second at a crash; a claim, a revocation and a registration is durable when its promise resolves.
 */
export interface LinkStore {
  /** Grows whenever a revocation, a link policy, a tightening, a registration or an access key changes, in any process. */
  epoch(): number;
  /**
   * Synchronous, on every presigned request; looks at the newest state. `keyAskedFor`: the key of a request below a granted
   * prefix, for a key or prefix that was taken back below a grant is closed to the grant too (LDG-33).
   */
  findRevocation(link: LinkFacts, keyAskedFor?: string): Revocation | undefined;
  /** Synchronous; looks at the newest state. The earliest that takes temporary credentials back whole, until their end (STS-32). */
  findSessionRevocation(tokenHash: string, endsAtMs: number): Revocation | undefined;
  /** This and the next two hold as of the last `epoch()` or `findRevocation()`, and of every change made through this store. */
  readTightening(id: LinkId): Tightening | undefined;
  isRegistered(link: LinkFacts): boolean;
  readPolicy(accessKeyId: string, name: string): LinkPolicy | undefined;

  /**
   * One transaction: epoch still that of the request (else `stale`: judge again), link row made on first visibility, clients, total
   * bytes, then the session or the use. Durable before it resolves.
   * @throws S3Error AccessDenied with reason LinkUsesSpent, LinkClientsSpent or LinkBytesSpent
   */
  claim(request: ClaimRequest): Promise<Claim | 'stale'>;
  settle(claim: Claim, settlement: Settlement): void;
  /**
   * Reserves the next window of a transfer that goes on (LDG-12). Durable before it resolves.
   * @returns how many bytes more may be sent; 0: the session has none left
   */
  extend(claim: Claim, progress: Progress): Promise<number>;
  /** What became of the bytes of a claim that was settled as `unsure`. */
  confirm(claim: Claim, delivered: DeliveredRange, arrival: 'sure' | 'lost'): void;

  note(use: LinkUseNote): void;
  refuse(note: RefusalNote): void;
  /** Everything told so far is written. */
  flush(): Promise<void>;

  /** Known before its first use. Again: the same record. */
  register(
    link: LinkFacts,
    by: { readonly note: string | undefined; readonly label: string | undefined },
  ): Promise<LinkRecord>;
  tighten(id: LinkId, change: Tightening): Promise<LinkRecord | undefined>;
  revoke(revocation: Omit<Revocation, 'id' | 'atMs'>): Promise<Revocation>;
  /** @returns false when there is none. */
  undoRevocation(id: string): Promise<boolean>;
  readRevocation(id: string): Promise<Revocation | undefined>;
  listRevocations(query: { cursor: string | undefined; limit: number }): Promise<Page<Revocation>>;
  /** Links of the ledger that a revocation would cover, counted up to `most`. */
  countMatches(match: RevocationMatch, beforeMs: number, most: number): Promise<{ matched: number; active: number }>;

  /** By whole identity, or by the 16 characters that people see. */
  readLink(idOrShown: string): Promise<LinkRecord | undefined>;
  /** The pages behind the first have the links and the order of the first, whatever happens meanwhile (LDG-52). */
  listLinks(query: LinkQuery): Promise<Page<LinkRecord>>;
  /** Counted in pieces, and kept for a moment where that took long (LDG-55). */
  countLinks(filter: LinkFilter): Promise<LinkTotals>;
  listEvents(query: {
    linkId: LinkId | undefined;
    types?: readonly string[];
    reasons?: readonly string[];
    /** Of links in sight alone; those that hang on no link are then left out. */
    visibility?: EventVisibility;
    fromMs?: number;
    toMs?: number;
    cursor: string | undefined;
    limit: number;
    order: 'asc' | 'desc';
  }): Promise<Page<LinkEvent>>;
  /** Of the newest 200,000 events; counted in pieces, and kept for a moment where that took long. */
  sumEvents(query: EventSumQuery): Promise<EventSums>;
  /** Puts an event of the server itself (a revocation, a key change, a share) into the stream. */
  append(event: Omit<LinkEvent, 'id' | 'count'>): void;
  /** The 1,000 most frequent groups, those first. */
  listRefusals(query: {
    groupBy: readonly ('reason' | 'bucket' | 'accessKeyId')[];
    /** Undefined: of every key, and of none. */
    accessKeyIds?: readonly string[] | undefined;
    sinceMs: number;
  }): Promise<
    readonly { readonly group: Readonly<Record<string, string>>; readonly count: number; readonly lastMs: number }[]
  >;

  /** The newest day first: days that begin from `fromMs` on and before `toMs`. */
  listDays(query: {
    bucket: string | undefined;
    /** Undefined: of every key. */
    accessKeyIds: readonly string[] | undefined;
    fromMs: number;
    toMs: number;
    cursor: string | undefined;
    limit: number;
  }): Promise<Page<DaySum>>;

  putPolicy(policy: Omit<LinkPolicy, 'changedAtMs'>): Promise<LinkPolicy>;
  deletePolicy(accessKeyId: string, name: string): Promise<boolean>;
  listPolicies(accessKeyId: string): Promise<readonly LinkPolicy[]>;

  /** For metrics, and about a minute old: links of the ledger by state. */
  countByState(): Promise<Readonly<Record<LinkState, number>>>;
  /** How long what was told to this process has waited to be written. */
  lagMs(): number;

  /** Retention: folds and removes what is past its time or over its number, expired revocations, idle sessions. */
  sweep(nowMs: number): Promise<void>;
}
