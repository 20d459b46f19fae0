import { createHash, randomInt } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Smaller than this, as `test/seed.ts` wants them. */
const seedsEnd = 2 ** 30;
/** What decides how tests go. Documents do not: their change searches nowhere else. */
const watched = ['package-lock.json', 'packages', 'test'];
/** What programs leave behind there, and git ignores. */
const madeByPrograms = /^(?:node_modules|dist|__pycache__|\..*|.*\.tsbuildinfo|.*\.log)$/;

/** Where the seed of a run comes from. */
export type SeedChoice = {
  readonly root: string;
  /** `TIDEGATE_SEED`: a number, `random`, or nothing. */
  readonly given: string | undefined;
  /** `fixed`: the same for the same sources, as CI needs it. */
  readonly unasked: 'fixed' | 'random';
};

/**
 * The seed of one test run, and a text about it. CI gives the same result for the same sources every time;
 * elsewhere every run tests something new (docs/adr/0013).
 */
export function chooseSeed({ root, given = '', unasked }: SeedChoice): {
  readonly seed: string;
  readonly text: string;
} {
  const tell = (seed: number, why: string) => ({
    seed: String(seed),
    text: `seed ${seed}: ${why}; TIDEGATE_SEED=${seed} repeats it`,
  });
  if (given !== '' && given !== 'random') return { seed: given, text: `seed ${given}: from TIDEGATE_SEED` };
  if (given === '' && unasked === 'fixed') return tell(seedOfSources(root), 'derived from the sources');
  return tell(randomInt(seedsEnd), 'drawn at random');
}

/** A seed derived from the content of all tested files. It does not use git, so an unpacked archive has the seed of its checkout. */
function seedOfSources(root: string): number {
  const hash = createHash('sha256');
  for (const path of watched.flatMap((name) => listSources(root, name))) {
    hash.update(`${path}\0`).update(
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest(),
    );
  }
  return hash.digest().readUInt32BE(0) % seedsEnd;
}

function listSources(root: string, path: string): string[] {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return found?.isFile() === true ? [path] : [];
  return readdirSync(join(root, path))
    .filter((name) => !madeByPrograms.test(name))
    .sort()
    .flatMap((name) => listSources(root, `${path}/${name}`));
}
