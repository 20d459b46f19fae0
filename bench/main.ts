import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { median } from './rates.ts';
import type { Row } from './row.ts';
import { bigObjectRows } from './rows/big-objects.ts';
import { browserCoreRows } from './rows/browser-core.ts';
import { commandLineRows } from './rows/command-line.ts';
import { consoleRows } from './rows/console.ts';
import { coreRows } from './rows/core.ts';
import { growthRows } from './rows/growth.ts';
import { linkRequestRows } from './rows/link-requests.ts';
import { linkRows } from './rows/links.ts';
import { memoryRows } from './rows/memory.ts';
import { smallRequestRows } from './rows/small-requests.ts';
import { startRows } from './rows/start.ts';
import { rows as storeRows } from './rows/store.ts';

/*
 * npm run bench [-- P5 P9 …] [--rounds 5] [--more 0] [--slack 1] [--json]
 * Every row is a ratio of two things measured interleaved in this run; absolute figures of a shared machine mean nothing.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    /** Further rounds of a row at the most, as long as it fails. */
    more: { type: 'string', default: '0' },
    /** A row fails only under this share of its target. */
    slack: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const more = Number(values.more);
const slack = Number(values.slack);

const rows: readonly Row[] = [
  ...coreRows,
  ...browserCoreRows,
  ...smallRequestRows,
  ...storeRows,
  ...linkRows,
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

type Result = { id: string; ratio: number; target: number | undefined; verdict: string; a: number[]; b: number[] };
const results: Result[] = [];

console.log(
  `node ${process.versions.node} · ${cpus().length} cores · ${more > 0 ? `${rounds} to ${rounds + more}` : rounds} rounds, medians, a/b`,
);
for (const row of rows) {
  if (positionals.length > 0 && !positionals.includes(row.id)) continue;
  const result = await measure(row);
  results.push(result);
  const target = row.target === undefined ? 'report' : `${row.atLeast ? '≥' : '≤'} ${row.target}`;
  const raw = `${figure(median(result.a))} : ${figure(median(result.b))} ${row.unit}`;
  console.log(
    `${row.id.padEnd(5)} ${figure(result.ratio).padStart(8)}  ${target.padEnd(8)} ${result.verdict.padEnd(6)} ${raw.padEnd(28)} ${row.what} / ${row.against}`,
  );
}
if (values.json) {
  await mkdir('bench/results', { recursive: true });
  const record = { at: new Date().toISOString(), node: process.versions.node, cpu: cpus()[0]?.model, rounds, results };
  await writeFile(`bench/results/${Date.now()}.json`, `${JSON.stringify(record, null, 2)}\n`);
}
const failed = results.filter((result) => result.verdict === 'fail').length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function measure(row: Row): Promise<Result> {
  await row.open?.();
  const a: number[] = [];
  const b: number[] = [];
  try {
    const isShort = (): boolean => verdictOf(row, median(a) / median(b)) === 'fail';
    for (let round = 0; round < rounds || (round < rounds + more && isShort()); round++) {
      const sides = await row.run();
      a.push(sides.a);
      b.push(sides.b);
    }
  } finally {
    await row.close?.();
  }
  const ratio = median(a) / median(b);
  return { id: row.id, ratio, target: row.target, verdict: verdictOf(row, ratio), a, b };
}

function verdictOf(row: Row, ratio: number): string {
  if (row.target === undefined) return 'report';
  const holds = row.atLeast ? ratio >= row.target * slack : ratio <= row.target / slack;
  return holds ? 'pass' : 'fail';
}

function figure(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
