import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { systemDisk } from '../../../world/disk.ts';
import { idOf, linkOf, noteOf, read, termsOf } from '../../contract/links/link-subject.ts';
import { seededRandom, TestClock } from '../../contract/objects/subject.ts';
import { makeOlder } from '../../local/test-support/make-older.ts';
import { freshFolder, openLocalSubject, openOn } from '../../local/test-support/open-subject.ts';
import { openMetadata } from '../schema/open-metadata.ts';
import { SqliteLinks } from './links.ts';

const dayMs = 86_400_000;

/** One database, for as many processes as are opened on it; none of them looks at its clock. */
async function openFolder(t: TestContext) {
  const { folder, remove } = await freshFolder();
  const clock = new TestClock();
  await (await openOn(folder, clock)).close();
  const database = new DatabaseSync(join(folder, 'meta.db'), { readOnly: true });
  const closing: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const close of closing.reverse()) await close();
    database.close();
    await remove();
  });
  const open = async (isFirst: boolean): Promise<SqliteLinks> => {
    const { metadata, close } = await openMetadata({
      folder,
      disk: systemDisk,
      clock,
      random: seededRandom(1),
      onFatal: (failure) => {
        throw failure;
      },
    });
    const links = new SqliteLinks({
      metadata,
      giveBackWaitMs: 0,
      isFirst,
      retention: () => ({ keptAfterEndMs: 0 }),
    });
    closing.push(async () => {
      await links.close();
      await close();
    });
    return links;
  };
  /** Links that something was added to since their rows were written. */
  const waiting = () => Number(database.prepare('SELECT count(*) AS n FROM link_additions').get()?.['n']);
  return { open, waiting, database, clock };
}

/** Tells of `uses` uses, each written by itself: all but the first are only added. */
async function use(links: SqliteLinks, name: string, uses: number, atMs: number): Promise<void> {
  for (let n = 0; n < uses; n += 1) {
    links.note(noteOf(linkOf(name), atMs + n, { bytesIn: 3 }));
    await links.flush();
  }
}

test('LDG-66 LDG-28 what one process added is in the record that another reads, before the row has it and after', async (t) => {
  const { open, waiting, clock } = await openFolder(t);
  const [one, other] = [await open(true), await open(false)];
  const at = clock.nowMs();
  await use(one, 'b', 4, at);
  assert.equal(waiting(), 1);
  const shown = async (links: SqliteLinks) => {
    const record = await links.readLink(idOf('b'));
    return [record?.uses.count, record?.bytes.in, record?.bytes.out, record?.firstSeenMs, record?.lastSeenMs];
  };
  const expected = [4, 12, 40, at, at + 3];
  assert.deepEqual(await shown(other), expected);
  assert.equal(waiting(), 1);
  // Its own reader has the order by time last seen brought up to date, and so the row.
  assert.deepEqual(await shown(one), expected);
  assert.equal(waiting(), 0);
  assert.deepEqual(await shown(other), expected);
});

test('LDG-66 LDG-20 a sum of bytes that a link gets later counts what was only added', async (t) => {
  const { open, clock } = await openFolder(t);
  const [one, other] = [await open(true), await open(false)];
  await use(one, 'b', 3, clock.nowMs());
  const claim = (lengthBytes: number) =>
    other.claim({
      link: linkOf('b'),
      terms: termsOf({ totalBytes: 50 }),
      demand: read(0, lengthBytes),
      clientPrefix: '',
      epoch: other.epoch(),
    });
  // Three uses of 13 bytes each.
  await assert.rejects(claim(12), { reason: 'LinkBytesSpent' });
  assert.notEqual(await claim(11), 'stale');
});

test('LDG-66 LDG-80 what was only added is in the sums of a link that another process sweeps, and its next use makes a new record', async (t) => {
  const { open, waiting, database, clock } = await openFolder(t);
  const [one, other] = [await open(true), await open(false)];
  const at = clock.nowMs();
  await use(one, 'b', 4, at);
  await other.sweep(at + 30 * dayMs);
  assert.equal(waiting(), 0);
  assert.deepEqual(
    { ...database.prepare('SELECT links, uses, bytes_in, bytes_out FROM link_days').get() },
    { links: 1, uses: 4, bytes_in: 12, bytes_out: 40 },
  );
  await use(one, 'b', 1, at + 10);
  const record = await other.readLink(idOf('b'));
  assert.deepEqual([record?.uses.count, record?.firstSeenMs], [1, at + 10]);
});

test('LDG-66 more links than one statement takes are added to, each what is its own, beside some that are gone', async (t) => {
  const { open, waiting, clock } = await openFolder(t);
  const [one, other] = [await open(true), await open(false)];
  const at = clock.nowMs();
  const names = Array.from({ length: 127 }, (_, n) =>
    String(n)
      .padStart(3, '0')
      .replace(/\d/g, (digit) => 'bcdefghijk'[Number(digit)] ?? ''),
  );
  const isGone = (n: number): boolean => n % 10 === 0;
  const tell = async (atMs: number) => {
    for (const [n, name] of names.entries()) {
      const link = linkOf(name, { expiresAtMs: at + (isGone(n) ? 1 : dayMs) });
      for (let use = 0; use <= n; use += 1) one.note(noteOf(link, atMs));
    }
    await one.flush();
  };
  await tell(at);
  await other.sweep(at + 10);
  await tell(at + 20);
  assert.equal(waiting(), names.filter((_, n) => !isGone(n)).length);
  for (const [n, name] of names.entries()) {
    const record = await other.readLink(idOf(name));
    assert.equal(record?.uses.count, (n + 1) * (isGone(n) ? 1 : 2), name);
  }
});

test('LDG-66 what a process left beside the rows as it ended is taken over by the next', async (t) => {
  const { open, waiting, clock } = await openFolder(t);
  await use(await open(false), 'b', 4, clock.nowMs());
  assert.equal(waiting(), 1);
  const next = await open(true);
  await next.flush();
  assert.equal(waiting(), 0);
  assert.equal((await next.readLink(idOf('b')))?.uses.count, 4);
});

test('REL-13 LDG-66 what older data say of a link counts on after an upgrade', async () => {
  const subject = await openLocalSubject();
  const at = subject.clock.nowMs();
  for (let n = 0; n < 3; n += 1) {
    subject.store.links.note(noteOf(linkOf('b'), at + n));
    await subject.store.links.flush();
  }
  const before = await subject.store.links.readLink(idOf('b'));
  assert.equal(before?.uses.count, 3);
  await subject.store.close();
  makeOlder(subject.folder, 3);
  const store = await openOn(subject.folder, subject.clock);
  assert.deepEqual(await store.links.readLink(idOf('b')), before);
  for (let n = 3; n < 5; n += 1) {
    store.links.note(noteOf(linkOf('b'), at + n));
    await store.links.flush();
  }
  const { uses, lastSeenMs } = (await store.links.readLink(idOf('b'))) ?? {};
  assert.deepEqual([uses?.count, lastSeenMs], [5, at + 4]);
  await store.close();
  await subject.close();
});
