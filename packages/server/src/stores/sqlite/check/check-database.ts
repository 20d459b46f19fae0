import { DatabaseSync } from 'node:sqlite';
import { crc32c } from '@tidegate/protocol';
import type { BodyHolder, Finding, FindingKind } from '../../upkeep/check-report.ts';
import { registerSums } from '../schema/row-sums.ts';
import { bytesOf, numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';
import { readSchemaVersion } from '../schema/schema.ts';
import { refuseForeignSchema } from './backup-snapshot.ts';
import { brokenKeys } from './check-keys.ts';
import { damagedSubject, damagedText, sumRules } from './check-sums.ts';

const waitMs = 10_000;
/** Rows of one slice: after each, whoever checks may wait. */
const sliceRows = 64;
/** Findings of one rule that are looked for. */
const ruleRows = 1_000;

/** A rule that rows must keep, as a question for those that break it. */
type RowRule = {
  readonly kind: FindingKind;
  readonly sql: string;
  readonly say: (row: Row) => string;
  readonly since?: number;
};

/** Tables whose rows name a body. */
const holders = ['objects', 'versions', 'parts'] as const;
/** Columns that name a body, and where it must be. */
const places = [
  ['file', 'blobs', 'id'],
  ['inline', 'inline_bodies', 'blob'],
  ['list', 'segment_lists', 'id'],
] as const;

function danglingRules(schema: number): RowRule[] {
  const rules: RowRule[] = [];
  const add = (table: string, column: string, into: string, id: string, more = ''): void => {
    rules.push({
      kind: 'dangling',
      sql: `SELECT t.${column} AS named, t.* FROM ${table} t WHERE t.${column} IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM ${into} x WHERE x.${id} = t.${column}) ${more}`,
      say: (row) => `${table} names ${column} ${String(row['named'])}, which is not in ${into}`,
    });
  };
  for (const table of holders) for (const [column, into, id] of places) add(table, column, into, id);
  add('segments', 'file', 'blobs', 'id');
  add('segments', 'inline', 'inline_bodies', 'blob');
  add('segments', 'list', 'segment_lists', 'id');
  for (const table of ['objects', 'versions', 'uploads']) add(table, 'bucket', 'buckets', 'id');
  // Data of an older schema have their headers in the row.
  if (schema >= 3) for (const table of ['objects', 'versions']) add(table, 'headers', 'version_headers', 'id');
  add('parts', 'upload', 'uploads', 'id', 'AND NOT EXISTS (SELECT 1 FROM upload_trash x WHERE x.upload = t.upload)');
  return rules;
}

function sizeRules(): RowRule[] {
  return holders.flatMap((table) => {
    const say = (row: Row): string =>
      `${table} says ${numberOf(row, 'size')} bytes, its body has ${String(row['has'])}`;
    const rule = (join: string, has: string): RowRule => ({
      kind: 'wrong-size',
      sql: `SELECT t.*, ${has} AS has FROM ${table} t JOIN ${join} WHERE t.size <> ${has}`,
      say,
    });
    return [
      rule('blobs b ON b.id = t.file', 'b.size'),
      rule('inline_bodies b ON b.blob = t.inline', 'length(b.body)'),
      rule('(SELECT list, sum(size) AS sum FROM segments GROUP BY list) b ON b.list = t.list', 'b.sum'),
    ];
  });
}

/** How often each file, inline body and list is named. */
const named = (column: string, tables: readonly string[]): string =>
  `(SELECT ${column} AS id, count(*) AS n FROM (${tables
    .map((table) => `SELECT ${column} FROM ${table} WHERE ${column} IS NOT NULL`)
    .join(' UNION ALL ')}) GROUP BY ${column})`;

const countRules: readonly RowRule[] = [
  {
    kind: 'wrong-count',
    sql: `SELECT 'blobs' AS counted, b.id AS body, b.refs, coalesce(u.n, 0) AS n FROM blobs b
          LEFT JOIN ${named('file', [...holders, 'segments'])} u ON u.id = b.id WHERE b.refs <> coalesce(u.n, 0)`,
    say: sayCount,
  },
  {
    kind: 'wrong-count',
    sql: `SELECT 'segment_lists' AS counted, b.id AS body, b.refs, coalesce(u.n, 0) AS n FROM segment_lists b
          LEFT JOIN ${named('list', holders)} u ON u.id = b.id WHERE b.refs <> coalesce(u.n, 0)`,
    say: sayCount,
  },
  {
    kind: 'orphan-body',
    sql: `SELECT b.blob AS orphan FROM inline_bodies b
          LEFT JOIN ${named('inline', [...holders, 'segments'])} u ON u.id = b.blob WHERE u.id IS NULL`,
    say: () => 'nothing names it',
  },
  {
    kind: 'orphan-headers',
    sql: `SELECT h.id AS orphan_headers FROM version_headers h
          LEFT JOIN ${named('headers', ['objects', 'versions'])} u ON u.id = h.id WHERE u.id IS NULL`,
    say: () => 'nothing names it',
    since: 3,
  },
  {
    kind: 'counter-above-limit',
    sql: `SELECT id AS link, spent_uses AS n, json_extract(limits, '$.uses') AS most FROM links
          WHERE spent_uses > json_extract(limits, '$.uses')`,
    say: (row) => `${String(row['n'])} uses were spent of ${String(row['most'])}`,
  },
];

function sayCount(row: Row): string {
  return `${String(row['counted'])} counts ${String(row['refs'])} holders, there are ${String(row['n'])}`;
}

/** A body file as the ledger has it now. */
export type CheckedBody = { readonly id: string; readonly sizeBytes: number; readonly blocks: Uint8Array };

/** A small body, and whether it is what was stored. */
export type CheckedInline = { readonly inline: number; readonly sizeBytes: number; readonly isGood: boolean };

/** The metadata of a folder as a check reads them: in short questions, so that nobody who writes is held up. */
export class CheckedDatabase {
  readonly #database: DatabaseSync;

  /** @throws UpkeepFailure NoData, TooNew */
  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: waitMs, allowExtension: false });
    try {
      refuseForeignSchema(readSchemaVersion(this.#database), path);
      registerSums(this.#database);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** What SQLite itself finds wrong: pages, indexes, and with `deep` what stands in them. */
  integrity(depth: 'fast' | 'deep'): readonly string[] {
    const pragma = depth === 'deep' ? 'integrity_check' : 'quick_check';
    const rows = this.#database.prepare(`PRAGMA ${pragma}(100)`).all();
    return rows.map((row) => String(row[pragma])).filter((text) => text !== 'ok');
  }

  countObjects(): number {
    return numberOf(this.#database.prepare('SELECT count(*) AS n FROM objects').get() ?? {}, 'n');
  }

  /** Rows that break a rule, one rule at a time. */
  *brokenRules(): Iterable<readonly Finding[]> {
    const schema = readSchemaVersion(this.#database);
    const sums = sumRules.map((rule): RowRule => ({ ...rule, say: () => damagedText, since: 4 }));
    for (const rule of [...danglingRules(schema), ...sizeRules(), ...countRules, ...sums]) {
      if (schema < (rule.since ?? 0)) continue;
      const rows = this.#database.prepare(`${rule.sql} LIMIT ${ruleRows}`).all();
      yield rows.map((row) => ({
        kind: rule.kind,
        subject: subjectOf(row),
        detail: rule.say(row),
        holders: this.#holdersOfRow(row),
        ...(typeof row['body'] === 'string' && { file: row['body'] }),
        ...(typeof row['orphan'] === 'number' && { inline: row['orphan'] }),
        ...(rule.kind === 'damaged-row' && typeof row['key'] === 'string' && { version: 'damaged' as const }),
        ...(typeof row['orphan_headers'] === 'number' && { headers: row['orphan_headers'] }),
        ...(typeof row['body'] === 'number' && { list: row['body'] }),
      }));
    }
  }

  /** Access keys that are not what was written, and what does not open under the master key, if that is given. */
  brokenKeys(masterKey: Uint8Array | undefined): Iterable<readonly Finding[]> {
    return brokenKeys(this.#database, readSchemaVersion(this.#database), masterKey);
  }

  /** The next files of the ledger behind an id, in the order of the ids. `bucket`: those that its objects name. */
  bodiesAfter(id: string, bucket: string | undefined): readonly CheckedBody[] {
    const only = bucket === undefined ? '' : `AND id IN (${bodiesOf('file')})`;
    const statement = this.#database.prepare(
      `SELECT id, size, blocks FROM blobs WHERE id > ?1 AND refs > 0 ${only} ORDER BY id LIMIT ${sliceRows}`,
    );
    const rows = bucket === undefined ? statement.all(id) : statement.all(id, bucket);
    return rows.map((row) => ({
      id: textOf(row, 'id'),
      sizeBytes: numberOf(row, 'size'),
      blocks: bytesOf(row, 'blocks'),
    }));
  }

  /** Whether something still refers to a file: it may have been removed while it was looked at. */
  isNamed(file: string): boolean {
    return this.#database.prepare('SELECT 1 FROM blobs WHERE id = ? AND refs > 0').get(file) !== undefined;
  }

  /** Whether the ledger has a file at all. */
  isKnown(file: string): boolean {
    return this.#database.prepare('SELECT 1 FROM blobs WHERE id = ?').get(file) !== undefined;
  }

  /** The next small bodies behind a number, each compared with its checksum. */
  inlineAfter(inline: number, bucket: string | undefined): readonly CheckedInline[] {
    const only = bucket === undefined ? '' : `AND blob IN (${bodiesOf('inline')})`;
    const statement = this.#database.prepare(
      `SELECT blob, crc, body FROM inline_bodies WHERE blob > ?1 ${only} ORDER BY blob LIMIT ${sliceRows}`,
    );
    const rows = bucket === undefined ? statement.all(inline) : statement.all(inline, bucket);
    return rows.map((row) => {
      const body = bytesOf(row, 'body');
      const isGood = crc32c(body, 0) === numberOf(row, 'crc');
      return { inline: numberOf(row, 'blob'), sizeBytes: body.byteLength, isGood };
    });
  }

  hasBucket(name: string): boolean {
    return this.#database.prepare('SELECT 1 FROM buckets WHERE name = ?').get(name) !== undefined;
  }

  /** What uses a body, whole or as a piece. */
  holdersOf(column: 'file' | 'inline' | 'list', value: string | number): readonly BodyHolder[] {
    const pieces = column === 'list' ? '' : `OR t.list IN (SELECT list FROM segments WHERE ${column} = ?1)`;
    const where = `t.${column} = ?1 ${pieces}`;
    const rows = this.#database
      .prepare(
        `SELECT b.name, t.key, t.version_id, NULL AS upload_id FROM objects t JOIN buckets b ON b.id = t.bucket WHERE ${where}
         UNION ALL
         SELECT b.name, t.key, t.version_id, NULL FROM versions t JOIN buckets b ON b.id = t.bucket WHERE ${where}
         UNION ALL
         SELECT b.name, u.key, NULL, u.upload_id FROM parts t JOIN uploads u ON u.id = t.upload JOIN buckets b ON b.id = u.bucket
         WHERE ${where} LIMIT 100`,
      )
      .all(value);
    return rows.map((row) => ({
      bucket: textOf(row, 'name'),
      key: textOf(row, 'key'),
      versionId: optionalText(row, 'version_id'),
      uploadId: optionalText(row, 'upload_id'),
    }));
  }

  close(): void {
    this.#database.close();
  }

  /** What a row of a broken rule concerns: itself, when it is a version; those who use it, when it is a piece. */
  #holdersOfRow(row: Row): readonly BodyHolder[] {
    if (typeof row['named_file'] === 'string') return this.holdersOf('file', row['named_file']);
    if (typeof row['named_list'] === 'number') return this.holdersOf('list', row['named_list']);
    if (typeof row['start'] === 'number' && typeof row['list'] === 'number') return this.holdersOf('list', row['list']);
    if (typeof row['bucket'] === 'number' && typeof row['key'] === 'string' && typeof row['version_id'] === 'string') {
      const bucket = this.#database.prepare('SELECT name FROM buckets WHERE id = ?').get(row['bucket']);
      if (bucket === undefined) return [];
      return [{ bucket: textOf(bucket, 'name'), key: row['key'], versionId: row['version_id'] }];
    }
    if (typeof row['upload'] === 'number') {
      const upload = this.#database
        .prepare('SELECT b.name, u.key, u.upload_id FROM uploads u JOIN buckets b ON b.id = u.bucket WHERE u.id = ?')
        .get(row['upload']);
      if (upload === undefined) return [];
      return [{ bucket: textOf(upload, 'name'), key: textOf(upload, 'key'), uploadId: textOf(upload, 'upload_id') }];
    }
    return [];
  }
}

/** The bodies in a column that objects, versions and pieces of a bucket name; the bucket is the second value. */
function bodiesOf(column: 'file' | 'inline'): string {
  const bucket = '(SELECT id FROM buckets WHERE name = ?2)';
  const own = ['objects', 'versions'].map((table) => `SELECT ${column} FROM ${table} WHERE bucket = ${bucket}`);
  const lists = ['objects', 'versions'].map((table) => `SELECT list FROM ${table} WHERE bucket = ${bucket}`);
  return [...own, `SELECT ${column} FROM segments WHERE list IN (${lists.join(' UNION ALL ')})`].join(' UNION ALL ');
}

function subjectOf(row: Row): string {
  if (row['damaged'] !== undefined) return damagedSubject(row);
  if (row['orphan_headers'] !== undefined) return `version_headers ${String(row['orphan_headers'])}`;
  if (typeof row['link'] === 'string') return `link ${row['link'].slice(0, 16)}`;
  if (row['counted'] !== undefined) return `${String(row['counted'])} ${String(row['body'])}`;
  if (row['orphan'] !== undefined) return `inline_bodies ${String(row['orphan'])}`;
  if (typeof row['key'] === 'string') return row['key'];
  return row['start'] === undefined ? `upload ${String(row['upload'])}` : `list ${String(row['list'])}`;
}
