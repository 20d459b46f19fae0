import assert from 'node:assert/strict';
import { KeyExists, type KeyStore, type NewKey } from '../../keys/key-store.ts';
import { Secret } from '../../keys/secret.ts';
import { alice, type StoreRule } from '../objects/subject.ts';

/** STO-80…88. */
export const keyRules: readonly StoreRule[] = [
  {
    name: 'STO-80 a key is what it was made with, in an account that is made when new and kept by its name',
    async check({ keys, clock }) {
      const first = await keys.createKey(
        newKey('TGAK1', { buckets: ['b'], prefixes: ['p/'], note: 'n', role: 'read' }),
      );
      assert.match(first.account.id, /^[0-9a-f]{64}$/);
      const { account } = first;
      assert.deepEqual(first, {
        accessKeyId: 'TGAK1',
        account: { id: account.id, displayName: 'acme', name: 'acme' },
        role: 'read',
        buckets: ['b'],
        prefixes: ['p/'],
        note: 'n',
        createdAtMs: clock.nowMs(),
        disabledAtMs: undefined,
      });
      assert.deepEqual((await keys.createKey(newKey('TGAK2'))).account, account);
      const named = await keys.createKey(newKey('TGAK3', { accountName: 'alice' }), alice);
      assert.deepEqual(named.account, { ...alice, name: 'alice' });
      await assert.rejects(keys.createKey(newKey('TGAK1')), KeyExists);
      const ids = (await keys.listKeys()).map((key) => key.accessKeyId);
      assert.deepEqual(ids, ['TGAK1', 'TGAK2', 'TGAK3']);
      const page = { accountId: undefined, cursor: undefined, limit: 2 };
      const one = await keys.pageKeys(page);
      const second = await keys.pageKeys({ ...page, cursor: one.next });
      assert.deepEqual(
        [one, second].map(({ items }) => items.map((key) => key.accessKeyId)),
        [['TGAK1', 'TGAK2'], ['TGAK3']],
      );
      assert.deepEqual([one.total, second.next], [3, undefined]);
      const own = await keys.pageKeys({ ...page, accountId: alice.id });
      assert.deepEqual([own.items.map((key) => key.accessKeyId), own.total], [['TGAK3'], 1]);
      assert.deepEqual(await keys.accessKeyIds(alice.id), ['TGAK3']);
    },
  },
  {
    name: 'STO-81 a change of a key holds from the next read on',
    async check({ keys, clock }) {
      await keys.createKey(newKey('TGAK1'));
      assert.equal((await keys.readKey('TGAK1'))?.secret.reveal(), 'secret of TGAK1');
      clock.advance(5);
      await keys.setKeyEnabled('TGAK1', 'disabled');
      assert.equal((await keys.readKey('TGAK1'))?.record.disabledAtMs, clock.nowMs());
      await keys.setKeyEnabled('TGAK1', 'enabled');
      assert.equal((await keys.readKey('TGAK1'))?.record.disabledAtMs, undefined);
      assert.equal(await keys.deleteKey('TGAK1'), 'deleted');
      assert.equal(await keys.readKey('TGAK1'), undefined);
      assert.equal(await keys.deleteKey('TGAK1'), 'missing');
      assert.equal(await keys.setKeyEnabled('TGAK1', 'enabled'), undefined);
    },
  },
  {
    name: 'STO-81 a key that is deleted and made anew has its new secret and role',
    async check({ keys }) {
      await keys.createKey(newKey('TGAK1'));
      await keys.readKey('TGAK1');
      await keys.deleteKey('TGAK1');
      await keys.createKey(newKey('TGAK1', { secret: new Secret('another'), role: 'read' }));
      const key = await readNow(keys, 'TGAK1');
      assert.deepEqual([key?.secret.reveal(), key?.record.role], ['another', 'read']);
    },
  },
  {
    name: 'STO-84 disabling twice keeps the first time',
    async check({ keys, clock }) {
      await keys.createKey(newKey('TGAK1'));
      const first = await keys.setKeyEnabled('TGAK1', 'disabled');
      clock.advance(1_000);
      assert.equal((await keys.setKeyEnabled('TGAK1', 'disabled'))?.disabledAtMs, first?.disabledAtMs);
    },
  },
  {
    name: 'STO-85 SEC-144 SEC-804 after a rotation both secrets sign until the time that was said',
    async check({ keys, clock }) {
      await keys.createKey(newKey('TGAK1'));
      const createdAtMs = clock.nowMs();
      clock.advance(1_000);
      const retireAtMs = clock.nowMs() + 60_000;
      const rotated = await keys.rotateKey('TGAK1', { secret: new Secret('second'), retireAtMs });
      assert.ok(typeof rotated === 'object');
      assert.deepEqual(rotated.secrets, [
        { generation: 2, createdAtMs: clock.nowMs(), retireAtMs: undefined, lastUsedAtMs: undefined },
        { generation: 1, createdAtMs, retireAtMs, lastUsedAtMs: undefined },
      ]);
      assert.deepEqual(await secretsOf(keys), ['second', 'secret of TGAK1']);
      const again = { secret: new Secret('third'), retireAtMs };
      assert.equal(await keys.rotateKey('TGAK1', again), 'two-live');
      clock.advance(59_999);
      assert.deepEqual(await secretsOf(keys), ['second', 'secret of TGAK1']);
      clock.advance(1);
      assert.deepEqual(await secretsOf(keys), ['second']);
      assert.equal((await keys.describeKey('TGAK1'))?.secrets.length, 1);
      const third = await keys.rotateKey('TGAK1', { ...again, retireAtMs: clock.nowMs() + 1 });
      assert.deepEqual(typeof third === 'object' && third.secrets.map(({ generation }) => generation), [3, 2]);
      assert.equal(await keys.rotateKey('TGAK9', again), 'missing');
    },
  },
  {
    name: 'STO-85 SEC-144 an older secret that is retired signs nothing from then on; the newest stays',
    async check({ keys, clock }) {
      await keys.createKey(newKey('TGAK1'));
      await keys.rotateKey('TGAK1', { secret: new Secret('second'), retireAtMs: clock.nowMs() + 60_000 });
      const live = (await readNow(keys, 'TGAK1'))?.secrets ?? [];
      assert.equal(new Set(live.map(({ serial }) => serial)).size, 2);
      assert.equal((await keys.retireSecrets('TGAK1'))?.secrets.length, 1);
      assert.deepEqual(await secretsOf(keys), ['second']);
      assert.equal((await keys.retireSecrets('TGAK1'))?.secrets.length, 1);
      assert.equal(await keys.retireSecrets('TGAK9'), undefined);
      await keys.deleteKey('TGAK1');
      await keys.createKey(newKey('TGAK1'));
      const anew = (await readNow(keys, 'TGAK1'))?.secrets ?? [];
      assert.ok(anew.every(({ serial }) => !live.some((old) => old.serial === serial)));
    },
  },
  {
    name: 'STO-86 SEC-310 a key is bounded by what its makers may now, and by what those that are gone could',
    async check({ keys }) {
      await keys.createKey(newKey('TGAK1'));
      await keys.createKey(newKey('TGAK2', { madeBy: 'TGAK1', buckets: ['b'], governance: { requireV4: true } }));
      await keys.createKey(newKey('TGAK3', { madeBy: 'TGAK2', buckets: ['b'], prefixes: ['p/'] }));
      const bounds = async () => (await readNow(keys, 'TGAK3'))?.record.bounds;
      const governance = { requireV4: true };
      const second = { role: 'owner', buckets: ['b'], prefixes: [], governance, policiesOf: 'TGAK2' };
      assert.deepEqual(await bounds(), [second]);
      await keys.editKey('TGAK1', { role: 'read', governance: undefined });
      assert.deepEqual(await bounds(), [second, { role: 'read', buckets: [], prefixes: [] }]);
      await keys.deleteKey('TGAK2');
      assert.deepEqual(await bounds(), [second, { role: 'read', buckets: [], prefixes: [] }]);
      assert.equal((await keys.describeKey('TGAK3'))?.madeBy, 'TGAK1');
      await keys.deleteKey('TGAK1');
      assert.deepEqual(await bounds(), [second, { role: 'read', buckets: [], prefixes: [] }]);
      assert.equal((await keys.describeKey('TGAK3'))?.madeBy, undefined);
    },
  },
  {
    name: 'STO-87 a change replaces what it names and nothing else',
    async check({ keys }) {
      const caps = { uses: 5, notBefore: new Date(1_700_000_000_000) };
      await keys.createKey(newKey('TGAK1', { note: 'n', governance: { maxExpirySeconds: 60, caps } }));
      const record = async () => (await readNow(keys, 'TGAK1'))?.record;
      assert.deepEqual((await record())?.governance, { maxExpirySeconds: 60, caps });
      await keys.editKey('TGAK1', { role: 'write', buckets: ['b'] });
      const { role, buckets, prefixes, note, governance } = (await record()) ?? {};
      assert.deepEqual({ role, buckets, prefixes, note }, { role: 'write', buckets: ['b'], prefixes: [], note: 'n' });
      assert.deepEqual(governance, { maxExpirySeconds: 60, caps });
      const after = await keys.editKey('TGAK1', { note: undefined, governance: undefined });
      assert.equal(after?.note, undefined);
      assert.equal((await record())?.governance, undefined);
      assert.equal((await record())?.role, 'write');
      assert.equal(await keys.editKey('TGAK9', { role: 'read' }), undefined);
    },
  },
  {
    name: 'STO-88 it is known to a minute when each secret signed last',
    async check({ keys, clock }) {
      await keys.createKey(newKey('TGAK1'));
      await keys.rotateKey('TGAK1', { secret: new Secret('second'), retireAtMs: clock.nowMs() + 3_600_000 });
      const [, older] = (await readNow(keys, 'TGAK1'))?.secrets ?? [];
      clock.advance(1_000);
      const usedAtMs = clock.nowMs();
      keys.noteUse(older?.serial ?? 0);
      const lastUsed = async () => (await keys.describeKey('TGAK1'))?.secrets.map(({ lastUsedAtMs }) => lastUsedAtMs);
      assert.deepEqual(await lastUsed(), [undefined, usedAtMs]);
      await keys.flush();
      assert.deepEqual(await lastUsed(), [undefined, usedAtMs]);
      clock.advance(60_000);
      keys.noteUse(older?.serial ?? 0);
      await keys.flush();
      assert.deepEqual(await lastUsed(), [undefined, usedAtMs + 60_000]);
    },
  },
];

async function secretsOf(keys: KeyStore): Promise<readonly string[] | undefined> {
  return (await readNow(keys, 'TGAK1'))?.secrets.map(({ secret }) => secret.reveal());
}

function newKey(accessKeyId: string, changes: Partial<NewKey> = {}): NewKey {
  const secret = new Secret(`secret of ${accessKeyId}`);
  return {
    accessKeyId,
    role: 'owner',
    buckets: [],
    prefixes: [],
    note: undefined,
    secret,
    accountName: 'acme',
    ...changes,
  };
}

function readNow(keys: KeyStore, accessKeyId: string): Promise<Awaited<ReturnType<KeyStore['readKey']>>> {
  return Promise.resolve(keys.readKey(accessKeyId));
}
