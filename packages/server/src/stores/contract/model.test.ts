import { test } from 'node:test';
import { readSeed } from '../../../../../test/seed.ts';
import { runModel } from './test-support/run-model.ts';

const runs = Number(process.env['TIDEGATE_MODEL_RUNS'] ?? 300);
const seed = readSeed();

test(`ENC-3 ENC-11 ENC-12 ENC-14 STO-20 STO-44 STO-48 STO-62 STO-75 STO-102 STO-104 STO-105 STO-106 STO-107 STO-111 STO-112 STO-121 STO-122 STO-123 random calls answer the same on the engine and the model (seed=${seed} runs=${runs})`, () =>
  runModel({ seed, runs }));
