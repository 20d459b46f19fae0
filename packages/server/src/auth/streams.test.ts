import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import fc from 'fast-check';
import { readSeed } from '../../../../test/seed.ts';
import { decodeChunks } from './chunked-body.ts';
import { openForm } from './post-form.ts';

const seed = readSeed();

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.byteLength; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 });
// Bytes that look like boundaries and line ends come often.
const content = fc
  .array(fc.oneof(fc.constantFrom('\r\n', '\r', '\n--', '--', '\r\n--bound', '\r\n--boundar', '0\r\n'), fc.string()), {
    maxLength: 30,
  })
  .map((parts) => Buffer.from(parts.join('')))
  .filter((bytes) => !bytes.includes('\r\n--boundary'));

test('SEC-142 however a form comes in pieces, its fields and its file are the same', async () => {
  await fc.assert(
    fc.asyncProperty(content, sizes, async (file, cuts) => {
      const body = Buffer.concat([
        Buffer.from('--boundary\r\ncontent-disposition: form-data; name=key\r\n\r\nä/k\r\n--boundary\r\n'),
        Buffer.from('Content-Disposition: form-data; name="file"; filename="a\\"b.txt"\r\nContent-Type: x/y\r\n\r\n'),
        file,
        Buffer.from('\r\n--boundary--'),
      ]);
      const form = await openForm(pieces(body, cuts), 'multipart/form-data; boundary="boundary"', {
        maxPostFieldBytes: 2000,
        maxPostFields: 10,
      });
      assert.deepEqual(form.fields, [['key', 'ä/k']]);
      assert.equal(form.file.filename, 'a"b.txt');
      assert.equal(form.file.contentType, 'x/y');
      assert.deepEqual(await collect(form.file.bytes), file);
    }),
    { seed, numRuns: 300 },
  );
});

test('SIG-66 however an aws-chunked body comes in pieces, its bytes and its trailer are the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(content, { maxLength: 6 }), sizes, async (parts, cuts) => {
      const filled = parts.filter((part) => part.length > 0);
      const encoded = filled.map((part) =>
        Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
      );
      const body = Buffer.concat([...encoded, Buffer.from('0\r\nX-Amz-Checksum-Crc32: abc=\r\n\r\n')]);
      const trailers: string[] = [];
      const form = {
        seed: undefined,
        trailer: true,
        announced: ['x-amz-checksum-crc32'],
        decodedBytes: Buffer.concat(filled).length,
        maxTrailerBytes: 100,
      };
      const decoded = await collect(
        decodeChunks(pieces(body, cuts), form, (name, value) => trailers.push(`${name}=${value}`)),
      );
      assert.deepEqual(decoded, Buffer.concat(filled));
      assert.deepEqual(trailers, ['x-amz-checksum-crc32=abc=']);
    }),
    { seed, numRuns: 300 },
  );
});

test('SEC-433 any bytes as a form or an aws-chunked body are read or refused, never anything else', async () => {
  const junk = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(
        '--boundary\r\n',
        '\r\n',
        'Content-Disposition: form-data; name="file"\r\n\r\n',
        '5\r\nhello\r\n',
        '0\r\n',
        ';chunk-signature=',
      ),
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(junk, sizes, async (parts, cuts) => {
      const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
      const limits = { maxPostFieldBytes: 2000, maxPostFields: 10 };
      const form = { seed: undefined, trailer: false, announced: [], decodedBytes: 5, maxTrailerBytes: 100 };
      for (const read of [
        async () =>
          collect((await openForm(pieces(body, cuts), 'multipart/form-data; boundary=boundary', limits)).file.bytes),
        () => collect(decodeChunks(pieces(body, cuts), form, () => undefined)),
      ]) {
        await read().catch((error: unknown) => assert.ok(error instanceof S3Error, String(error)));
      }
    }),
    { seed, numRuns: 500 },
  );
});
