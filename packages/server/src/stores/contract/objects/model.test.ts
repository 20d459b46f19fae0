import { test } from 'node:test';
import { readSeed } from '../../../../../../test/seed.ts';
import { runModel } from '../test-support/run-model.ts';

const runs = Number(process.env['TIDEGATE_MODEL_RUNS'] ?? 300);
const seed = readSeed();

test(`REL-4 random calls answer the same on the engine and the model (seed=${seed} runs=${runs})`, () =>
  runModel({ seed, runs }));
