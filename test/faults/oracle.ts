import { Readable } from 'node:stream';

/** What a key may hold: a version that was written, or nothing. */
export type KeyState = number | 'absent';

/** Bytes that say of themselves whose they are, so that any mix is noticed: a head with key, version and length, then noise. */
export function describedBody(key: string, version: number): Buffer {
  const sizeBytes = sizeOf(version);
  const body = Buffer.alloc(sizeBytes);
  const head = Buffer.from(`${key} ${version} ${sizeBytes}\n`);
  head.copy(body);
  let state = (version * 2_654_435_761) >>> 0;
  for (let index = head.byteLength; index < sizeBytes; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    body[index] = state >>> 24;
  }
  return body.subarray(0, Math.max(sizeBytes, 0));
}

/** Sizes around the thresholds, by version: mostly small, some files, some of several blocks. */
function sizeOf(version: number): number {
  const sizes = [64, 1_000, 5_000, 65_536, 65_537, 100_000, 300_000, 1_200_000];
  return sizes[version % sizes.length] ?? 64;
}

export function bodyStream(bytes: Uint8Array): Readable {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.byteLength; start += 60_000) chunks.push(bytes.subarray(start, start + 60_000));
  return Readable.from(chunks, { objectMode: false });
}

/**
 * What the client knows: the last acknowledged state of each key, and what may have happened since without an answer.
 * Each key has one writer at a time, so the allowed states are these and no others (REL-1, REL-2).
 */
export class Oracle {
  readonly #acknowledged = new Map<string, KeyState>();
  readonly #open = new Map<string, { readonly key: string; readonly state: KeyState }>();

  /** Takes a line of the child: `start ID KEY VERSION|absent`, `done ID`, `refused ID`. */
  take(line: string): void {
    const [what, id = '', key = '', state = ''] = line.split(' ');
    if (what === 'start') this.#open.set(id, { key, state: state === 'absent' ? 'absent' : Number(state) });
    else if (what === 'done') {
      const open = this.#open.get(id);
      if (open !== undefined) this.#acknowledged.set(open.key, open.state);
      this.#open.delete(id);
    } else if (what === 'refused') this.#open.delete(id);
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.size;
  }

  keys(): ReadonlySet<string> {
    return new Set([...this.#acknowledged.keys(), ...[...this.#open.values()].map((open) => open.key)]);
  }

  /** The states that a key may be in now. */
  allowed(key: string): ReadonlySet<KeyState> {
    const states = new Set<KeyState>([this.#acknowledged.get(key) ?? 'absent']);
    for (const open of this.#open.values()) if (open.key === key) states.add(open.state);
    return states;
  }

  /** The crash is over: what is there now counts. */
  settle(found: ReadonlyMap<string, KeyState>): void {
    this.#open.clear();
    this.#acknowledged.clear();
    for (const [key, state] of found) this.#acknowledged.set(key, state);
  }

  copy(): Oracle {
    const copy = new Oracle();
    for (const [key, state] of this.#acknowledged) copy.#acknowledged.set(key, state);
    for (const [id, open] of this.#open) copy.#open.set(id, open);
    return copy;
  }
}
