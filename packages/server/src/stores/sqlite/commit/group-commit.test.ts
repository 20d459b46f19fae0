import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { refusal, S3Error, StoreFailure } from '@tidegate/protocol';
import { TestClock } from '../../contract/objects/subject.ts';
import { GroupCommit } from './group-commit.ts';

function openCommits(): { commits: GroupCommit; database: DatabaseSync; syncs: () => number } {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT');
  let syncs = 0;
  const commits = new GroupCommit({
    database,
    clock: new TestClock(),
    syncLog() {
      syncs += 1;
      return Promise.resolve();
    },
    pause: () => undefined,
    onFatal: (failure) => {
      throw failure;
    },
  });
  return { commits, database, syncs: () => syncs };
}

const touches = { room: 'r', names: [] };

test('STO-12 writes of one moment share one transaction and one sync', async () => {
  const { commits, database, syncs } = openCommits();
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  await Promise.all(Array.from({ length: 300 }, (_, x) => commits.write(touches, () => insert.run(x))));
  assert.equal(syncs(), 1);
  await Promise.all(Array.from({ length: 600 }, (_, x) => commits.write(touches, () => insert.run(x + 1_000))));
  assert.equal(syncs(), 3, '600 writes are more than one batch takes');
  assert.equal(database.prepare('SELECT count(*) AS n FROM t').get()?.['n'], 900);
});

test('STO-12 a write that is refused fails alone, and so does one that breaks the transaction', async () => {
  const { commits, database } = openCommits();
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  const outcomes = await Promise.allSettled([
    commits.write(touches, () => insert.run(1)),
    commits.write(touches, () => {
      throw refusal('NoSuchKey', { Key: 'k' });
    }),
    commits.write(touches, () => insert.run(2)),
    commits.write(touches, () => insert.run(1)),
    commits.write(touches, () => {
      insert.run(3);
      throw new Error('a bug');
    }),
    commits.write(touches, () => insert.run(4)),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.ok(outcomes[1]?.status === 'rejected' && outcomes[1].reason instanceof S3Error);
  assert.deepEqual(
    database
      .prepare('SELECT x FROM t ORDER BY x')
      .all()
      .map((row) => row['x']),
    [1, 2, 4],
  );
});

test('STO-12 writes run in the order in which they were asked for', async () => {
  const { commits } = openCommits();
  const order: number[] = [];
  await Promise.all(Array.from({ length: 50 }, (_, x) => commits.write(touches, () => order.push(x))));
  assert.deepEqual(
    order,
    Array.from({ length: 50 }, (_, x) => x),
  );
});

test('REL-2 REL-15 a reader that waits for a sync is refused when that sync fails, and so is every later one', async () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT');
  const begun = Promise.withResolvers<void>();
  const sync = Promise.withResolvers<void>();
  const commits = new GroupCommit({
    database,
    clock: new TestClock(),
    syncLog() {
      begun.resolve();
      return sync.promise;
    },
    pause: () => undefined,
    onFatal: () => undefined,
  });
  const written = commits.write({ room: 'r', names: ['k'] }, () => database.exec('INSERT INTO t VALUES (1)'));
  await begun.promise;
  const waiting = [commits.barrier('r', 'k'), commits.barrier('r', 'all'), commits.barrierForAll(), written];
  const refused = waiting.map((each) => assert.rejects(Promise.resolve(each), StoreFailure));
  sync.reject(new Error('the disk is gone'));
  await Promise.all(refused);
  await assert.rejects(Promise.resolve(commits.barrier('r', 'k')), StoreFailure);
  assert.equal(commits.barrier('r', 'other'), undefined);
});
