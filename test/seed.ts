import { randomInt } from 'node:crypto';

/** Seeds are smaller: a test counts further ones up from its own, and all of them must be whole numbers of 31 bits. */
const seedsEnd = 2 ** 30;

/**
 * The seed of all randomness in a test file. It is printed in the file's output, with the command that repeats it. The runner of the
 * tests gives it in `TIDEGATE_SEED`: in CI one derived from the sources (docs/adr/0013). A file run by hand draws one.
 */
export function readSeed(): number {
  const given = process.env['TIDEGATE_SEED'] ?? '';
  const seed = given === '' ? randomInt(seedsEnd) : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed >= seedsEnd) {
    throw new RangeError(`TIDEGATE_SEED is a whole number below ${seedsEnd}, not ${given}.`);
  }
  console.log(`seed ${seed} (TIDEGATE_SEED=${seed} repeats the run)`);
  return seed;
}
