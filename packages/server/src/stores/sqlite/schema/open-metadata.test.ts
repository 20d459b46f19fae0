import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFailure } from '@tidegate/protocol';
import { systemDisk } from '../../../world/disk.ts';
import { seededRandom, TestClock } from '../../contract/objects/subject.ts';
import { freshFolder } from '../../local/test-support/open-subject.ts';
import { openMetadata } from './open-metadata.ts';

/** A clock whose timers cannot be taken back any more: what closes trips over it. */
class StuckClock extends TestClock {
  override after(delayMs: number, action: () => void): () => void {
    super.after(delayMs, action);
    return () => {
      throw new Error('a timer is stuck');
    };
  }
}

test('REL-8 the database is closed when what keeps its log cannot be', async () => {
  const { folder, remove } = await freshFolder();
  const opened = await openMetadata({
    ...{ folder, disk: systemDisk, clock: new StuckClock(), random: seededRandom(1) },
    onFatal: assert.fail,
  });
  const { commits, database, sql } = opened.metadata;
  await commits.write({ room: 'meta', names: [] }, () => sql.get("INSERT INTO meta VALUES ('x', 'y')").run());
  await assert.rejects(opened.close(), StoreFailure);
  assert.equal(database.isOpen, false);
  await remove();
});
