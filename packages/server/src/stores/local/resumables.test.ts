import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from '../contract/objects/assert-refusal.ts';
import { at, bodyOf, makeBucket, plain, writeOf } from '../contract/objects/subject.ts';
import type { ResumableRecord } from '../objects/resumable-store.ts';
import { openLocalSubject } from './test-support/open-subject.ts';

async function begin(endsAtMs: number) {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  const { objects, store } = subject;
  const upload = await objects.createUpload({ ...at('a'), write: writeOf(), checksum: undefined });
  const { resumables } = store;
  const made = await resumables.replace(
    {
      ...at('a'),
      linkId: 'link',
      state: 'open',
      uploadId: upload.uploadId,
      lengthBytes: 6,
      endsByLength: true,
      offsetBytes: 0,
      pieces: 0,
      digest: undefined,
      metadata: undefined,
      endsAtMs,
    },
    undefined,
  );
  assert.ok(made !== undefined);
  const place = { ...at('a'), uploadId: upload.uploadId };
  const put = (record: ResumableRecord, text: string) =>
    objects.putPart(place, record.pieces + 1, bodyOf(text), plain, () => {
      const counted = { sizeBytes: text.length, digest: undefined };
      if (!resumables.advance('link', record.writer, counted)) throw new Error('overtaken');
    });
  return { subject, resumables, made, place, put };
}

test('LNK-52 LNK-53 a piece is counted with the transaction that keeps it, and one of an overtaken writer is neither', async () => {
  const { subject, resumables, made, place, put } = await begin(10_000);
  try {
    await put(made, 'abc');
    const seen = await resumables.read('link');
    assert.deepEqual([seen?.offsetBytes, seen?.pieces], [3, 1]);
    assert.equal(await resumables.takeOver('link', made, made), undefined, 'something came since it was read');
    const next = await resumables.takeOver('link', { ...made, offsetBytes: 3 }, made);
    assert.ok(next !== undefined && next.writer > made.writer);
    await assert.rejects(put({ ...made, pieces: 1 }, 'xyz'), /overtaken/);
    assert.equal((await subject.objects.listParts(place, 0, 10)).parts.length, 1);
    await put(next, 'def');
    assert.equal((await resumables.read('link'))?.offsetBytes, 6);
    assert.equal(await resumables.replace(made, made.writer), undefined);
  } finally {
    await subject.close();
  }
});

test('LNK-58 uploads whose links ended are forgotten, with their bytes', async () => {
  const { subject, resumables, made, place, put } = await begin(10_000);
  try {
    await put(made, 'abc');
    await resumables.sweep(9_999);
    assert.ok((await resumables.read('link')) !== undefined);
    await resumables.sweep(10_001);
    assert.equal(await resumables.read('link'), undefined);
    await refused(subject.objects.readUpload(place), 'NoSuchUpload');
  } finally {
    await subject.close();
  }
});
