import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileEvent } from './test-events.ts';
import { type Patience, runProcess } from './test-process.ts';
import { type AllowedSkip, FileRun, Report } from './test-report.ts';
import { chooseSeed } from './test-seed.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** At once, for the files of packages and tools. */
const processes = 2;
/** One that hangs fails by name. The longest needs 15 s on two cores of its own; shared ones have needed six times as long. */
const unitPatience: Patience = { testMs: 120_000, fileMs: 300_000, leftoverMs: 30_000 };

/** One file after the other: a minute at most where a core is its own, several where it is shared. */
const outsidePatience: Patience = { testMs: 300_000, fileMs: 420_000, leftoverMs: 60_000 };
/** Kills, sizes, and packages that are fetched and built, take minutes by themselves. */
const longPatience: Patience = { testMs: 540_000, fileMs: 840_000, leftoverMs: 60_000 };
const longFolders = ['test/examples/', 'test/faults/', 'test/packages/', 'test/scale/'];

/**
 * What may be asked for: files by parts of their paths, whether a file under test/ that failed runs once more, and chance in CI
 * too. The patience is shortened by the tests of this.
 */
type Asked = {
  readonly filters: readonly string[];
  readonly again: boolean;
  readonly random: boolean;
  readonly patience: Partial<Patience>;
};

/** Runs the tests that the arguments name, and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const asked = parseArguments(args);
  if (typeof asked === 'string') return refuse(`There is no option ${asked}; --again and --random are.`);
  const files = chooseFiles(asked.filters);
  if (files.length === 0) {
    const { filters } = asked;
    return refuse(filters.length === 0 ? 'No test file was found.' : `No test file matches ${filters.join(' ')}.`);
  }
  const startedAtMs = performance.now();
  setSeed(asked);
  // Stripping the types of all that a file imports is a fifth of the time of most files.
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/tidegate-tests');
  const report = new Report((text) => process.stdout.write(text));
  // Client and fault tests start servers and measure memory: then one file is run at a time.
  if (files.some((path) => path.startsWith('test/'))) await runOneByOne(files, asked, report);
  else await runTogether(files, asked.patience, report);
  const seconds = (performance.now() - startedAtMs) / 1000;
  if (!report.end(files.length, seconds)) return refuse('No test ran.');
  return report.failed === 0 ? 0 : 1;
}

/** One seed for all files, read where random numbers are drawn (test/seed.ts). */
function setSeed({ random }: Asked): void {
  const given = process.env['TIDEGATE_SEED'] || (random ? 'random' : undefined);
  const { seed, text } = chooseSeed({ root, given, unasked: process.env['CI'] === 'true' ? 'fixed' : 'random' });
  process.env['TIDEGATE_SEED'] = seed;
  process.stdout.write(`${text}\n`);
}

function refuse(text: string): number {
  process.stderr.write(`${text}\n`);
  return 1;
}

/** @returns what was asked for, or the unknown option */
function parseArguments(args: readonly string[]): Asked | string {
  const filters = args.filter((arg) => !arg.startsWith('--'));
  const unknown = args.find(
    (arg) => arg.startsWith('--') && !/^--(?:again|random|(?:file|leftover)-seconds=\d+)$/.test(arg),
  );
  if (unknown !== undefined) return unknown;
  const millisecondsOf = (flag: string) => {
    const given = args.find((arg) => arg.startsWith(`--${flag}=`));
    return given === undefined ? undefined : Number(given.slice(flag.length + 3)) * 1000;
  };
  const [fileMs, leftoverMs] = [millisecondsOf('file-seconds'), millisecondsOf('leftover-seconds')];
  const patience = { ...(fileMs !== undefined && { fileMs }), ...(leftoverMs !== undefined && { leftoverMs }) };
  return { filters, again: args.includes('--again'), random: args.includes('--random'), patience };
}

function listTests(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...listTests(path));
    else if (entry.name.endsWith('.test.ts')) found.push(path);
  }
  return found.sort();
}

function chooseFiles(filters: readonly string[]): string[] {
  // Tools first: their longest file should not be what all wait for at the end.
  const fast = [...listTests('tools'), ...listTests('packages')];
  if (filters.length === 0) return fast;
  return [...fast, ...listTests('test')].filter((path) => filters.some((filter) => path.includes(filter)));
}

/** Makes runs of files, which know what may be skipped. */
function fileRuns(): (path: string) => FileRun {
  const text = readFileSync(new URL('./allowed-skips.json', import.meta.url), 'utf8');
  const allowed: readonly AllowedSkip[] = JSON.parse(text);
  const isCi = process.env['CI'] === 'true';
  return (path) =>
    new FileRun(path, (name) => !isCi || allowed.some((entry) => entry.file === path && entry.name === name));
}

/** Two processes take the files of packages and tools one after the other; one that a file ended is replaced. */
async function runTogether(files: readonly string[], patience: Partial<Patience>, report: Report): Promise<void> {
  const waiting = [...files];
  const newRun = fileRuns();
  const runs = new Map<string, FileRun>();
  const next = () => {
    const path = waiting.shift();
    return path === undefined ? undefined : join(root, path);
  };
  const take = (file: string, event: FileEvent): void => {
    const path = relative(root, file).split(sep).join('/');
    const one = runs.get(path) ?? newRun(path);
    runs.set(path, one);
    if (!one.take(event)) return;
    report.add(one);
    runs.delete(path);
  };
  const work = async (): Promise<void> => {
    while (waiting.length > 0) await runProcess({ root, patience: { ...unitPatience, ...patience }, next, take });
  };
  await Promise.all(Array.from({ length: processes }, work));
}

async function runOneByOne(files: readonly string[], { again, patience }: Asked, report: Report): Promise<void> {
  const newRun = fileRuns();
  const runOnce = async (path: string): Promise<FileRun> => {
    const usual = longFolders.some((folder) => path.startsWith(folder)) ? longPatience : outsidePatience;
    const one = newRun(path);
    const queue = [join(root, path)];
    await runProcess({
      root,
      patience: { ...usual, ...patience },
      next: () => queue.shift(),
      take: (_, event) => one.take(event),
    });
    return one;
  };
  for (const path of files) {
    const first = await runOnce(path);
    if (!again || first.failures.length === 0) {
      report.add(first);
      continue;
    }
    process.stdout.write(`↻ ${path}: ${first.failures.map(({ title }) => title).join('; ')}; once more\n`);
    const second = await runOnce(path);
    if (second.failures.length === 0) {
      report.addFlaky(first, second);
    } else {
      process.stdout.write(`  the first time:\n${first.tellFailures()}  the second time:\n`);
      report.add(second);
    }
  }
}
