import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { CustomerKey, type EncryptionChoice } from '../../objects/object-encryption.ts';
import type { CopyWrite, ReadTarget, VersionRecord } from '../../objects/object-store.ts';
import { refused } from './assert-refusal.ts';
import {
  alice,
  at,
  bodyOf,
  computing,
  makeBucket,
  patternBytes,
  photos,
  plain,
  readAll,
  type StoreRule,
  type Subject,
  sentBytes,
  writeOf,
} from './subject.ts';

const keyA = new CustomerKey(Buffer.alloc(32, 1));
const keyB = new CustomerKey(Buffer.alloc(32, 2));
const byServer: EncryptionChoice = { kind: 'server' };
const byCustomer: EncryptionChoice = { kind: 'customer', key: keyA };
const everyChoice: readonly (EncryptionChoice | undefined)[] = [undefined, byServer, byCustomer];
const noCondition = { source: {}, target: {} };

function keyOf(choice: EncryptionChoice | undefined): { readonly customerKey?: CustomerKey } {
  return choice?.kind === 'customer' ? { customerKey: choice.key } : {};
}

function put(subject: Subject, key: string, bytes: Buffer, choice?: EncryptionChoice): Promise<VersionRecord> {
  return subject.objects.putObject(at(key), bodyOf(bytes), writeOf({ encryption: choice }), {});
}

function copyOf(choice: EncryptionChoice | undefined, more: Partial<CopyWrite> = {}): CopyWrite {
  return { owner: alice, acl: 'private', replace: undefined, encryption: choice, ...more };
}

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

/** ENC-3, ENC-11 to ENC-14, ENC-21 and STO-130. */
export const encryptionRules: readonly StoreRule[] = [
  {
    name: 'ENC-3 a write that does not say how it is encrypted follows its bucket at that moment',
    async check(subject) {
      await makeBucket(subject);
      const kindOf = async (key: string) => (await subject.objects.readObject(at(key))).encryption?.kind;
      await put(subject, 'before', Buffer.from('a'));
      const { config } = await subject.objects.patchBucket(photos, { encryption: { algorithm: 'AES256' } });
      assert.deepEqual(config.encryption, { algorithm: 'AES256' });
      await put(subject, 'default', Buffer.from('a'));
      await put(subject, 'customer', Buffer.from('a'), byCustomer);
      await subject.objects.copyObject(at('before'), at('copy'), copyOf(undefined), noCondition);
      const upload = await subject.objects.createUpload({ ...at('parts'), write: writeOf(), checksum: undefined });
      assert.equal(upload.encryption?.kind, 'server');
      await subject.objects.patchBucket(photos, { encryption: null });
      await put(subject, 'after', Buffer.from('a'));
      const kinds = await Promise.all(['before', 'default', 'customer', 'copy', 'after'].map(kindOf));
      assert.deepEqual(kinds, [undefined, 'server', 'customer', 'server', undefined]);
    },
  },
  ...[0, 1, 5_000, 262_144, 1_300_000].map(
    (sizeBytes): StoreRule => ({
      name: `ENC-2 ENC-21 ${sizeBytes} bytes are read as they were sent, whole and in ranges, however they are encrypted`,
      async check(subject) {
        await makeBucket(subject);
        const bytes = patternBytes(sizeBytes);
        for (const choice of everyChoice) {
          const record = await put(subject, 'k', bytes, choice);
          assert.equal(record.sizeBytes, sizeBytes);
          assert.equal(record.etag === md5(bytes), choice?.kind !== 'customer');
          const target: ReadTarget = { ...at('k'), ...keyOf(choice) };
          assert.ok(bytes.equals(await readAll(subject, target)));
          const opened = await subject.objects.openObject(target);
          for (const [start, length] of [
            [0, 1],
            [sizeBytes - 1, 1],
            [262_143, 2],
            [100_000, 700_000],
            [524_288, 262_144],
          ] as const) {
            if (start < 0 || start + length > sizeBytes) continue;
            const range = { start, end: start + length - 1 };
            assert.ok(bytes.subarray(start, start + length).equals(await sentBytes(opened, range)), `${start}`);
            const chunks: Uint8Array[] = [];
            for await (const chunk of opened.stream(range)) chunks.push(chunk);
            assert.ok(bytes.subarray(start, start + length).equals(Buffer.concat(chunks)), `stream ${start}`);
          }
          await opened.close();
        }
      },
    }),
  ),
  {
    name: "ENC-11 a version under a customer's key opens with that key alone, and any other without one",
    async check(subject) {
      await makeBucket(subject);
      for (const size of [0, 10, 100_000]) {
        await put(subject, 'customer', patternBytes(size), byCustomer);
        await put(subject, 'server', patternBytes(size), byServer);
        await put(subject, 'clear', patternBytes(size));
        const open = (key: string, customerKey?: CustomerKey) =>
          subject.objects.openObject({ ...at(key), customerKey });
        await refused(open('customer'), 'InvalidRequest');
        await refused(open('customer', keyB), 'InvalidRequest');
        await (await open('customer', keyA)).close();
        await refused(open('server', keyA), 'InvalidRequest');
        await refused(open('clear', keyA), 'InvalidRequest');
        const copied = (customerKey?: CustomerKey) =>
          subject.objects.copyObject({ ...at('customer'), customerKey }, at('x'), copyOf(undefined), noCondition);
        await refused(copied(), 'InvalidRequest');
        await refused(copied(keyB), 'InvalidRequest');
        await refused(subject.objects.readObject(at('x')), 'NoSuchKey');
      }
      const record = await subject.objects.readObject(at('customer'));
      assert.ok(!JSON.stringify(record).includes(Buffer.from(keyA.reveal()).toString('base64')));
    },
  },
  {
    name: 'ENC-12 every part comes with the key that its upload was opened with',
    async check(subject) {
      await makeBucket(subject);
      const { objects } = subject;
      await put(subject, 'source', patternBytes(100_000));
      for (const choice of everyChoice) {
        const write = writeOf({ encryption: choice });
        const { uploadId } = await objects.createUpload({ ...at('k'), write, checksum: undefined });
        const place = { ...at('k'), uploadId };
        const wrong = choice?.kind === 'customer' ? [undefined, keyB] : [keyA];
        for (const customerKey of wrong) {
          const target = { ...place, customerKey };
          await refused(objects.putPart(target, 1, bodyOf('x'), plain), 'InvalidRequest');
          await refused(objects.copyPart(target, 1, { ...at('source'), range: undefined }, {}), 'InvalidRequest');
        }
        assert.deepEqual((await objects.listParts(place, 0, 10)).parts, []);
      }
    },
  },
  {
    name: 'ENC-13 ENC-21 parts of all sizes and kinds become one object that is read whole and across their borders',
    async check(subject) {
      await makeBucket(subject);
      const { objects } = subject;
      const source = patternBytes(600_000, 9);
      for (const from of everyChoice) await put(subject, `from-${from?.kind}`, source, from);
      await put(subject, 'small', source.subarray(0, 20_000), byServer);
      for (const choice of everyChoice) {
        const write = writeOf({ encryption: choice });
        const { uploadId } = await objects.createUpload({ ...at('k'), write, checksum: undefined });
        const target = { ...at('k'), uploadId, ...keyOf(choice) };
        const pieces = [patternBytes(300_000, 3), Buffer.alloc(0), patternBytes(70, 4)];
        for (const [index, piece] of pieces.entries()) await objects.putPart(target, index + 1, bodyOf(piece), plain);
        for (const from of everyChoice) {
          const range = { start: 1_000, end: 399_999 };
          const part = { ...at(`from-${from?.kind}`), ...keyOf(from), range };
          pieces.push(source.subarray(1_000, 400_000));
          await objects.copyPart(target, pieces.length, part, {});
        }
        pieces.push(source.subarray(5, 9_000));
        await objects.copyPart(target, pieces.length, { ...at('small'), range: { start: 5, end: 8_999 } }, {});
        const whole = Buffer.concat(pieces);
        const record = await complete(subject, target);
        assert.equal(record.encryption?.kind, choice?.kind);
        assert.equal(record.sizeBytes, whole.byteLength);
        assert.ok(whole.equals(await readAll(subject, { ...at('k'), ...keyOf(choice) })));
        const opened = await objects.openObject({ ...at('k'), ...keyOf(choice) });
        const range = { start: 299_990, end: 300_100 };
        assert.ok(whole.subarray(299_990, 300_101).equals(await sentBytes(opened, range)));
        await opened.close();
      }
    },
  },
  {
    name: 'ENC-14 a copy is encrypted as it says, whatever its source is, and has the bytes of its source',
    async check(subject) {
      await makeBucket(subject);
      for (const size of [0, 300, 700_000]) {
        const bytes = patternBytes(size);
        for (const from of everyChoice) {
          await put(subject, 'from', bytes, from);
          for (const to of everyChoice) {
            const source = { ...at('from'), ...keyOf(from) };
            const copied = await subject.objects.copyObject(source, at('to'), copyOf(to), noCondition);
            assert.equal(copied.encryption?.kind, to?.kind);
            assert.equal(copied.etag === md5(bytes), to?.kind !== 'customer');
            assert.ok(bytes.equals(await readAll(subject, { ...at('to'), ...keyOf(to) })));
            const write = copyOf(to, { replace: { contentType: 'x/y', headers: {}, metadata: {} } });
            const onto = { ...at('to'), ...keyOf(to) };
            const again = await subject.objects.copyObject(onto, at('to'), write, noCondition);
            assert.equal(again.contentType, 'x/y');
            assert.ok(bytes.equals(await readAll(subject, onto)));
          }
        }
      }
    },
  },
  {
    name: 'ENC-14 a copy that moves bytes keeps to the conditions of both sides, and gets the checksum that it asks for',
    async check(subject) {
      await makeBucket(subject);
      const { objects } = subject;
      await put(subject, 'from', patternBytes(100_000));
      const copy = (write: CopyWrite, conditions = noCondition as Parameters<typeof objects.copyObject>[3]) =>
        objects.copyObject(at('from'), at('to'), write, conditions);
      await refused(copy(copyOf(byServer), { source: { ifMatch: ['x'] }, target: {} }), 'PreconditionFailed');
      await refused(copy(copyOf(byServer), { source: {}, target: { ifMatch: ['x'] } }), 'NoSuchKey');
      const summed = await copy(copyOf(undefined, { checksum: 'CRC32C' }));
      const sent = await objects.putObject(
        at('sent'),
        bodyOf(patternBytes(100_000)),
        writeOf({ expect: computing('CRC32C') }),
        {},
      );
      assert.deepEqual(summed.checksums, sent.checksums);
      await refused(copy(copyOf(byServer), { source: {}, target: { ifNoneMatch: ['*'] } }), 'PreconditionFailed');
    },
  },
  {
    name: 'STO-130 the parts of a completed version are told with their sizes and checksums, page by page',
    async check(subject) {
      await makeBucket(subject);
      const { objects } = subject;
      const checksum = { algorithm: 'SHA256', type: 'COMPOSITE' } as const;
      const { uploadId } = await objects.createUpload({ ...at('k'), write: writeOf(), checksum });
      const target = { ...at('k'), uploadId };
      const sent = [];
      for (const number of [1, 2, 5]) sent.push(await objects.putPart(target, number, bodyOf(`part ${number}`), plain));
      const record = await complete(subject, target);
      const version = { ...at('k'), versionId: record.versionId };
      const parts = await objects.readParts(version, 0, 10);
      assert.deepEqual(
        parts,
        sent.map(({ sizeBytes, checksums }, index) => ({ partNumber: index + 1, sizeBytes, checksums })),
      );
      assert.deepEqual(await objects.readParts(at('k'), 1, 1), parts.slice(1, 2));
      assert.deepEqual(await objects.readParts(at('k'), 3, 10), []);
      await objects.copyObject(at('k'), at('copy'), copyOf(undefined), noCondition);
      assert.deepEqual(await objects.readParts(at('copy'), 0, 10), []);
      await put(subject, 'whole', Buffer.from('x'));
      assert.deepEqual(await objects.readParts(at('whole'), 0, 10), []);
      await refused(objects.readParts(at('none'), 0, 10), 'NoSuchKey');
    },
  },
];

async function complete({ objects }: Subject, target: Parameters<Subject['objects']['completeUpload']>[0]) {
  const { parts } = await objects.listParts(target, 0, 1000);
  return objects.completeUpload(target, {
    parts: parts.map(({ partNumber, etag }) => ({ partNumber, etag, checksums: {} })),
    minPartBytes: 0,
    expectChecksums: {},
    condition: {},
  });
}
