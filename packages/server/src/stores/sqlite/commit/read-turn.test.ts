import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, makeBucket, putText, readAll } from '../../contract/objects/subject.ts';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';

test('STO-11 reads that share a turn with writes see each write that was answered, and none that was not', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await putText(subject, 'counted', '0');
  for (let round = 1; round <= 50; round += 1) {
    const writing = putText(subject, 'counted', String(round));
    // The read before it opens the shared transaction of this turn, in which the write must not be caught.
    assert.equal(String(await readAll(subject, at('counted'))), String(round - 1));
    await writing;
    assert.equal(String(await readAll(subject, at('counted'))), String(round));
  }
  await subject.close();
});
