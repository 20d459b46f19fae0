import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { operations } from '../../src/s3/operations/index.ts';
import { type Answer, element, type Fixture, openFixture, type TestKey, type Who } from './fixture.ts';
import { cors, type Entry, entries, policy, tagging } from './matrix-entries.ts';

let fixture: Fixture;
const keys: Record<string, TestKey> = {};
before(async () => {
  fixture = await openFixture();
  const make = async (name: string, wish: Parameters<Fixture['makeKey']>[0]) => {
    keys[name] = await fixture.makeKey(wish);
  };
  await make('owner', { owner: 'ada' });
  await make('read', { owner: 'ada', role: 'read' });
  await make('write', { owner: 'ada', role: 'write' });
  await make('link-only', { owner: 'ada', role: 'link-only' });
  await make('prefix', { owner: 'ada', prefixes: ['in/'] });
  await make('other-bucket', { owner: 'ada', buckets: ['elsewhere'] });
  await make('foreign', { owner: 'eve' });
});
after(() => fixture.close());

test('SEC-301 every operation of the server has an entry in the matrix, and the matrix has no other', () => {
  assert.deepEqual(operations.map(({ name }) => name).toSorted(), Object.keys(entries).toSorted());
});

/** A fresh bucket of the account ada in which every operation has something to work on. */
async function makeBucket(name: string): Promise<string> {
  const owner = keys['owner'] ?? assert.fail();
  for (const [line, ask] of [
    [`PUT /${name}`, {}],
    [`PUT /${name}/in/k`, { body: 'in' }],
    [`PUT /${name}/out/k`, { body: 'out' }],
    [`PUT /${name}?cors`, { body: cors }],
    [`PUT /${name}?policy`, { body: policy(name) }],
    [`PUT /${name}?tagging`, { body: tagging }],
  ] as const) {
    const made = await fixture.ask(owner, line, ask);
    assert.ok(made.status < 300, `${line}: ${made.text}`);
  }
  return name;
}

type Expected = 'success' | 'denied' | 'each-denied';

function expected(who: string, entry: Entry, dir: string, presigned: boolean): Expected {
  const { needs, place, foreign } = entry;
  if (needs === 'nothing') return 'success';
  switch (who) {
    case 'anonymous':
      return 'denied';
    case 'owner':
      return 'success';
    case 'foreign':
      return foreign === 'makes-own' ? 'success' : foreign === 'each-key' ? 'each-denied' : 'denied';
    case 'read':
      return needs === 'read' ? 'success' : 'denied';
    case 'write':
      return needs === 'owner' ? 'denied' : 'success';
    case 'link-only':
      return presigned && needs !== 'owner' ? 'success' : 'denied';
    case 'other-bucket':
      return place === 'service' ? 'success' : 'denied';
    case 'prefix': {
      if (place === 'bucket') return 'denied';
      if (place === 'service' || dir === 'in/') return 'success';
      if (place === 'bucket-open') return foreign === 'each-key' ? 'each-denied' : 'success';
      return 'denied';
    }
    default:
      return assert.fail(who);
  }
}

function outcome(answer: Answer, entry: Entry): Expected | string {
  const said = `${answer.status} ${answer.code}`;
  if (answer.status === 403) return answer.code === 'AccessDenied' || answer.text === '' ? 'denied' : said;
  if (answer.status !== entry.success) return said;
  return entry.foreign === 'each-key' && element(answer.text, 'Code') === 'AccessDenied' ? 'each-denied' : 'success';
}

const callers = ['anonymous', 'owner', 'read', 'write', 'link-only', 'prefix', 'other-bucket', 'foreign'];
for (const [name, entry] of Object.entries(entries)) {
  // A form is no request that a header or a query signs.
  if (name === 'PostObject') continue;
  test(`SEC-301 SEC-305 SEC-132 ${name} is answered to each caller as its rights say`, async () => {
    const made = await makeBucket(`m-${name.toLowerCase()}`);
    for (const who of callers) {
      for (const presigned of who === 'anonymous' ? [false] : [false, true]) {
        for (const dir of ['in/', 'out/']) {
          const bucket = name === 'CreateBucket' ? `${made}-${who}-${presigned}` : made;
          const caller: Who = keys[who] ?? 'anonymous';
          const answer = await fixture.ask(caller, entry.line(bucket, dir), { ...entry.ask?.(bucket, dir), presigned });
          const place = `${name} by ${who}, ${presigned ? 'presigned' : 'header'}, ${dir}`;
          assert.equal(outcome(answer, entry), expected(who, entry, dir, presigned), `${place}: ${answer.text}`);
        }
      }
    }
  });
}

test('SEC-132 nobody without a key learns whether an object is there', async () => {
  const bucket = await makeBucket('m-hidden');
  for (const [name, { needs, place, line, ask }] of Object.entries(entries)) {
    if (place !== 'object' || needs === 'nothing' || name === 'PostObject') continue;
    const body = (answer: Answer) => [
      answer.status,
      answer.text.replaceAll(/<(Resource|RequestId|HostId)>[^<]*<\/\1>/g, ''),
    ];
    const there = await fixture.ask('anonymous', line(bucket, 'in/'), ask?.(bucket, 'in/'));
    const missing = await fixture.ask('anonymous', line(bucket, 'nowhere/'), ask?.(bucket, 'nowhere/'));
    assert.deepEqual(body(missing), body(there), name);
    assert.equal(there.status, 403, name);
  }
});
