/** A file of a backup, and what it must be. */
export type BackupFile = { readonly name: string; readonly sizeBytes: number; readonly sha256: string };

/** The last thing that is written of a backup: what it holds, each file by its hash (REL-11). */
export type BackupManifest = {
  /** Tells one store from another. */
  readonly store: string;
  /** The moment whose state it holds. */
  readonly madeAtMs: number;
  /** Version of Tidegate that made it. */
  readonly madeBy: string;
  readonly schema: number;
  readonly database: BackupFile;
  /** The list of the body files: a line `ID SIZE SHA256` for each. */
  readonly list: BackupFile;
  readonly bodies: number;
  readonly bodyBytes: number;
  readonly objects: number;
  /** Bodies that were damaged or missing when it was made, and so are not in it. */
  readonly damaged: readonly string[];
};

const format = 'tidegate-backup';
const formatVersion = 1;

export function formatManifest(manifest: BackupManifest): string {
  const { madeAtMs, ...rest } = manifest;
  const document = { format, version: formatVersion, madeAt: new Date(madeAtMs).toISOString(), ...rest };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** @returns undefined when the text is none; `newer` when a later version of Tidegate wrote it */
export function parseManifest(text: string): BackupManifest | 'newer' | undefined {
  const given = objectOf(jsonOf(text));
  if (given === undefined || given['format'] !== format) return undefined;
  const { version } = given;
  if (typeof version === 'number' && version > formatVersion) return 'newer';
  const [database, list] = [fileOf(given['database']), fileOf(given['list'])];
  const madeAtMs = Date.parse(String(given['madeAt']));
  const { store, madeBy, damaged } = given;
  const [schema, bodies, bodyBytes, objects] = ['schema', 'bodies', 'bodyBytes', 'objects'].map((name) => given[name]);
  if (typeof store !== 'string' || typeof madeBy !== 'string' || !Array.isArray(damaged)) return undefined;
  if (database === undefined || list === undefined || Number.isNaN(madeAtMs)) return undefined;
  if (!isCount(schema) || !isCount(bodies) || !isCount(bodyBytes) || !isCount(objects)) return undefined;
  return { store, madeAtMs, madeBy, schema, database, list, bodies, bodyBytes, objects, damaged: damaged.map(String) };
}

/** A body in the list of a backup. */
export type ListedBody = { readonly id: string; readonly sizeBytes: number; readonly sha256: string };

export function formatBody({ id, sizeBytes, sha256 }: ListedBody): string {
  return `${id} ${sizeBytes} ${sha256}\n`;
}

/** @returns undefined when the text is no such list */
export function parseBodies(text: string): readonly ListedBody[] | undefined {
  const bodies: ListedBody[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const [, id, size, sha256] = /^([0-9a-f]{32}) (\d{1,16}) ([0-9a-f]{64})$/.exec(line) ?? [];
    if (id === undefined || size === undefined || sha256 === undefined) return undefined;
    bodies.push({ id, sizeBytes: Number(size), sha256 });
  }
  return bodies;
}

function fileOf(value: unknown): BackupFile | undefined {
  const { name, sizeBytes, sha256 } = objectOf(value) ?? {};
  // Names are looked for in the folder of the backup: none leads out of it.
  if (typeof name !== 'string' || !/^[\w.-]{1,100}$/.test(name) || typeof sha256 !== 'string') return undefined;
  return isCount(sizeBytes) ? { name, sizeBytes, sha256 } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
