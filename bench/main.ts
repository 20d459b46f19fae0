import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { median } from './rates.ts';
import type { Row, Sides } from './row.ts';
import { bigObjectRows } from './rows/big-objects.ts';
import { browserCoreRows } from './rows/browser-core.ts';
import { commandLineRows } from './rows/command-line.ts';
import { consoleRows } from './rows/console.ts';
import { coreRows } from './rows/core.ts';
import { growthRows } from './rows/growth.ts';
import { ledgerRows } from './rows/ledger.ts';
import { linkRequestRows } from './rows/link-requests.ts';
import { linkRows } from './rows/links.ts';
import { memoryRows } from './rows/memory.ts';
import { smallRequestRows } from './rows/small-requests.ts';
import { startRows } from './rows/start.ts';
import { rows as storeRows } from './rows/store.ts';

/*
 * npm run bench [-- P5 P9 …] [--rounds 5] [--more 0] [--warm 3] [--slack 1] [--shared] [--minutes 0] [--json]
 * Every row is a ratio of two things measured interleaved in this run; absolute figures of a shared machine mean nothing.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    /** At most this many further rounds of a row while it fails. */
    more: { type: 'string', default: '0' },
    /** Rounds before the first one that counts, of rows that load a server or a store: measured, one answers twice as much after ten seconds. */
    warm: { type: 'string', default: '3' },
    /** A row fails only under this share of its target. */
    slack: { type: 'string', default: '1' },
    /** The machine is shared: a row that knows its time on the processors is judged by that or by the clock, whichever is kinder. */
    shared: { type: 'boolean', default: false },
    /** Rows that are not begun after so many minutes are not run, and do not fail; 0: all are run. */
    minutes: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const more = Number(values.more);
const warm = Number(values.warm);
const slack = Number(values.slack);

const rows: readonly Row[] = [
  ...coreRows,
  ...browserCoreRows,
  ...smallRequestRows,
  ...storeRows,
  ...linkRows,
  ...ledgerRows,
  ...linkRequestRows,
  ...bigObjectRows,
  ...startRows,
  ...memoryRows,
  ...growthRows,
  ...commandLineRows,
  ...consoleRows,
];
const unknown = positionals.filter((id) => !rows.some((row) => row.id === id));
if (unknown.length > 0)
  throw new Error(`No such row: ${unknown.join(', ')}. There are: ${rows.map((row) => row.id).join(' ')}`);

type Result = {
  readonly id: string;
  readonly ratio: number;
  /** The same by time on the processors, where the row knows it. */
  readonly byProcessor?: number;
  readonly target: number | undefined;
  readonly verdict: 'pass' | 'fail' | 'report';
  readonly sides: readonly Sides[];
};
const results: Result[] = [];
const left: string[] = [];
let broken = 0;

console.log(
  `node ${process.versions.node} · ${cpus().length} cores · ${more > 0 ? `${rounds} to ${rounds + more}` : rounds} rounds, medians, a/b; cpu: by time on the processors`,
);
const startedAtMs = performance.now();
const limitMs = Number(values.minutes) * 60_000;
for (const row of rows) {
  if (positionals.length > 0 && !positionals.includes(row.id)) continue;
  if (limitMs > 0 && performance.now() - startedAtMs > limitMs) {
    left.push(row.id);
    continue;
  }
  try {
    const result = await measure(row);
    results.push(result);
    console.log(lineOf(row, result));
  } catch (error) {
    // The others are measured all the same.
    broken += 1;
    console.log(`${row.id.padEnd(9)} broken: ${error instanceof Error ? error.stack : error}`);
  }
}
if (values.json) {
  await mkdir('bench/results', { recursive: true });
  const record = { at: new Date().toISOString(), node: process.versions.node, cpu: cpus()[0]?.model, rounds, results };
  await writeFile(`bench/results/${Date.now()}.json`, `${JSON.stringify(record, null, 2)}\n`);
}
if (left.length > 0) console.log(`not begun within ${values.minutes} minutes: ${left.join(' ')}`);
const failed = broken + results.filter((result) => result.verdict === 'fail').length;
console.log(`${results.length + broken - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function measure(row: Row): Promise<Result> {
  await row.open?.();
  const sides: Sides[] = [];
  try {
    for (let round = 0; row.warms === true && round < warm; round++) await row.run();
    const isShort = (): boolean => judge(row, sides).verdict === 'fail';
    for (let round = 0; round < rounds || (round < rounds + more && isShort()); round++) sides.push(await row.run());
  } finally {
    await row.close?.();
  }
  return judge(row, sides);
}

function judge(row: Row, sides: readonly Sides[]): Result {
  const ratio = ratioOf(sides);
  const timed = sides.flatMap(({ processor }) => processor ?? []);
  const byProcessor = timed.length === 0 ? undefined : ratioOf(timed);
  const judged = values.shared ? [ratio, byProcessor ?? ratio] : [ratio];
  const verdict = verdictOf(row, row.atLeast ? Math.max(...judged) : Math.min(...judged));
  return { id: row.id, ratio, ...(byProcessor !== undefined && { byProcessor }), target: row.target, verdict, sides };
}

function ratioOf(sides: readonly Pick<Sides, 'a' | 'b'>[]): number {
  return median(sides.map(({ a }) => a)) / median(sides.map(({ b }) => b));
}

function lineOf(row: Row, { ratio, byProcessor, verdict, sides }: Result): string {
  const target = row.target === undefined ? 'report' : `${row.atLeast ? '≥' : '≤'} ${row.target}`;
  const raw = `${figure(median(sides.map(({ a }) => a)))} : ${figure(median(sides.map(({ b }) => b)))} ${row.unit}`;
  const cpu = byProcessor === undefined ? '' : `cpu ${figure(byProcessor)}`;
  return `${row.id.padEnd(9)} ${figure(ratio).padStart(8)}  ${target.padEnd(8)} ${verdict.padEnd(6)} ${cpu.padEnd(9)} ${raw.padEnd(28)} ${row.what} / ${row.against}`;
}

function verdictOf(row: Row, ratio: number): Result['verdict'] {
  if (row.target === undefined) return 'report';
  const holds = row.atLeast ? ratio >= row.target * slack : ratio <= row.target / slack;
  return holds ? 'pass' : 'fail';
}

function figure(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
