import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checksumAlgorithms, combineChecksums, createChecksum } from '@tidegate/protocol';
import { element, elements, type Fixture, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture({ settings: { minPartBytes: 5 } });
  await fixture.ask(fixture.root, 'PUT /sums');
});
after(() => fixture.close());

const ask = (line: string, headers: Record<string, string> = {}, body?: string) =>
  fixture.ask(fixture.root, line, body === undefined ? { headers } : { headers, body });
const bodies = ['the first part', 'the second', 'x'];
const enabled = { 'x-amz-checksum-mode': 'ENABLED' };

for (const [algorithm, type] of [
  ['CRC32', 'COMPOSITE'],
  ['CRC32', 'FULL_OBJECT'],
  ['CRC32C', 'COMPOSITE'],
  ['CRC32C', 'FULL_OBJECT'],
  ['CRC64NVME', 'FULL_OBJECT'],
  ['SHA1', 'COMPOSITE'],
  ['SHA256', 'COMPOSITE'],
] as const) {
  test(`STO-130 WIRE-85 the ${type} ${algorithm} of an object and those of its parts are told wherever they are asked for`, async () => {
    const key = `${algorithm}-${type}`;
    const { header } = checksumAlgorithms[algorithm];
    const member = `Checksum${algorithm}`;
    const sum = (text: string) => {
      const checksum = createChecksum(algorithm);
      checksum.update(Buffer.from(text));
      return checksum.digest();
    };
    const sums = bodies.map(sum);
    const whole = combineChecksums(
      algorithm,
      type,
      sums.map((value, at) => ({ value, sizeBytes: bodies[at]?.length ?? 0 })),
    );
    const begun = await ask(`POST /sums/${key}?uploads`, {
      'x-amz-checksum-algorithm': algorithm,
      'x-amz-checksum-type': type,
    });
    const id = element(begun.text, 'UploadId');
    const parts: string[] = [];
    for (const [at, body] of bodies.entries()) {
      const sent = await ask(
        `PUT /sums/${key}?partNumber=${at + 1}&uploadId=${id}`,
        { [header]: sums[at] ?? '' },
        body,
      );
      assert.equal(sent.headers[header], sums[at], sent.text);
      const tag = String(sent.headers['etag']);
      parts.push(
        `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag><${member}>${sums[at]}</${member}></Part>`,
      );
    }
    const listed = await ask(`GET /sums/${key}?uploadId=${id}`);
    assert.deepEqual(elements(listed.text, member), sums);
    const document = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    const done = await ask(
      `POST /sums/${key}?uploadId=${id}`,
      { [header]: whole, 'x-amz-checksum-type': type },
      document,
    );
    assert.deepEqual([element(done.text, member), element(done.text, 'ChecksumType')], [whole, type], done.text);

    for (const method of ['GET', 'HEAD']) {
      const all = await ask(`${method} /sums/${key}`, enabled);
      assert.deepEqual([all.headers[header], all.headers['x-amz-checksum-type']], [whole, type]);
      const second = await ask(`${method} /sums/${key}?partNumber=2`, enabled);
      assert.equal(second.headers[header], sums[1]);
      assert.equal((await ask(`${method} /sums/${key}?partNumber=2`)).headers[header], undefined);
      assert.equal(
        (await ask(`${method} /sums/${key}`, { ...enabled, range: 'bytes=0-4' })).headers[header],
        undefined,
      );
    }
    const attributes = (more: Record<string, string> = {}) =>
      ask(`GET /sums/${key}?attributes`, { 'x-amz-object-attributes': 'Checksum,ObjectParts', ...more });
    const told = await attributes();
    assert.deepEqual(elements(told.text, member), [whole, ...sums]);
    const paged = await attributes({ 'x-amz-max-parts': '1', 'x-amz-part-number-marker': '1' });
    assert.deepEqual(
      ['PartNumber', 'Size', 'IsTruncated', 'NextPartNumberMarker', 'PartsCount'].map((name) =>
        element(paged.text, name),
      ),
      ['2', '10', 'true', '2', '3'],
    );
    assert.deepEqual(elements(paged.text, member), [whole, sums[1]]);
  });
}
