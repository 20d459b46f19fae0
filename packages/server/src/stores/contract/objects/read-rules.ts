import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { refused } from './assert-refusal.ts';
import {
  at,
  bodyOf,
  makeBucket,
  patternBytes,
  photos,
  putText,
  type StoreRule,
  type Subject,
  sentBytes,
  writeOf,
} from './subject.ts';

const sizes = [1_000, 3_000_000];

/** STO-30…33. */
export const readRules: readonly StoreRule[] = [
  ...sizes.flatMap((sizeBytes): StoreRule[] => [
    {
      name: `STO-30 an opened object of ${sizeBytes} bytes stays readable while it is replaced and deleted`,
      async check(subject) {
        const bytes = await putPattern(subject, sizeBytes);
        const opened = await subject.objects.openObject(at('k'));
        await putText(subject, 'k', 'new');
        await subject.objects.deleteObjects(photos, ['k']);
        assert.ok(bytes.equals(await sentBytes(opened, { start: 0, end: sizeBytes - 1 })), 'the bytes differ');
        await opened.close();
        await opened.close();
      },
    },
    {
      name: `STO-31 a range of ${sizeBytes} bytes is exact at both ends`,
      async check(subject) {
        const bytes = await putPattern(subject, sizeBytes);
        const opened = await subject.objects.openObject(at('k'));
        const last = sizeBytes - 1;
        const middle = Math.floor(sizeBytes / 2);
        for (const [start, end] of [
          [0, 0],
          [0, last],
          [last, last],
          [1, middle],
          [middle, last],
          [middle, middle + 1],
        ] as const) {
          const part = bytes.subarray(start, end + 1);
          assert.ok(part.equals(await sentBytes(opened, { start, end })), `send ${start}-${end} differs`);
          const chunks: Buffer[] = [];
          for await (const chunk of opened.stream({ start, end })) chunks.push(Buffer.from(chunk));
          assert.ok(part.equals(Buffer.concat(chunks)), `stream ${start}-${end} differs`);
        }
        await opened.close();
      },
    },
    {
      name: `STO-33 sending ${sizeBytes} bytes ends with an error when the receiver goes or the signal aborts`,
      async check(subject) {
        await putPattern(subject, sizeBytes);
        const range = { start: 0, end: sizeBytes - 1 };
        const opened = await subject.objects.openObject(at('k'));
        const gone = new Writable({ write: () => undefined });
        gone.on('error', () => undefined);
        gone.destroy();
        await assert.rejects(opened.send(range, gone, new AbortController().signal));
        const stalled = new Writable({ highWaterMark: 1, write: () => undefined });
        const abort = new AbortController();
        const sending = opened.send(range, stalled, abort.signal);
        setImmediate(() => abort.abort(new Error('cut')));
        await assert.rejects(sending, /cut/);
        await opened.close();
      },
    },
  ]),
  {
    name: 'STO-32 a receiver that does not take its bytes is not sent more',
    async check(subject) {
      await putPattern(subject, 6_000_000);
      const opened = await subject.objects.openObject(at('k'));
      let taken = 0;
      const slow = new Writable({
        highWaterMark: 65_536,
        write(chunk: Uint8Array, _encoding, done) {
          taken += chunk.byteLength;
          assert.ok(this.writableLength <= 2_097_152 || opened.inline !== undefined, 'more than 2 MiB are waiting');
          setImmediate(done);
        },
      });
      await opened.send({ start: 0, end: 5_999_999 }, slow, new AbortController().signal);
      await new Promise<void>((resolve) => slow.end(resolve));
      assert.equal(taken, 6_000_000);
      await opened.close();
    },
  },
  {
    name: 'STO-30 what is not there is refused',
    async check(subject) {
      await refused(subject.objects.openObject(at('k')), 'NoSuchBucket');
      await refused(subject.objects.readObject(at('k')), 'NoSuchBucket');
      await makeBucket(subject);
      await refused(subject.objects.openObject(at('k')), 'NoSuchKey');
      await refused(subject.objects.readObject(at('k')), 'NoSuchKey');
      await refused(subject.objects.setObjectAcl(at('k'), 'private'), 'NoSuchKey');
    },
  },
  {
    name: 'STO-35 the ACL of an object changes alone',
    async check(subject) {
      await makeBucket(subject);
      const before = await putText(subject, 'k', 'text');
      await subject.objects.setObjectAcl(at('k'), 'public-read');
      assert.deepEqual(await subject.objects.readObject(at('k')), { ...before, acl: 'public-read' });
    },
  },
  {
    name: 'STO-36 buckets, objects and bytes are counted',
    async check(subject) {
      await makeBucket(subject);
      await putText(subject, 'a', '12345');
      await putText(subject, 'b', '678');
      assert.deepEqual(await subject.objects.countAll(), { buckets: 1, objects: 2, storedBytes: 8 });
    },
  },
];

async function putPattern(subject: Subject, sizeBytes: number): Promise<Buffer> {
  await makeBucket(subject);
  const bytes = patternBytes(sizeBytes);
  await subject.objects.putObject(at('k'), bodyOf(bytes), writeOf(), {});
  return bytes;
}
