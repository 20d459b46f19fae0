import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Answer, type Ask, element, elements, type Fixture, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture({ settings: { minPartBytes: 5, maxObjectBytes: 40 } });
  await fixture.ask(fixture.root, 'PUT /parts');
});
after(() => fixture.close());

const ask = (line: string, asked: Ask = {}) => fixture.ask(fixture.root, line, asked);
const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes);

async function open(key: string, headers: Record<string, string> = {}): Promise<string> {
  const opened = await ask(`POST /parts/${key}?uploads`, { headers });
  assert.equal(opened.status, 200, opened.text);
  return element(opened.text, 'UploadId');
}

async function put(
  key: string,
  id: string,
  number: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const stored = await ask(`PUT /parts/${key}?partNumber=${number}&uploadId=${id}`, { body, headers });
  assert.equal(stored.status, 200, stored.text);
  return String(stored.headers['etag']);
}

function complete(
  key: string,
  id: string,
  parts: readonly (readonly [number: number, etag: string])[],
  headers = {},
): Promise<Answer> {
  const listed = parts.map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`);
  const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${listed.join('')}</CompleteMultipartUpload>`;
  return ask(`POST /parts/${key}?uploadId=${id}`, { body, headers });
}

test('SEC-426 REL-5 an upload in parts becomes one object, and completing it again gets the same answer', async () => {
  const id = await open('whole', { 'content-type': 'text/plain', 'x-amz-meta-a': 'b', 'cache-control': 'no-cache' });
  const etags = [
    await put('whole', id, 1, 'first'),
    await put('whole', id, 2, 'second'),
    await put('whole', id, 7, 'x'),
  ];
  assert.equal((await ask('GET /parts/whole')).code, 'NoSuchKey');
  const parts = [
    [1, etags[0] ?? ''],
    [2, etags[1] ?? ''],
    [7, etags[2] ?? ''],
  ] as const;
  const done = await complete('whole', id, parts);
  assert.equal(done.status, 200, done.text);
  const expected = md5(Buffer.concat(['first', 'second', 'x'].map((part) => md5(part).digest()))).digest('hex');
  assert.equal(element(done.text, 'ETag'), `"${expected}-3"`);
  assert.equal(element(done.text, 'Location'), `${fixture.server.endpoint}/parts/whole`);
  const again = await complete('whole', id, parts);
  assert.deepEqual([again.status, element(again.text, 'ETag')], [200, `"${expected}-3"`]);
  const read = await ask('GET /parts/whole');
  assert.equal(read.text, 'firstsecondx');
  assert.deepEqual(
    ['content-type', 'x-amz-meta-a', 'cache-control'].map((name) => read.headers[name]),
    ['text/plain', 'b', 'no-cache'],
  );
});

test('SIG-105 a part of a finished object is read by its number', async () => {
  const part = await ask('GET /parts/whole?partNumber=2');
  assert.deepEqual([part.status, part.text, part.headers['x-amz-mp-parts-count']], [206, 'second', '3']);
  const head = await ask('HEAD /parts/whole?partNumber=3');
  assert.deepEqual([head.headers['content-length'], head.headers['content-range']], ['1', 'bytes 11-11/12']);
  assert.equal((await ask('GET /parts/whole?partNumber=4')).code, 'InvalidPart');
});

test('SEC-425 what Complete names must be there, in order and large enough; the upload stays usable', async () => {
  const id = await open('strict');
  const one = await put('strict', id, 1, 'first');
  const two = await put('strict', id, 2, 'four');
  const three = await put('strict', id, 3, 'third');
  const code = async (...parts: [number, string][]) => (await complete('strict', id, parts)).code;
  assert.equal(await code([2, two], [1, one]), 'InvalidPartOrder');
  assert.equal(await code([1, two]), 'InvalidPart');
  assert.equal(await code([1, one], [9, one]), 'InvalidPart');
  assert.equal(await code([1, one], [2, two], [3, three]), 'EntityTooSmall');
  assert.equal(await code([0, one]), 'InvalidArgument');
  assert.equal(await code([10_001, one]), 'InvalidArgument');
  assert.equal(await code(), 'MalformedXML');
  assert.equal((await ask(`POST /parts/strict?uploadId=${id}`)).code, 'MalformedXML');
  assert.equal(await code([1, one], [2, two]), '');
  assert.equal((await ask('GET /parts/strict')).text, 'firstfour');
});

test('SEC-425 part numbers from 1 to 10,000 are taken, others refused before a byte is stored', async () => {
  const id = await open('numbers');
  await put('numbers', id, 10_000, 'last');
  for (const number of ['0', '10001', '1.5', '', '-1', '1e3']) {
    assert.equal(
      (await ask(`PUT /parts/numbers?partNumber=${number}&uploadId=${id}`, { body: 'v' })).code,
      'InvalidArgument',
      number,
    );
  }
  assert.equal((await ask(`PUT /parts/numbers?uploadId=${id}`, { body: 'v' })).code, 'InvalidArgument');
});

test('SEC-425 a part that was sent twice counts as it was sent last', async () => {
  const id = await open('twice');
  const old = await put('twice', id, 1, 'older');
  const young = await put('twice', id, 1, 'newer');
  assert.equal((await complete('twice', id, [[1, old]])).code, 'InvalidPart');
  assert.equal(
    (
      await complete('twice', id, [
        [1, old],
        [1, young],
      ])
    ).status,
    200,
  );
  assert.equal((await ask('GET /parts/twice')).text, 'newer');
});

test('SEC-426 an aborted upload is gone with its parts, and cannot be completed, listed or fed', async () => {
  const id = await open('aborted');
  const etag = await put('aborted', id, 1, 'first');
  assert.equal((await ask(`DELETE /parts/aborted?uploadId=${id}`)).status, 204);
  assert.equal((await complete('aborted', id, [[1, etag]])).code, 'NoSuchUpload');
  for (const line of [
    `PUT /parts/aborted?partNumber=1&uploadId=${id}`,
    `GET /parts/aborted?uploadId=${id}`,
    `DELETE /parts/aborted?uploadId=${id}`,
  ]) {
    assert.equal((await ask(line)).code, 'NoSuchUpload', line);
  }
  assert.ok(!elements((await ask('GET /parts?uploads')).text, 'UploadId').includes(id));
});

test('SEC-307 an upload answers to its own bucket and key alone', async () => {
  const id = await open('own');
  await ask('PUT /parts2');
  for (const place of ['parts/other', 'parts2/own', 'parts/own/']) {
    assert.equal((await ask(`PUT /${place}?partNumber=1&uploadId=${id}`, { body: 'v' })).code, 'NoSuchUpload', place);
  }
  for (const wrong of ['x', '..%2F..', 'a'.repeat(4000), `${id}0`]) {
    assert.equal((await ask(`GET /parts/own?uploadId=${wrong}`)).code, 'NoSuchUpload', wrong);
  }
  assert.equal((await ask('GET /parts/own?uploadId=')).code, 'InvalidArgument');
});

test('SIG-105 parts and uploads are listed in pages', async () => {
  const id = await open('listed/a', { 'x-amz-checksum-algorithm': 'CRC32' });
  for (const number of [1, 2, 3]) await put('listed/a', id, number, `part${number}`);
  const first = await ask(`GET /parts/listed/a?uploadId=${id}&max-parts=2`);
  assert.deepEqual(elements(first.text, 'PartNumber'), ['1', '2']);
  assert.deepEqual(
    ['IsTruncated', 'NextPartNumberMarker', 'ChecksumAlgorithm'].map((name) => element(first.text, name)),
    ['true', '2', 'CRC32'],
  );
  const rest = await ask(`GET /parts/listed/a?uploadId=${id}&part-number-marker=2`);
  assert.deepEqual(
    [elements(rest.text, 'PartNumber'), elements(rest.text, 'Size'), element(rest.text, 'IsTruncated')],
    [['3'], ['5'], 'false'],
  );
  const second = await open('listed/a');
  await open('listed/b/c');
  const seen: string[] = [];
  let markers = '';
  do {
    const page = await ask(`GET /parts?uploads&prefix=listed/&max-uploads=1${markers}`);
    seen.push(...elements(page.text, 'UploadId'));
    const key = element(page.text, 'NextKeyMarker');
    markers = key && `&key-marker=${key}&upload-id-marker=${element(page.text, 'NextUploadIdMarker')}`;
  } while (markers !== '');
  assert.equal(seen.length, 3);
  assert.deepEqual(new Set(seen.slice(0, 2)), new Set([id, second]));
  const rolled = await ask('GET /parts?uploads&prefix=listed/&delimiter=/');
  assert.ok(rolled.text.includes('<CommonPrefixes><Prefix>listed/b/</Prefix></CommonPrefixes>'));
});

test('REL-4 a finished upload obeys the condition that Complete carries', async () => {
  await ask('PUT /parts/taken', { body: 'here' });
  const id = await open('taken');
  const etag = await put('taken', id, 1, 'first');
  assert.equal((await complete('taken', id, [[1, etag]], { 'if-none-match': '*' })).code, 'PreconditionFailed');
  assert.equal((await ask('GET /parts/taken')).text, 'here');
});

test('SEC-130 checksums of parts are checked, and combined into that of the object', async () => {
  const id = await open('summed', { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' });
  const etag = await put('summed', id, 1, 'hello', { 'x-amz-checksum-crc32': 'NhCmhg==' });
  assert.equal(
    (
      await ask(`PUT /parts/summed?partNumber=2&uploadId=${id}`, {
        body: 'x',
        headers: { 'x-amz-checksum-crc32': 'NhCmhg==' },
      })
    ).code,
    'BadDigest',
  );
  assert.equal(
    (
      await ask(`PUT /parts/summed?partNumber=2&uploadId=${id}`, {
        body: 'x',
        headers: { 'x-amz-checksum-sha1': 'EfatjsDqKOSk5OQXQ3OBHhyTCbs=' },
      })
    ).code,
    'InvalidRequest',
  );
  assert.equal((await complete('summed', id, [[1, etag]], { 'x-amz-checksum-crc32': 'AAAAAA==' })).code, 'BadDigest');
  assert.equal(
    (await complete('summed', id, [[1, etag]], { 'x-amz-checksum-type': 'COMPOSITE' })).code,
    'InvalidRequest',
  );
  assert.equal((await complete('summed', id, [[1, etag]], { 'x-amz-mp-object-size': '6' })).status, 400);
  const done = await complete('summed', id, [[1, etag]], {
    'x-amz-checksum-crc32': 'NhCmhg==',
    'x-amz-mp-object-size': '5',
  });
  assert.deepEqual(
    [done.status, element(done.text, 'ChecksumCRC32'), element(done.text, 'ChecksumType')],
    [200, 'NhCmhg==', 'FULL_OBJECT'],
    done.text,
  );
  assert.equal(
    (await ask('POST /parts/summed?uploads', { headers: { 'x-amz-checksum-type': 'COMPOSITE' } })).code,
    'InvalidRequest',
  );
});

test('SIG-105 a part is made from an object or a range of it', async () => {
  await ask('PUT /parts/source%20a', { body: '0123456789' });
  const id = await open('copied');
  const copy = (number: number, headers: Record<string, string>) =>
    ask(`PUT /parts/copied?partNumber=${number}&uploadId=${id}`, {
      headers: { 'x-amz-copy-source': '/parts/source%20a', ...headers },
    });
  const one = await copy(1, { 'x-amz-copy-source-range': 'bytes=2-6' });
  const two = await copy(2, {});
  assert.deepEqual([one.status, two.status], [200, 200], one.text + two.text);
  for (const [range, code] of [
    ['bytes=0-10', 'InvalidRange'],
    ['0-2', 'InvalidArgument'],
    ['bytes=3-1', 'InvalidArgument'],
    ['bytes=0-', 'InvalidArgument'],
    ['bytes=0-1,2-3', 'InvalidArgument'],
  ] as const) {
    assert.equal((await copy(3, { 'x-amz-copy-source-range': range })).code, code, range);
  }
  assert.equal((await copy(3, { 'x-amz-copy-source-if-match': '"x"' })).code, 'PreconditionFailed');
  assert.equal((await copy(3, { 'x-amz-copy-source': '/parts/none' })).code, 'NoSuchKey');
  const done = await complete('copied', id, [
    [1, element(one.text, 'ETag')],
    [2, element(two.text, 'ETag')],
  ]);
  assert.equal(done.status, 200, done.text);
  assert.equal((await ask('GET /parts/copied')).text, '234560123456789');
});

test('SEC-422 an upload whose named parts are together larger than an object may be is not completed', async () => {
  const id = await open('huge');
  const etags: string[] = [];
  for (const number of [1, 2, 3]) etags.push(await put('huge', id, number, 'x'.repeat(15)));
  const parts = etags.map((etag, at) => [at + 1, etag] as const);
  const refused = await complete('huge', id, parts);
  assert.deepEqual([refused.code, element(refused.text, 'ProposedSize')], ['EntityTooLarge', '45']);
  assert.equal((await complete('huge', id, parts.slice(1))).status, 200);
  assert.equal((await ask('HEAD /parts/huge')).headers['content-length'], '30');
});
