/** An upload that was begun and not finished, as it is remembered: no URL, no byte of the file. */
export type Unfinished = {
  readonly token: string;
  readonly endpoint: string;
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
  readonly startedAtMs: number;
};

/** What a file is known by, for as much as a page can tell without reading it. */
export type FileIdentity = Pick<Unfinished, 'name' | 'size' | 'lastModified'>;

/** Whether a file is the one that an upload was started with. */
export function isSameFile(known: FileIdentity, { name, size, lastModified }: FileIdentity): boolean {
  return known.name === name && known.size === size && known.lastModified === lastModified;
}

/** Where unfinished uploads are remembered. Never rejects: an upload works without it, too. */
export interface Memory {
  add(upload: Unfinished): Promise<void>;
  remove(token: string): Promise<void>;
  list(): Promise<Unfinished[]>;
}

const table = 'unfinished';
/** By then no application finishes it, and the store has dropped the parts. */
const keptMs = 7 * 86_400_000;

/** As much of an IDBRequest as is waited for, so that what it brings may be widened. */
type Request<T> = Pick<IDBRequest, 'onsuccess' | 'onerror' | 'error'> & { readonly result: T };

function settled<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function openTable(): Promise<IDBDatabase> {
  const request = indexedDB.open('tidegate-upload', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: 'token' });
  return await settled(request);
}

/** One use of the table, closed after it. `otherwise` where there is none: a private window, Node, a Worker at the edge. */
async function withTable<T>(
  mode: IDBTransactionMode,
  otherwise: T,
  use: (rows: IDBObjectStore) => Request<T>,
): Promise<T> {
  if (typeof indexedDB === 'undefined') return otherwise;
  try {
    const database = await openTable();
    try {
      return await settled(use(database.transaction(table, mode).objectStore(table)));
    } finally {
      database.close();
    }
  } catch {
    return otherwise;
  }
}

/** Remembers in IndexedDB, for `endpoint` alone. */
export function openMemory(endpoint: string): Memory {
  return {
    async add(upload) {
      await withTable<unknown>('readwrite', undefined, (rows) => rows.put(upload));
    },
    async remove(token) {
      await withTable<unknown>('readwrite', undefined, (rows) => rows.delete(token));
    },
    async list() {
      const all = await withTable<Unfinished[]>('readonly', [], (rows) => rows.getAll());
      const [old, recent] = [false, true].map((isKept) =>
        all.filter(({ startedAtMs }) => Date.now() - startedAtMs < keptMs === isKept),
      );
      for (const { token } of old ?? []) await this.remove(token);
      return (recent ?? []).filter((upload) => upload.endpoint === endpoint);
    },
  };
}

/** Remembers nothing. */
export const forgetful: Memory = {
  add: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  list: () => Promise.resolve([]),
};
