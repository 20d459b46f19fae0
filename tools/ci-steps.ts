import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** One step: a command, its requirements and its time limit. */
export type Step = {
  readonly name: string;
  readonly command: readonly [program: string, ...rest: string[]];
  /** Names what this step lacks, if anything. */
  readonly missing?: () => string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly maxSeconds: number;
  /** It may run in parallel with neighbors that say so too: it measures nothing, and writes only where no other step does. */
  readonly beside?: boolean;
};

/** The totals of a step that runs tests. Flaky are files that failed and then passed when run again. */
export type TestSums = { readonly passed: number; readonly failed: number; readonly flaky?: number };

/** The result of one step. `tests` are the totals from its own last line, if it runs tests. */
export type StepResult = {
  readonly name: string;
  readonly command: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  readonly why?: string;
  readonly tests?: TestSums;
};

/** Where and how steps run. With `ci`, a step that lacks its tool fails; otherwise it is skipped. */
export type StepRun = {
  readonly root: string;
  readonly logFolder: string;
  readonly mode: 'ci' | 'local';
  readonly say: (text: string) => void;
  /** Stops the current step; later ones are not run and count as failed. */
  readonly signal?: AbortSignal;
};

const shownLogLines = 120;
const sumsLine = /^(\d+) passed, (\d+) failed(?:, \d+ skipped)?(?:, (\d+) flaky)?$/gm;

/** Parallel steps wait for their own processes half of the time, so two of them keep two cores busy. */
const stepsAtOnce = 2;

/** Runs all steps, even after a failure: one by one, but two at a time where neighbors may run in parallel. */
export async function runSteps(steps: readonly Step[], run: StepRun): Promise<StepResult[]> {
  const results: StepResult[] = [];
  let at = 0;
  while (at < steps.length) {
    const alone = steps.slice(at).findIndex(({ beside }) => beside !== true);
    const group = steps.slice(at, alone === 0 ? at + 1 : alone === -1 ? undefined : at + alone);
    results.push(...(await runGroup(group, run)));
    at += group.length;
  }
  return results;
}

async function runGroup(steps: readonly Step[], run: StepRun): Promise<StepResult[]> {
  const waiting = [...steps.entries()];
  const results: StepResult[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, step] = next;
      results[index] = await runStep(step, run);
    }
  };
  await Promise.all(Array.from({ length: stepsAtOnce }, work));
  return results;
}

/** Runs one step to its end. Its output goes to a log file, which is shown if the step fails. */
export async function runStep(step: Step, run: StepRun): Promise<StepResult> {
  const command = step.command.join(' ');
  if (run.signal?.aborted === true) {
    return { name: step.name, command, verdict: 'failed', seconds: 0, why: 'not run: the run was stopped before' };
  }
  const missing = step.missing?.();
  if (missing !== undefined) {
    const verdict = run.mode === 'ci' ? 'failed' : 'skipped';
    run.say(`— ${step.name}: ${verdict}: ${missing}\n`);
    return { name: step.name, command, verdict, seconds: 0, why: missing };
  }
  run.say(`— ${step.name}: ${command}\n`);
  const logFile = `${run.logFolder}/${step.name}.log`;
  const startedAtMs = performance.now();
  const why = await execute(step, run, logFile);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const log = readFileSync(logFile, 'utf8');
  if (why !== undefined) run.say(`${lastLines(log)}\n  ${step.name} failed: ${why}\n`);
  else run.say(`  ${step.name}: passed after ${seconds.toFixed(0)} s\n${tellPassed(log)}`);
  const tests = readSums(log);
  return {
    name: step.name,
    command,
    verdict: why === undefined ? 'passed' : 'failed',
    seconds,
    ...(why === undefined ? {} : { why }),
    ...(tests === undefined ? {} : { tests }),
  };
}

/** The totals of all steps: a step that runs tests counts as its tests, and as one failure if they passed but the step failed. */
export function sumResults(results: readonly StepResult[]): { passed: number; failed: number; skipped: number } {
  const sums = { passed: 0, failed: 0, skipped: 0 };
  for (const { verdict, tests } of results) {
    sums.passed += tests?.passed ?? (verdict === 'passed' ? 1 : 0);
    sums.failed += tests?.failed ?? 0;
    if (verdict === 'failed' && (tests?.failed ?? 0) === 0) sums.failed += 1;
    if (verdict === 'skipped') sums.skipped += 1;
  }
  return sums;
}

/** The closing table of a run: step, seconds, verdict and reason. */
export function formatTable(results: readonly StepResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length), 4);
  const rows = results.map(({ name, seconds, verdict, tests, why }) => {
    const flaky = tests?.flaky === undefined ? '' : `, ${tests.flaky} flaky`;
    const counted = tests === undefined ? '' : `${tests.passed} passed, ${tests.failed} failed${flaky}`;
    const text = [counted, why].filter((part) => part !== undefined && part !== '').join('; ');
    return `${name.padEnd(width)} ${seconds.toFixed(1).padStart(8)} s  ${verdict}${text === '' ? '' : ` (${text})`}\n`;
  });
  return rows.join('');
}

/** Runs the command in a process group of its own, so that a step that takes too long ends with everything it started. */
function execute(step: Step, { root, signal: ending }: StepRun, logFile: string): Promise<string | undefined> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const [program, ...args] = step.command;
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...step.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return new Promise((resolve) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, step.maxSeconds * 1000);
    // The step's process group is not ours, so stopping this run must stop it too.
    const stop = () => endGroup(child.pid);
    ending?.addEventListener('abort', stop, { once: true });
    const end = (why: string | undefined) => {
      clearTimeout(timer);
      ending?.removeEventListener('abort', stop);
      log.end(() => resolve(why));
    };
    child.once('error', (error) => end(`could not start: ${error.message}`));
    child.once('close', (code, signal) => {
      if (ending?.aborted === true) end('stopped with the run');
      else if (isLate) end(`took longer than ${step.maxSeconds} s`);
      else if (code === 0) end(undefined);
      else end(signal === null ? `exit code ${code}` : `ended by ${signal}`);
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') process.kill(pid, 'SIGKILL');
  else process.kill(-pid, 'SIGKILL');
}

function readSums(log: string): TestSums | undefined {
  const last = [...log.matchAll(sumsLine)].at(-1);
  if (last === undefined) return undefined;
  const [, passed, failed, flaky] = last;
  return { passed: Number(passed), failed: Number(failed), ...(flaky !== undefined && { flaky: Number(flaky) }) };
}

/** What to print for a step that passed: seeds, and what failed before it passed. */
function tellPassed(log: string): string {
  const lines = log.split('\n');
  const flaky = lines.indexOf('Flaky:');
  const seeds = (flaky === -1 ? lines : lines.slice(0, flaky)).filter((line) => /\bseed\b/i.test(line));
  const shown = seeds.map((line) => `  ${line.trim()}\n`).join('');
  return flaky === -1 ? shown : `${shown}${lastLines(lines.slice(flaky).join('\n'))}\n`;
}

/** The end of a log, indented so that none of its lines looks like the closing line of the run. */
function lastLines(log: string): string {
  const lines = log.trimEnd().split('\n');
  const shown = lines.slice(-shownLogLines).map((line) => `    ${line}`);
  const dropped = lines.length - shown.length;
  return [...(dropped > 0 ? [`    (${dropped} lines before)`] : []), ...shown].join('\n');
}
