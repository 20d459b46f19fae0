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
  /** `fixed`: as CI wants it, the same for the same sources. */
  readonly unasked: 'fixed' | 'random';
};

/**
 * The seed of one run of the tests, and the words for it. A verdict of CI about sources is the same as often as it is asked for;
 * elsewhere every run looks at something new (docs/adr/0013).
 */
export function chooseSeed({ root, given = '', unasked }: SeedChoice): {
  readonly seed: string;
  readonly told: string;
} {
  const tell = (seed: number, why: string) => ({
    seed: String(seed),
    told: `seed ${seed}: ${why}; TIDEGATE_SEED=${seed} repeats it`,
  });
  if (given !== '' && given !== 'random') return { seed: given, told: `seed ${given}: as TIDEGATE_SEED says` };
  if (given === '' && unasked === 'fixed') return tell(seedOfSources(root), 'it follows from the sources');
  return tell(randomInt(seedsEnd), 'drawn at random');
}

/** A seed that follows from the content of all that is tested. It asks no git: an unpacked archive has the seed of its checkout. */
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
