import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readSeed } from '../seed.ts';
import { checkFolder } from './check-folder.ts';
import { buildImage, type Chance, type Journal, readJournal, writtenBefore } from './crash-image.ts';
import { Oracle } from './oracle.ts';

const images = Number(process.env['TIDEGATE_IMAGES'] ?? 100);
const seed = readSeed();
const here = fileURLToPath(new URL('.', import.meta.url));
/** Images are read once and thrown away: in memory where there is such a place. */
const imageBase = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

function hasCompiler(): boolean {
  return spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Mulberry32. */
function chanceOf(from: number): Chance {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs a child under the recorder until so many writes were answered. */
async function record(writes: number, leftOut: 'none' | 'log-sync' | 'file-sync' | 'folder-sync'): Promise<Journal> {
  const place = await mkdtemp(join(tmpdir(), 'tidegate-power-'));
  try {
    const library = join(place, 'recorder.so');
    execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, join(here, 'recorder.c'), '-ldl', '-lpthread']);
    const folder = join(place, 'disk');
    execFileSync('mkdir', [folder]);
    const args = [
      '--conditions=tidegate-source',
      join(here, 'store-child.ts'),
      join(folder, 'data'),
      '1',
      String(writes),
      leftOut,
      join(folder, 'MARKERS'),
    ];
    const env = {
      ...process.env,
      LD_PRELOAD: library,
      TIDEGATE_RECORD: folder,
      TIDEGATE_JOURNAL: join(place, 'journal'),
      // The recorder sees calls of the C library, not those of the kernel's ring.
      UV_USE_IO_URING: '0',
    };
    const ended = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'], timeout: 240_000 });
    assert.equal(ended.status, 0, 'the recorded process failed');
    return readJournal(await readFile(join(place, 'journal')));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

type Verdict = { readonly problems: readonly string[]; readonly acknowledged: number };

/** One power loss: image, start, comparison with what was acknowledged before the cut. */
async function losePower(journal: Journal, number: number): Promise<Verdict> {
  const chance = chanceOf(seed + number * 7_919);
  const cut = Math.floor(chance() * journal.length);
  const share = [0, 0.25, 0.5, 0.9, 1][number % 5] ?? 0;
  const sectorBytes = number % 2 === 0 ? 4_096 : 512;
  const oracle = new Oracle();
  const lines = writtenBefore(journal, '/MARKERS', cut).split('\n');
  for (const line of lines) oracle.take(line);
  const into = await mkdtemp(join(imageBase, 'tidegate-image-'));
  try {
    await buildImage(journal, { into, cut, share, sectorBytes, chance });
    // Before the server said that it is ready it may not have made its folder yet.
    const isReady = lines.includes('ready');
    const { problems } = await checkFolder(join(into, 'data'), oracle);
    const label = `seed=${seed} image=${number} cut=${cut} share=${share} sector=${sectorBytes}`;
    return {
      problems: isReady ? problems.map((problem) => `${label}: ${problem}`) : [],
      acknowledged: lines.filter((line) => line.startsWith('done')).length,
    };
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

const skip = hasCompiler() || process.env['CI'] === 'true' ? false : 'there is no C compiler (cc)';

test(`REL-1 REL-2 nothing acknowledged is lost at power loss, and no version is a mix (seed=${seed})`, {
  skip,
}, async () => {
  const journal = await record(240, 'none');
  let acknowledged = 0;
  const problems: string[] = [];
  for (let number = 0; number < images; number += 1) {
    const verdict = await losePower(journal, number);
    acknowledged += verdict.acknowledged;
    problems.push(...verdict.problems);
  }
  console.log(
    `power loss: seed=${seed} images=${images} acknowledged writes compared=${acknowledged} problems=${problems.length}`,
  );
  assert.deepEqual(problems.slice(0, 5), []);
  assert.ok(acknowledged > images, 'too little was written to show anything');
});

for (const leftOut of ['log-sync', 'file-sync', 'folder-sync'] as const) {
  test(`REL-1 a store without its ${leftOut} is noticed (seed=${seed})`, { skip }, async () => {
    const journal = await record(120, leftOut);
    for (let number = 0; number < 100; number += 1) {
      const { problems } = await losePower(journal, number);
      if (problems.length > 0) {
        console.log(`power loss without ${leftOut}: noticed at image ${number} (seed=${seed})`);
        return;
      }
    }
    assert.fail(`100 images without ${leftOut} showed nothing`);
  });
}
