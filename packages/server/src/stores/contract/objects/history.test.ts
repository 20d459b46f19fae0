import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import { readSeed } from '../../../../../../test/seed.ts';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import { type HistoryStep, isLinearizable } from '../test-support/history.ts';
import { bodyOf, makeBucket, photos, readAll, seededRandom, writeOf } from './subject.ts';

const clients = 8;
const stepsOfClient = 24;
const keys = ['a', 'b', 'c', 'd', 'e'];
const histories = Number(process.env['TIDEGATE_HISTORIES'] ?? 40);
const seed = readSeed();

/** Eight clients at once on five keys, each asking when it was answered. */
async function record(objects: ObjectStore, historySeed: number): Promise<readonly HistoryStep[]> {
  const random = seededRandom(historySeed);
  const pick = (count: number): number => (random.bytes(1)[0] ?? 0) % count;
  const steps: HistoryStep[] = [];
  let moment = 0;
  let bodies = 0;
  const seen = new Map<string, string>();
  const client = async (): Promise<void> => {
    for (let n = 0; n < stepsOfClient; n += 1) {
      const key = keys[pick(keys.length)] ?? 'a';
      const kind = (['put', 'put-if-none', 'put-if-match', 'read', 'read', 'delete'] as const)[pick(6)] ?? 'read';
      bodies += 1;
      // Small ones are rows, large ones files: both ways to become visible.
      const value = `${historySeed}-${bodies}${'.'.repeat(pick(2) * 100)}`;
      const expected = seen.get(key) ?? 'never';
      moment += 1;
      const began = moment;
      const answer = await carryOut(objects, { key, kind, value, expected });
      moment += 1;
      if (kind === 'read' && answer !== undefined) seen.set(key, answer);
      steps.push({ key, kind, value, expected, answer, began, ended: moment });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return steps;
}

type Asked = Required<Pick<HistoryStep, 'key' | 'kind' | 'value' | 'expected'>>;

async function carryOut(objects: ObjectStore, { key, kind, value, expected }: Asked): Promise<string | undefined> {
  const target = { bucket: photos, key };
  try {
    if (kind === 'read') return (await readAll({ objects }, target)).toString();
    if (kind === 'delete')
      return (await objects.deleteObjects(photos, [key]))[0]?.deleted === true ? 'done' : 'missing';
    const etag = createHash('md5').update(expected).digest('hex');
    const condition = kind === 'put' ? {} : kind === 'put-if-none' ? { ifNoneMatch: ['*'] } : { ifMatch: [etag] };
    await objects.putObject(target, bodyOf(value), writeOf(), condition);
    return 'done';
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    if (error.code === 'NoSuchKey') return kind === 'read' ? undefined : 'missing';
    assert.equal(error.code, 'PreconditionFailed');
    return 'refused';
  }
}

const ofKey = (steps: readonly HistoryStep[], wanted: string) => steps.filter(({ key }) => key === wanted);

test(`REL-4 what ${clients} clients at once are told of a key could have happened one after the other (seed=${seed} histories=${histories})`, async () => {
  console.log(`histories seed=${seed} count=${histories}`);
  for (let n = 0; n < histories; n += 1) {
    const subject = await openLocalSubject({ inlineMaxBytes: 64 });
    try {
      await makeBucket(subject);
      const steps = await record(subject.objects, seed + n);
      for (const key of keys) {
        assert.ok(
          isLinearizable(ofKey(steps, key)),
          `seed ${seed + n}, key ${key}: ${JSON.stringify(ofKey(steps, key))}`,
        );
      }
    } finally {
      await subject.close();
    }
  }
});

test('REL-4 a read that is out of date, a condition that was passed over and a lost write are found', () => {
  const step = (began: number, kind: HistoryStep['kind'], answer: string | undefined, value = ''): HistoryStep => ({
    ...{ key: 'k', kind, value, expected: '1', answer, began, ended: began + 1 },
  });
  const first = step(1, 'put', 'done', '1');
  const second = step(3, 'put', 'done', '2');
  assert.ok(isLinearizable([first, second, step(5, 'read', '2')]));
  assert.ok(!isLinearizable([first, second, step(5, 'read', '1')]));
  assert.ok(!isLinearizable([first, step(3, 'put-if-none', 'done', '2')]));
  assert.ok(!isLinearizable([first, second, step(5, 'put-if-match', 'done', '3')]));
  assert.ok(!isLinearizable([first, step(3, 'delete', 'missing')]));
  // At once either may be the later one, but not both.
  const atOnce = [first, { ...second, began: 1, ended: 4 }];
  assert.ok(isLinearizable([...atOnce, step(5, 'read', '1')]));
  assert.ok(!isLinearizable([...atOnce, step(5, 'read', '1'), step(7, 'read', '2')]));
});
