import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createChecksum } from '@tidegate/protocol';
import { refused } from './assert-refusal.ts';
import {
  at,
  bodyOf,
  computing,
  makeBucket,
  patternBytes,
  photos,
  plain,
  putText,
  readAll,
  type StoreRule,
  type Subject,
  writeOf,
} from './subject.ts';

/** Sizes around every threshold: empty, inline, the first that is a file, blocks of 1 MiB. */
const sizes = [0, 1, 65_535, 65_536, 65_537, 131_073, 1_048_576, 1_048_577, 3_145_728, 4_000_001];

/** STO-20…28. */
export const writeRules: readonly StoreRule[] = [
  ...sizes.map(
    (sizeBytes): StoreRule => ({
      name: `STO-20 a body of ${sizeBytes} bytes comes back whole, with its MD5 as ETag`,
      async check(subject) {
        await makeBucket(subject);
        const bytes = patternBytes(sizeBytes);
        const record = await subject.objects.putObject(at('k'), bodyOf(bytes), writeOf(), {});
        assert.equal(record.sizeBytes, sizeBytes);
        assert.equal(record.etag, createHash('md5').update(bytes).digest('hex'));
        assert.equal(record.versionId, 'null');
        assert.ok(bytes.equals(await readAll(subject, at('k'))), 'the bytes differ');
      },
    }),
  ),
  {
    name: 'STO-20 a version replaces the one before it whole, small by big and big by small',
    async check(subject) {
      await makeBucket(subject);
      for (const sizeBytes of [10, 200_000, 20, 300_000]) {
        const bytes = patternBytes(sizeBytes, sizeBytes);
        const write = writeOf({ contentType: `type/${sizeBytes}`, metadata: { size: String(sizeBytes) } });
        const record = await subject.objects.putObject(at('k'), bodyOf(bytes), write, {});
        assert.deepEqual(await subject.objects.readObject(at('k')), record);
        assert.deepEqual(record.metadata, { size: String(sizeBytes) });
        assert.ok(bytes.equals(await readAll(subject, at('k'))), 'the bytes differ');
      }
    },
  },
  ...[10, 200_000].flatMap((sizeBytes): StoreRule[] => [
    {
      name: `STO-21 a body of ${sizeBytes} bytes that is shorter or longer than declared is refused`,
      check: (subject) =>
        leavesNothing(subject, async () => {
          for (const declared of [sizeBytes + 1, sizeBytes - 1]) {
            const write = writeOf({ expect: { ...plain, sizeBytes: declared } });
            const body = bodyOf(patternBytes(sizeBytes));
            await refused(subject.objects.putObject(at('k'), body, write, {}), 'IncompleteBody');
          }
        }),
    },
    {
      name: `STO-22 a body of ${sizeBytes} bytes that differs from its MD5, checksum or trailer is refused`,
      check: (subject) =>
        leavesNothing(subject, async () => {
          const wrong = { CRC32: Buffer.from('wrong').toString('base64') };
          for (const expect of [
            { ...plain, md5: Buffer.alloc(16) },
            { ...plain, checksums: wrong },
            { ...computing('CRC32'), trailer: () => wrong },
          ]) {
            const body = bodyOf(patternBytes(sizeBytes));
            await refused(subject.objects.putObject(at('k'), body, writeOf({ expect }), {}), 'BadDigest');
          }
        }),
    },
    {
      name: `STO-23 a sender that breaks off after ${sizeBytes} bytes leaves nothing`,
      check: (subject) =>
        leavesNothing(subject, async () => {
          async function* half(): AsyncGenerator<Buffer> {
            yield patternBytes(sizeBytes);
            await Promise.resolve();
            throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
          }
          const body = Readable.from(half(), { objectMode: false });
          await refused(subject.objects.putObject(at('k'), body, writeOf(), {}), 'IncompleteBody');
        }),
    },
  ]),
  {
    name: 'STO-24 If-Match writes over the version it names, and over no other and nothing',
    async check(subject) {
      await makeBucket(subject);
      const { objects } = subject;
      const put = (ifMatch: string[]): Promise<unknown> =>
        objects.putObject(at('k'), bodyOf('new'), writeOf(), { ifMatch });
      await refused(put(['*']), 'NoSuchKey');
      const { etag } = await putText(subject, 'k', 'old');
      await refused(put(['0'.repeat(32)]), 'PreconditionFailed');
      assert.equal((await readAll(subject, at('k'))).toString(), 'old');
      await put(['0'.repeat(32), etag]);
      assert.equal((await readAll(subject, at('k'))).toString(), 'new');
      await put(['*']);
    },
  },
  {
    name: 'STO-25 If-None-Match: * writes only where nothing is',
    async check(subject) {
      await makeBucket(subject);
      const { objects } = subject;
      const put = (text: string): Promise<unknown> =>
        objects.putObject(at('k'), bodyOf(text), writeOf(), { ifNoneMatch: ['*'] });
      await put('first');
      await refused(put('second'), 'PreconditionFailed');
      assert.equal((await readAll(subject, at('k'))).toString(), 'first');
      await objects.deleteObjects(photos, ['k']);
      await put('third');
    },
  },
  {
    name: 'STO-26 headers, metadata, type and ACL come back as they came, under any key',
    async check(subject) {
      await makeBucket(subject);
      const keys = [
        'a b',
        'a+b',
        '../x',
        '/',
        '//',
        '.',
        'é',
        'e\u0301',
        '😀',
        '\uffff',
        'a\nb',
        "';--",
        '%00',
        'a_',
        'k'.repeat(1024),
      ];
      const write = writeOf({
        acl: 'public-read',
        contentType: 'text/plain; charset=utf-8',
        headers: { 'cache-control': 'no-cache', 'content-language': 'de' },
        metadata: { author: 'é', ['__proto__']: 'x', empty: '' },
      });
      for (const key of keys) {
        const record = await subject.objects.putObject(at(key), bodyOf(key), write, {});
        assert.deepEqual(await subject.objects.readObject(at(key)), record);
        assert.equal(record.key, key);
        assert.equal(record.acl, 'public-read');
        assert.equal(record.contentType, write.contentType);
        assert.deepEqual(Object.entries(record.headers), Object.entries(write.headers));
        assert.deepEqual(Object.entries(record.metadata), Object.entries(write.metadata));
      }
      for (const key of keys) assert.equal((await readAll(subject, at(key))).toString(), key);
    },
  },
  {
    name: 'STO-27 of many writers with If-None-Match: * exactly one wins, and its bytes are there',
    async check(subject) {
      await makeBucket(subject);
      const texts = Array.from({ length: 32 }, (_, index) => `writer ${index} `.repeat(index % 2 === 0 ? 1 : 8_000));
      const tries = await Promise.allSettled(
        texts.map((text) => subject.objects.putObject(at('k'), bodyOf(text), writeOf(), { ifNoneMatch: ['*'] })),
      );
      const winners = tries.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [texts[index]] : []));
      assert.equal(winners.length, 1);
      assert.equal((await readAll(subject, at('k'))).toString(), winners[0]);
    },
  },
  {
    name: 'STO-28 checksums that were sent, asked for or came behind the body are kept',
    async check(subject) {
      await makeBucket(subject);
      const bytes = patternBytes(100_000);
      const checksumOf = (algorithm: 'CRC32' | 'SHA256' | 'CRC64NVME'): string => {
        const checksum = createChecksum(algorithm);
        checksum.update(bytes);
        return checksum.digest();
      };
      const expect = {
        checksums: { SHA256: checksumOf('SHA256') },
        compute: ['CRC32', 'CRC64NVME'] as const,
        trailer: () => ({ CRC32: checksumOf('CRC32') }),
      };
      await subject.objects.putObject(at('k'), bodyOf(bytes), writeOf({ expect }), {});
      assert.deepEqual((await subject.objects.readObject(at('k'))).checksums, {
        type: 'FULL_OBJECT',
        values: { SHA256: checksumOf('SHA256'), CRC32: checksumOf('CRC32'), CRC64NVME: checksumOf('CRC64NVME') },
      });
      await putText(subject, 'k', 'none');
      assert.equal((await subject.objects.readObject(at('k'))).checksums, undefined);
    },
  },
  {
    name: 'STO-29 the time of a key does not go back while the key exists',
    async check(subject) {
      await makeBucket(subject);
      const first = await putText(subject, 'k', 'one');
      subject.clock.advance(-3_600_000);
      assert.equal((await putText(subject, 'k', 'two')).modifiedAtMs, first.modifiedAtMs);
    },
  },
];

/** Runs `work` once where nothing is and once over an old version; neither may change what is seen. */
async function leavesNothing(subject: Subject, work: () => Promise<void>): Promise<void> {
  await makeBucket(subject);
  await work();
  await refused(subject.objects.readObject(at('k')), 'NoSuchKey');
  const old = await putText(subject, 'k', 'old');
  await work();
  assert.deepEqual(await subject.objects.readObject(at('k')), old);
  assert.equal((await readAll(subject, at('k'))).toString(), 'old');
}
