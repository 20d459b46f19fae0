/** What browser and application say to each other: `POST` with JSON, told apart by `action`. Types alone. */

/** What a page says of a file before it sends it. Nothing of it is proven until the store has the bytes. */
export type FileInfo = {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Media type; '' where the browser knows none. */
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  /** What the page gave to `upload()` as `meta`. */
  readonly meta?: unknown;
};

/** The URL of one part, and the headers that must go with it. */
export type PartRequest = {
  readonly partNumber: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** A part that the store has. */
export type StoredPart = { readonly partNumber: number; readonly size: number; readonly etag: string };

/** How a file is cut: `parts` of `partSize` bytes, the last one shorter. */
export type Plan = { readonly bucket: string; readonly partSize: number; readonly parts: number };

/** `start`: a small file gets its one request at once (mode `put`), a larger one asks for each part with `sign`. */
export type StartAnswer = Plan & {
  readonly token: string;
  readonly mode: 'put' | 'multipart';
  readonly put?: PartRequest;
  /** How long `put` is good, by the clock of the application. */
  readonly validForMs: number;
};

/** `sign` */
export type SignAnswer = { readonly parts: readonly PartRequest[]; readonly validForMs: number };

/** `list` */
export type ListAnswer = Omit<Plan, 'parts'> & { readonly parts: readonly StoredPart[]; readonly total: number };

/** `complete` */
export type CompleteAnswer<Result> = { readonly result: Result };

/** Every refusal. */
export type RefusalAnswer = {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    /** The store's own word for it. */
    readonly reason?: string;
    /** `complete`: parts that the store does not have as they were announced. */
    readonly missing?: readonly number[];
  };
};
