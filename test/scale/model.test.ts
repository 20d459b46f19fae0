import { test } from 'node:test';
import { runModel } from '../../packages/server/src/stores/contract/test-support/run-model.ts';
import { readSeed } from '../seed.ts';

const slices = 10;
const runs = 1_000;
const first = readSeed();

for (let slice = 0; slice < slices; slice += 1) {
  const seed = first + slice;
  test(`REL-4 STO-104 STO-107 STO-112 STO-121 the engine answers as the model over 10,000 random sequences, slice ${slice + 1} (seed=${seed} runs=${runs})`, () =>
    runModel({ seed, runs }));
}
