import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../../packages/presign/src/verify/verify.ts';
import { now, secretAccessKey, signQuery } from '../../packages/presign/test/hand-signed.ts';
import { readSeed } from '../seed.ts';

const samples = 20_000;
/** Welch's t over which two sets of times are taken to differ. */
const bound = 4.5;

/** By chance, so that whatever the machine does between is shared by both. */
let state = readSeed() || 1;
function chance(): boolean {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state & 1) === 0;
}

/** Times of each in ns, the slowest tenth left out: they are of the machine, not of the code. */
function measure(one: () => void, other: () => void): readonly [number[], number[]] {
  const times: [number[], number[]] = [[], []];
  while (times[0].length < samples || times[1].length < samples) {
    const isOne = chance();
    const began = process.hrtime.bigint();
    if (isOne) one();
    else other();
    times[isOne ? 0 : 1].push(Number(process.hrtime.bigint() - began));
  }
  const cut = [...times[0], ...times[1]].sort((left, right) => left - right)[Math.floor(samples * 1.8)] ?? 0;
  return [times[0].filter((time) => time <= cut), times[1].filter((time) => time <= cut)];
}

function welch([left, right]: readonly [readonly number[], readonly number[]]): number {
  const facts = [left, right].map((times) => {
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    return {
      mean,
      spread: times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (times.length - 1) / times.length,
    };
  });
  const [one = { mean: 0, spread: 0 }, other = { mean: 0, spread: 0 }] = facts;
  return Math.abs(one.mean - other.mean) / Math.sqrt(one.spread + other.spread);
}

const good = signQuery();
const signature = /X-Amz-Signature=([0-9a-f]{64})/.exec(good.target)?.[1] ?? '';
const options = { now, lookup: () => ({ secretAccessKey }) };

/** The request with one character of its signature changed. */
function wrongAt(at: number): () => void {
  const changed = signature.slice(0, at) + (signature[at] === '0' ? '1' : '0') + signature.slice(at + 1);
  const request = { ...good, target: good.target.replace(signature, changed) };
  return () => {
    judge(request, options);
  };
}

/** What the times would be if the comparison stopped at the first difference, made as long as a few characters at a slow machine. */
function leaking(at: number): () => void {
  const plain = wrongAt(at);
  return () => {
    plain();
    for (let turn = 0; turn < at * 20; turn += 1) state += 0;
  };
}

test('SEC-143 the time of a refusal says nothing of how much of the signature was right', () => {
  assert.equal(judge(good, options).ok, true);
  measure(wrongAt(0), wrongAt(63));
  // A leak shows in every round; what the machine does by chance does not.
  const rounds = [1, 2, 3].map(() => welch(measure(wrongAt(0), wrongAt(63))));
  console.log(
    `  first character wrong against the last: t = ${rounds.map((t) => t.toFixed(2)).join(', ')} (< ${bound})`,
  );
  assert.ok(Math.min(...rounds) < bound, `t = ${rounds}`);
});

test('the measure sees a comparison that stops at the first difference', () => {
  measure(leaking(0), leaking(63));
  assert.ok(welch(measure(leaking(0), leaking(63))) > bound);
});
