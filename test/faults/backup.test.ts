import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tidegate } from '../cli/cli.ts';
import { checkFolder } from './check-folder.ts';
import { type KeyState, Oracle } from './oracle.ts';

const backups = Number(process.env['TIDEGATE_BACKUPS'] ?? 3);
const child = fileURLToPath(new URL('./store-child.ts', import.meta.url));

/** What a backup may hold that is begun now: what is acknowledged or open at its beginning, and all that is begun after. */
class CutOracle extends Oracle {
  readonly #allowed: Map<string, Set<KeyState>>;

  constructor(now: Oracle) {
    super();
    this.#allowed = new Map(Array.from(now.keys(), (key) => [key, new Set(now.allowed(key))]));
  }

  override take(line: string): void {
    const [what, , key = '', state = ''] = line.split(' ');
    if (what !== 'start') return;
    const states = this.#allowed.get(key) ?? new Set<KeyState>(['absent']);
    this.#allowed.set(key, states.add(state === 'absent' ? 'absent' : Number(state)));
  }

  override get acknowledgedCount(): number {
    return [...this.#allowed.values()].filter((states) => !states.has('absent')).length;
  }

  override keys(): ReadonlySet<string> {
    return new Set(this.#allowed.keys());
  }

  override allowed(key: string): ReadonlySet<KeyState> {
    return this.#allowed.get(key) ?? new Set(['absent']);
  }
}

test('REL-11 backups that are made while eight clients write hold one moment whole, each object exact', async (t) => {
  const place = await mkdtemp(join(tmpdir(), 'tidegate-backup-load-'));
  const data = join(place, 'data');
  const args = ['--conditions=tidegate-source', child, data, '1'];
  const running: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    running.kill('SIGKILL');
    await rm(place, { recursive: true, force: true });
  });
  assert.ok(running.stdout !== null);
  const oracle = new Oracle();
  const cuts: CutOracle[] = [];
  let done = 0;
  const waiting: { readonly from: number; readonly resolve: () => void }[] = [];
  const lines = createInterface({ input: running.stdout });
  lines.on('line', (line) => {
    oracle.take(line);
    for (const cut of cuts) cut.take(line);
    if (line.startsWith('done')) done += 1;
    while (waiting[0] !== undefined && done >= waiting[0].from) waiting.shift()?.resolve();
  });
  const ended = Promise.all([once(running, 'close'), once(lines, 'close')]);
  const written = (count: number): Promise<void> =>
    new Promise((resolve) => waiting.push({ from: done + count, resolve }));
  for (let round = 0; round < backups; round += 1) {
    await written(100);
    cuts.push(new CutOracle(oracle));
    // A new place, one that links what the first has, and one that is brought up to date.
    const target = join(place, `backup${round % 3 === 2 ? 0 : round}`);
    const since = round % 3 === 1 ? ['--since', join(place, `backup${round - 1}`)] : [];
    const doneBefore = done;
    const made = await tidegate([
      'backup',
      target,
      '--data',
      data,
      '--json',
      ...since,
      ...(round === 0 ? ['--copy'] : []),
    ]);
    assert.equal(made.code, 0, `${made.stdout}${made.stderr}`);
    assert.ok(done > doneBefore, 'nothing was written meanwhile');
    const restored = join(place, `restored${round}`);
    await mkdir(restored, { mode: 0o700 });
    await cp(join(data, 'keys'), join(restored, 'keys'), { recursive: true });
    const put = await tidegate(['restore', target, '--data', restored, '--json']);
    assert.equal(put.code, 0, `${put.stdout}${put.stderr}`);
  }
  assert.equal(running.exitCode, null, 'the writer ended by itself');
  running.kill('SIGKILL');
  // What was begun before a cut has been read to the last line now.
  await ended;
  for (const [round, cut] of cuts.entries()) {
    const restored = join(place, `restored${round}`);
    const checked = await tidegate(['check', restored, '--json=items']);
    assert.equal(checked.code, 0, checked.stdout);
    const { problems, found } = await checkFolder(restored, cut);
    assert.deepEqual(problems, [], `backup ${round}`);
    assert.ok(found.size > 0);
  }
  console.log(`backups under load: ${backups}, each whole; ${done} writes`);
});
