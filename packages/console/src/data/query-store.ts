/** What is known of one question. A new object whenever something changed. */
export type QueryState = {
  readonly data: unknown;
  readonly error: Error | undefined;
  readonly isFetching: boolean;
};

type Entry = {
  readonly name: string;
  state: QueryState;
  /** Wall clock of the last answer; 0: it has to be asked again. */
  answeredAtMs: number;
  asking: { readonly promise: Promise<void>; readonly ending: AbortController } | undefined;
  read: (signal: AbortSignal, known: unknown) => Promise<unknown>;
  readonly watchers: Set<() => void>;
  forgetting: ReturnType<typeof setTimeout> | undefined;
  /** What it is about was deleted: it is shown until the page goes, and asked no more. */
  isGone: boolean;
};

/** An answer so young is not asked for again when another part of the page shows it. */
const freshMs = 5_000;
/** What nobody shows is forgotten so much later. */
const keptMs = 300_000;
const retriesMs = [1_000, 3_000];
const blank: QueryState = { data: undefined, error: undefined, isFetching: false };

/** Answers of the server by their questions: each is asked once, however many parts of the page show it. */
export class QueryStore {
  readonly #entries = new Map<string, Entry>();
  readonly #removals = new Set<(key: string) => boolean>();

  /** Shows a question from now on: asks it where nothing fresh is known. @returns what ends that */
  watch(key: string, name: string, read: Entry['read'], tell: () => void): () => void {
    const entry = this.#entry(key, name);
    entry.read = read;
    entry.watchers.add(tell);
    clearTimeout(entry.forgetting);
    if (Date.now() - entry.answeredAtMs > freshMs) void this.#ask(key);
    return () => {
      entry.watchers.delete(tell);
      if (entry.watchers.size > 0) return;
      entry.asking?.ending.abort();
      if (entry.isGone) this.#entries.delete(key);
      else entry.forgetting = setTimeout(() => this.#entries.delete(key), keptMs);
    };
  }

  state(key: string): QueryState {
    return this.#entries.get(key)?.state ?? blank;
  }

  /** Asks again, whatever is known. Never rejects: what failed is in the state. */
  async again(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    // What is under way may have been answered before what this call is about.
    entry.asking?.ending.abort();
    entry.asking = undefined;
    await this.#ask(key);
  }

  /** Forgets how fresh these names are: they are asked when they are shown anew. @returns them by their keys */
  outdate(names?: ReadonlySet<string>): readonly (readonly [string, Entry])[] {
    const found = [...this.#entries].filter(([, { name }]) => names === undefined || names.has(name));
    for (const [, entry] of found) entry.answeredAtMs = 0;
    return found;
  }

  /** Asks again what is shown of these names (all without any), and forgets how fresh the rest is. */
  async invalidate(names?: ReadonlySet<string>): Promise<void> {
    const found = this.outdate(names);
    await Promise.all(found.map(([key, { watchers }]) => (watchers.size > 0 ? this.again(key) : undefined)));
  }

  /**
   * Carries out a deletion. Questions about what it deletes are not asked meanwhile, since the server might take them after it, and
   * no more when it is done, though parts of the page may still show them.
   */
  async removing<Done>(isAbout: (key: string) => boolean, act: () => Promise<Done>): Promise<Done> {
    this.#removals.add(isAbout);
    const found = () => [...this.#entries].filter(([key]) => isAbout(key));
    for (const [, entry] of found()) this.#stop(entry);
    try {
      const done = await act();
      for (const [key, entry] of found()) {
        entry.isGone = true;
        if (entry.watchers.size > 0) continue;
        clearTimeout(entry.forgetting);
        this.#entries.delete(key);
      }
      return done;
    } finally {
      this.#removals.delete(isAbout);
      for (const [key, { isGone, watchers }] of found()) if (!isGone && watchers.size > 0) void this.#ask(key);
    }
  }

  /** Changes what is known of every question of a name. */
  patch(name: string, change: (data: unknown) => unknown): void {
    for (const entry of this.#entries.values()) {
      if (entry.name !== name || entry.state.data === undefined) continue;
      const data = change(entry.state.data);
      if (data !== entry.state.data) this.#become(entry, { ...entry.state, data });
    }
  }

  /** Changes what is known of one question. */
  patchOne(key: string, change: (data: unknown) => unknown): void {
    const entry = this.#entries.get(key);
    if (entry?.state.data !== undefined) this.#become(entry, { ...entry.state, data: change(entry.state.data) });
  }

  clear(): void {
    for (const [key, entry] of this.#entries) {
      entry.asking?.ending.abort();
      this.#become(entry, blank);
      entry.answeredAtMs = 0;
      if (entry.watchers.size === 0) this.#entries.delete(key);
    }
  }

  #entry(key: string, name: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      name,
      state: blank,
      answeredAtMs: 0,
      asking: undefined,
      read: () => Promise.resolve(undefined),
      watchers: new Set(),
      forgetting: undefined,
      isGone: false,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #ask(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.isGone) return Promise.resolve();
    for (const isAbout of this.#removals) if (isAbout(key)) return Promise.resolve();
    if (entry.asking !== undefined && !entry.asking.ending.signal.aborted) return entry.asking.promise;
    const ending = new AbortController();
    const promise = this.#run(entry, ending.signal);
    entry.asking = { promise, ending };
    return promise;
  }

  /** Drops what is under way. */
  #stop(entry: Entry): void {
    if (entry.asking === undefined) return;
    entry.asking.ending.abort();
    entry.asking = undefined;
    entry.answeredAtMs = 0;
    this.#become(entry, { ...entry.state, isFetching: false });
  }

  async #run(entry: Entry, signal: AbortSignal): Promise<void> {
    this.#become(entry, { ...entry.state, isFetching: true });
    for (let tries = 0; ; tries += 1) {
      try {
        const data = await entry.read(signal, entry.state.data);
        if (signal.aborted) return;
        entry.answeredAtMs = Date.now();
        entry.asking = undefined;
        this.#become(entry, { data, error: undefined, isFetching: false });
        return;
      } catch (failure) {
        if (signal.aborted) return;
        const error = failure instanceof Error ? failure : new Error(String(failure));
        const waitMs = retriesMs[tries];
        if (waitMs !== undefined && isPassing(error)) {
          await new Promise((resolve) => setTimeout(resolve, waitMs));
          if (signal.aborted) return;
          continue;
        }
        entry.asking = undefined;
        this.#become(entry, { ...entry.state, error, isFetching: false });
        return;
      }
    }
  }

  #become(entry: Entry, state: QueryState): void {
    entry.state = state;
    for (const tell of entry.watchers) tell();
  }
}

/** Whether it may work a moment later. A refusal stays one, and so does a machine without a network. */
function isPassing(error: Error): boolean {
  if (navigator.onLine === false) return false;
  return !('status' in error) || error.status === 0 || Number(error.status) >= 500;
}
