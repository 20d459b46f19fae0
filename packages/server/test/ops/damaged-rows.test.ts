import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { type Ask, element, elements, type Fixture, openFixture } from './fixture.ts';
import { tagging } from './matrix-entries.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture();
  await ask('PUT /rows');
});
after(() => fixture.close());

const ask = (line: string, sent?: Ask) => fixture.ask(fixture.root, line, sent);

function hurt(key: string, change: string): void {
  const database = new DatabaseSync(join(fixture.server.folder, 'meta.db'), { timeout: 60_000 });
  database.prepare(`UPDATE objects SET ${change} WHERE key = ?`).run(key);
  database.close();
}

const injuries: readonly (readonly [what: string, change: string])[] = [
  ['has another size', 'size = size + 1'],
  ['has tags that cannot be read', "tags = 'x'"],
  ['has checksums that cannot be read', "checksums = '{'"],
  ['has an encryption that nobody knows', "encryption = 'x'"],
];

/** What is asked of the damaged key, none of which may do anything. */
const requests: readonly (readonly [line: (key: string) => string, sent?: (key: string) => Ask])[] = [
  [(key) => `GET /rows/${key}`],
  [(key) => `GET /rows/${key}?tagging`],
  [(key) => `GET /rows/${key}?acl`],
  [(key) => `GET /rows/${key}?attributes`, () => ({ headers: { 'x-amz-object-attributes': 'ETag' } })],
  [(key) => `PUT /rows/${key}`, () => ({ body: 'new' })],
  [(key) => `PUT /rows/${key}`, () => ({ body: 'new', headers: { 'if-none-match': '*' } })],
  [(key) => `PUT /rows/${key}?tagging`, () => ({ body: tagging })],
  [(key) => `PUT /rows/${key}?acl`, () => ({ headers: { 'x-amz-acl': 'private' } })],
  [() => 'PUT /rows/copy', (key) => ({ headers: { 'x-amz-copy-source': `/rows/${key}` } })],
  [(key) => `PUT /rows/${key}`, () => ({ headers: { 'x-amz-copy-source': '/rows/whole' } })],
  [(key) => `DELETE /rows/${key}?tagging`],
  [(key) => `DELETE /rows/${key}`],
];

for (const [at, [what, change]] of injuries.entries()) {
  test(`REL-12 an object whose row ${what} harms itself alone, and every answer says what helps`, async () => {
    const key = `damaged-${at}`;
    for (const each of ['first', key, 'last', 'whole']) {
      assert.equal((await ask(`PUT /rows/${each}`, { body: each })).status, 200);
    }
    hurt(key, change);
    for (const [line, sent] of requests) {
      const answer = await ask(line(key), sent?.(key));
      assert.deepEqual([line(key), answer.status, answer.code], [line(key), 500, 'InternalError']);
      assert.match(element(answer.text, 'Message'), /tidegate check --repair/);
    }
    assert.equal((await ask(`HEAD /rows/${key}`)).status, 500);
    assert.equal((await ask('HEAD /rows/copy')).status, 404);

    const uploadId = element((await ask(`POST /rows/${key}?uploads`)).text, 'UploadId');
    const { etag } = (await ask(`PUT /rows/${key}?partNumber=1&uploadId=${uploadId}`, { body: 'part' })).headers;
    const parts = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${String(etag)}</ETag></Part></CompleteMultipartUpload>`;
    const completed = await ask(`POST /rows/${key}?uploadId=${uploadId}`, { body: parts });
    assert.equal(completed.code, 'InternalError', completed.text);
    // Nothing was done: the upload goes on when the row is set aside, or is aborted.
    assert.equal((await ask(`GET /rows/${key}?uploadId=${uploadId}`)).status, 200);
    assert.equal((await ask(`DELETE /rows/${key}?uploadId=${uploadId}`)).status, 204);

    for (const list of ['list-type=2', 'versions', 'list-type=2&max-keys=1', 'versions&max-keys=1']) {
      assert.equal((await ask(`GET /rows?${list}&prefix=${key}`)).text.includes(`<Key>${key}</Key>`), true, list);
    }
    const behind = await ask(`GET /rows?versions&key-marker=${key}&version-id-marker=null`);
    assert.equal(behind.status, 200, behind.text);
    assert.ok(elements(behind.text, 'Key').includes('last'));
    assert.equal((await ask('DELETE /rows')).code, 'BucketNotEmpty');

    const many = ['first', key, 'last'].map((each) => `<Object><Key>${each}</Key></Object>`).join('');
    const gone = await ask('POST /rows?delete', { body: `<Delete>${many}</Delete>` });
    assert.equal(gone.status, 200, gone.text);
    const [deleted = '', failed = ''] = gone.text.split('<Error>');
    assert.deepEqual(elements(deleted, 'Key'), ['first', 'last']);
    assert.deepEqual([element(failed, 'Key'), element(failed, 'Code')], [key, 'InternalError']);
    assert.match(element(failed, 'Message'), /tidegate check --repair/);
    // The answer is a 200, which no log of failed requests would tell of.
    assert.match(fixture.server.logged(), new RegExp(`deleting 1 of 3 keys, \\\\"${key}\\\\" first`));
    assert.equal((await ask('GET /rows/whole')).text, 'whole');
  });
}
