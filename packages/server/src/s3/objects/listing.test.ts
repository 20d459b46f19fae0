import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeName, listedMembers } from './listing.ts';

for (const [name, encoded] of [
  ['a/b', 'a/b'],
  ['quux ab/', 'quux%20ab/'],
  ['foo+1', 'foo%2B1'],
  ["a!'()*b", 'a%21%27%28%29%2Ab'],
  ['\u0001\n', '%01%0A'],
  ['ä😀', '%C3%A4%F0%9F%98%80'],
  ['~-._', '~-._'],
] as const) {
  test(`SEC-417 with encoding-type=url the name ${JSON.stringify(name)} is written ${encoded}`, () => {
    assert.equal(encodeName(name, 'url'), encoded);
    assert.equal(encodeName(name, undefined), name);
    assert.equal(decodeURIComponent(encoded), name);
  });
}

const entry = {
  key: 'a b',
  sizeBytes: 3,
  etag: 'f'.repeat(32),
  modifiedAtMs: 1000,
  owner: { id: 'aa', displayName: 'ada' },
  checksums: { type: 'FULL_OBJECT', values: { CRC32: 'AAAAAA==' } },
  versionId: 'null',
} as const;
const page = {
  entries: [
    { kind: 'prefix', prefix: 'p/' },
    { kind: 'entry', entry },
  ],
  next: undefined,
} as const;

test('SEC-417 a page becomes objects and common prefixes in wire form, owners only where they are shown', () => {
  const hidden = listedMembers(page, { encoding: 'url', owners: 'hidden' });
  assert.deepEqual(hidden.commonPrefixes, [{ prefix: 'p/' }]);
  assert.deepEqual(hidden.contents[0], {
    key: 'a%20b',
    lastModifiedMs: 1000,
    etag: `"${entry.etag}"`,
    checksumAlgorithms: ['CRC32'],
    checksumType: 'FULL_OBJECT',
    sizeBytes: 3,
    owner: undefined,
    storageClass: 'STANDARD',
  });
  assert.deepEqual(listedMembers(page, { encoding: undefined, owners: 'shown' }).contents[0]?.owner, entry.owner);
});
