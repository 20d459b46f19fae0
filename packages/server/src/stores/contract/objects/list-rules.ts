import assert from 'node:assert/strict';
import type { ListQuery } from '../../objects/object-store.ts';
import { refused } from './assert-refusal.ts';
import { alice, makeBucket, photos, putText, type StoreRule, type Subject } from './subject.ts';

/** STO-40…48. */
export const listRules: readonly StoreRule[] = [
  {
    name: 'STO-40 keys are listed in the order of their UTF-8 bytes',
    async check(subject) {
      // JavaScript would put U+1F600 (a surrogate pair) before U+FFFF.
      const inOrder = ['A', 'Z', 'a', '\u007f', '\u0080', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'];
      await fill(subject, [...inOrder].reverse());
      assert.deepEqual(await names(subject, {}), inOrder);
    },
  },
  ...(
    [
      ['a_', ['a_1']],
      ['a%', ['a%1']],
      ["a'", ["a'1"]],
      ['a[', ['a[1']],
      ['a\\', ['a\\1']],
      ['A', ['A1']],
      ['a', ['a%1', "a'1", 'a1', 'a[1', 'a\\1', 'a_1', 'ab1']],
      ['\ud7ff', ['\ud7ff1']],
      // What comes behind all of these is a surrogate pair, which JavaScript puts before them.
      ['\uffff', ['\uffff1']],
      ['\u{10ffff}', ['\u{10ffff}1']],
      ['none', []],
    ] as const
  ).map(
    ([prefix, expected]): StoreRule => ({
      name: `STO-41 the prefix ${JSON.stringify(prefix)} is taken literally`,
      async check(subject) {
        await fill(subject, [
          'a_1',
          'ab1',
          'a%1',
          "a'1",
          'a[1',
          'a\\1',
          'a1',
          'A1',
          '\ud7ff1',
          '\ue0001',
          '\uffff1',
          '\u{10ffff}1',
        ]);
        assert.deepEqual(await names(subject, { prefix }), expected);
      },
    }),
  ),
  {
    name: 'STO-42 keys behind the delimiter fold into one common prefix each',
    async check(subject) {
      await fill(subject, ['a', 'b/1', 'b/2', 'b/c/3', 'b0', 'c//x', 'd/', '😀/1']);
      assert.deepEqual(await names(subject, { delimiter: '/' }), ['a', 'b/*', 'b0', 'c/*', 'd/*', '😀/*']);
      assert.deepEqual(await names(subject, { delimiter: '/', prefix: 'b/' }), ['b/1', 'b/2', 'b/c/*']);
      assert.deepEqual(await names(subject, { delimiter: '/', prefix: 'c/' }), ['c//*']);
      assert.deepEqual(await names(subject, { delimiter: '/', prefix: 'd/' }), ['d/']);
      assert.deepEqual(await names(subject, { delimiter: '//' }), [
        'a',
        'b/1',
        'b/2',
        'b/c/3',
        'b0',
        'c//*',
        'd/',
        '😀/1',
      ]);
      assert.deepEqual(await names(subject, { delimiter: '' }), [
        'a',
        'b/1',
        'b/2',
        'b/c/3',
        'b0',
        'c//x',
        'd/',
        '😀/1',
      ]);
    },
  },
  {
    name: 'STO-43 a page begins behind a key, or behind everything under a common prefix',
    async check(subject) {
      await fill(subject, ['a', 'b/1', 'b/2', 'b0', 'c']);
      assert.deepEqual(await names(subject, { after: 'a' }), ['b/1', 'b/2', 'b0', 'c']);
      assert.deepEqual(await names(subject, { after: 'b/' }), ['b/1', 'b/2', 'b0', 'c']);
      assert.deepEqual(await names(subject, { after: 'b/', delimiter: '/' }), ['b0', 'c']);
      assert.deepEqual(await names(subject, { after: 'b/1', delimiter: '/' }), ['b/*', 'b0', 'c']);
      assert.deepEqual(await names(subject, { after: 'b/2', delimiter: '/' }), ['b0', 'c']);
      assert.deepEqual(await names(subject, { after: 'A', prefix: 'b' }), ['b/1', 'b/2', 'b0']);
      assert.deepEqual(await names(subject, { after: 'z', prefix: 'b' }), []);
      assert.deepEqual(await names(subject, { after: 'not there' }), []);
    },
  },
  {
    name: 'STO-44 pages of any size together are the whole listing',
    async check(subject) {
      const keys: string[] = [];
      for (let index = 0; index < 150; index += 1) keys.push(`f${index % 7}/${index % 3}/${index}`, `x${index}`);
      await fill(subject, keys);
      for (const delimiter of [undefined, '/']) {
        const whole = await names(subject, { delimiter });
        for (const limit of [1, 2, 3, 31, 32, 33, 157, 300]) {
          const paged: string[] = [];
          let after: string | undefined = '';
          while (after !== undefined) {
            const page: Awaited<ReturnType<typeof listed>> = await listed(subject, { delimiter, limit, after });
            assert.ok(page.names.length <= limit);
            paged.push(...page.names);
            after = page.next;
          }
          assert.deepEqual(paged, whole, `limit ${limit}, delimiter ${delimiter}`);
        }
      }
    },
  },
  {
    name: 'STO-45 a limit of zero lists nothing and says that there is no more',
    async check(subject) {
      await fill(subject, ['a', 'b']);
      assert.deepEqual(await listed(subject, { limit: 0 }), { names: [], next: undefined });
      assert.deepEqual(await listed(subject, { limit: 2 }), { names: ['a', 'b'], next: undefined });
    },
  },
  {
    name: 'STO-46 an entry says size, ETag, time, owner and checksums of its version',
    async check(subject) {
      await makeBucket(subject);
      const record = await putText(subject, 'k', 'text');
      const { entries } = await subject.objects.listObjects(query({}));
      const { key, sizeBytes, etag, modifiedAtMs, versionId } = record;
      const entry = { key, sizeBytes, etag, modifiedAtMs, owner: alice, checksums: undefined, versionId };
      assert.deepEqual(entries, [{ kind: 'entry', entry }]);
    },
  },
  {
    name: 'STO-47 a bucket that is not there has no listing',
    async check(subject) {
      await refused(subject.objects.listObjects(query({})), 'NoSuchBucket');
      await refused(subject.objects.listUploads({ ...query({}), afterUploadId: '' }), 'NoSuchBucket');
    },
  },
  {
    name: 'STO-48 a listing that begins after a write was answered shows it',
    async check(subject) {
      await makeBucket(subject);
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const key = `k${index}`;
          await putText(subject, key, key);
          assert.ok((await names(subject, {})).includes(key), `${key} is missing after its put`);
          await subject.objects.deleteObjects(photos, [key]);
          assert.ok(!(await names(subject, {})).includes(key), `${key} is there after its delete`);
        }),
      );
    },
  },
];

function query(changes: Partial<ListQuery>): ListQuery {
  return { bucket: photos, prefix: '', delimiter: undefined, after: '', limit: 1_000, ...changes };
}

/** Names of a page; common prefixes end in `*`. */
async function listed(
  subject: Subject,
  changes: Partial<ListQuery>,
): Promise<{ names: string[]; next: string | undefined }> {
  const { entries, next } = await subject.objects.listObjects(query(changes));
  return { names: entries.map((entry) => (entry.kind === 'prefix' ? `${entry.prefix}*` : entry.entry.key)), next };
}

async function names(subject: Subject, changes: Partial<ListQuery>): Promise<string[]> {
  return (await listed(subject, changes)).names;
}

async function fill(subject: Subject, keys: readonly string[]): Promise<void> {
  await makeBucket(subject);
  await Promise.all(keys.map((key) => putText(subject, key, 'x')));
}
