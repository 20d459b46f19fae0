import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AdminStore, auditKeptMs, onceKeptMs, onceRunsMs } from '../../admin/admin-store.ts';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';
import { MemoryAdmin } from '../../memory/memory-admin.ts';
import { TestClock } from '../objects/subject.ts';

type Subject = { readonly records: AdminStore; readonly clock: TestClock; readonly close: () => Promise<void> };

const engines: Readonly<Record<string, () => Promise<Subject>>> = {
  memory() {
    const clock = new TestClock();
    return Promise.resolve({ records: new MemoryAdmin(clock), clock, close: () => Promise.resolve() });
  },
  async sqlite() {
    const { store, clock, close } = await openLocalSubject();
    return { records: store.records, clock, close };
  },
};

const act = (event: string, accountId = 'a1', actor = 'TGAK1') => ({
  atMs: 1_700_000_000_000,
  event,
  actor,
  accountId,
  requestId: 'r',
  fields: { key: event },
});

const rules: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  async 'ADM-8 acts are listed newest first, by account and actor, in pages'({ records }) {
    await records.appendAudit([act('one'), act('two', 'a2', 'TGAK2'), act('three'), act('four', 'a1', 'TGAK3')]);
    const names = async (query: Partial<Parameters<AdminStore['listAudit']>[0]>) => {
      const page = await records.listAudit({
        accountId: undefined,
        cursor: undefined,
        limit: 10,
        order: 'desc',
        ...query,
      });
      return page.items.map(({ event }) => event);
    };
    assert.deepEqual(await names({}), ['four', 'three', 'two', 'one']);
    assert.deepEqual(await names({ order: 'asc' }), ['one', 'two', 'three', 'four']);
    assert.deepEqual(await names({ accountId: 'a1' }), ['four', 'three', 'one']);
    assert.deepEqual(await names({ actor: 'TGAK2' }), ['two']);
    assert.deepEqual(await names({ accountId: 'a1', actor: 'TGAK2' }), []);
    assert.deepEqual(await names({ events: ['one', 'two'] }), ['two', 'one']);
    assert.deepEqual(await names({ fromMs: 1_700_000_000_001 }), []);
    const first = await records.listAudit({ accountId: undefined, cursor: undefined, limit: 3, order: 'desc' });
    assert.equal(first.items.length, 3);
    assert.deepEqual(await names({ cursor: first.next }), ['one']);
    await assert.rejects(records.listAudit({ accountId: undefined, cursor: 'x', limit: 3, order: 'desc' }));
  },
  async 'ADM-6 of requests with one name the first begins, and its answer is given again for a day'({
    records,
    clock,
  }) {
    const request = { name: 'n', asked: 'x' };
    const answer = { status: 201, document: '{"secret":"s"}' };
    assert.equal(await records.beginOnce(request), 'begun');
    assert.equal(await records.beginOnce(request), 'running');
    assert.equal(await records.beginOnce({ name: 'n', asked: 'y' }), 'other-request');
    await records.finishOnce('n', answer);
    assert.deepEqual(await records.beginOnce(request), answer);
    clock.advance(onceKeptMs - 1);
    assert.deepEqual(await records.beginOnce(request), answer);
    clock.advance(1);
    assert.equal(await records.beginOnce(request), 'begun');
  },
  async 'ADM-6 a refused request may be sent again, and one that was lost in a crash after a minute'({
    records,
    clock,
  }) {
    const request = { name: 'n', asked: 'x' };
    await records.beginOnce(request);
    await records.forgetOnce('n');
    assert.equal(await records.beginOnce(request), 'begun');
    clock.advance(onceRunsMs);
    assert.equal(await records.beginOnce(request), 'begun');
    await records.finishOnce('n', { status: 200, document: '' });
    await records.forgetOnce('n');
    assert.deepEqual(await records.beginOnce(request), { status: 200, document: '' });
  },
  async 'ADM-46 changed settings are kept together, and null takes one away'({ records }) {
    assert.deepEqual(await records.readSettings(), {});
    assert.deepEqual(await records.changeSettings({ a: 1, b: 'x' }), { a: 1, b: 'x' });
    const both = [records.changeSettings({ a: null, c: true }), records.changeSettings({ b: 'y' })];
    assert.deepEqual((await Promise.all(both)).at(-1), { b: 'y', c: true });
    assert.deepEqual(await records.readSettings(), { b: 'y', c: true });
  },
  async 'ADM-8 what is past its time is swept'({ records, clock }) {
    await records.appendAudit([act('old')]);
    await records.sweep(1_700_000_000_000 + auditKeptMs);
    const query = { accountId: undefined, cursor: undefined, limit: 9, order: 'asc' } as const;
    assert.equal((await records.listAudit(query)).items.length, 1);
    await records.sweep(1_700_000_000_001 + auditKeptMs);
    assert.equal((await records.listAudit(query)).items.length, 0);
    await records.beginOnce({ name: 'n', asked: 'x' });
    await records.sweep(clock.nowMs() + onceKeptMs + 1);
    assert.equal(await records.beginOnce({ name: 'n', asked: 'other' }), 'begun');
  },
};

for (const [engine, open] of Object.entries(engines)) {
  for (const [rule, check] of Object.entries(rules)) {
    test(`${rule} (${engine})`, async () => {
      const subject = await open();
      try {
        await check(subject);
      } finally {
        await subject.close();
      }
    });
  }
}
