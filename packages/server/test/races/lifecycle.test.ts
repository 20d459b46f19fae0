import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openLocalStore } from '../../src/stores/local/open-local-store.ts';
import { systemClock } from '../../src/world/clock.ts';
import { systemDisk } from '../../src/world/disk.ts';
import { systemRandom } from '../../src/world/random.ts';
import { startWorkers } from './worker-server.ts';

const patienceMs = 60_000;

test('LFC-22 NTF-12 with several workers one process ends what rules end, and tells it once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-lifecycle-'));
  const openStore = () =>
    openLocalStore({
      folder,
      disk: systemDisk,
      clock: systemClock,
      random: systemRandom,
      onFatal: (failure) => {
        throw failure;
      },
    });
  try {
    const before = await openStore();
    const target = {
      id: 'wh_0123456789abcdef',
      name: 'hook',
      url: 'https://hook.invalid/',
      types: ['none'],
      secrets: [{ text: `whsec_${'A'.repeat(43)}=`, createdAtMs: 1, retireAtMs: undefined }],
      state: 'enabled',
      createdAtMs: 1,
    } as const;
    assert.equal(await before.webhooks.createTarget(target), 'created');
    await before.close();

    const server = await startWorkers({ folder, settings: { lifecycleEveryS: 1, lifecycleDayS: 1 } });
    const ask = async (method: string, path: string, body?: string): Promise<string> => {
      const answer = await server.signed(method, path, body === undefined ? {} : { body });
      const text = await answer.text();
      assert.ok(answer.ok, `${method} ${path} ${answer.status} ${text}`);
      return text;
    };
    try {
      await ask('PUT', '/aging');
      const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
      await ask('PUT', '/aging?versioning', enabled);
      const told =
        '<NotificationConfiguration><QueueConfiguration><Queue>arn:tidegate:sqs::_:hook</Queue>' +
        '<Event>s3:LifecycleExpiration:*</Event></QueueConfiguration></NotificationConfiguration>';
      await ask('PUT', '/aging?notification', told);
      for (let n = 0; n < 20; n += 1) await ask('PUT', `/aging/k${n}`, 'v');
      await ask(
        'PUT',
        '/aging?lifecycle',
        '<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
      );
      const endMs = Date.now() + patienceMs;
      while ((await ask('GET', '/aging?list-type=2')).includes('<Key>')) {
        assert.ok(Date.now() < endMs, 'the rule was not carried out');
        await wait(50);
      }
      const versions = await ask('GET', '/aging?versions');
      assert.equal(versions.match(/<DeleteMarker>/g)?.length, 20);
      assert.equal(versions.match(/<Version>/g)?.length, 20);
    } finally {
      await server.stop();
    }
    const after = await openStore();
    const { items } = await after.webhooks.listDeliveries({ targetId: target.id, cursor: undefined, limit: 100 });
    await after.close();
    const types = items.map(({ type }) => type).filter((type) => type !== 's3:TestEvent');
    assert.deepEqual(types, Array(20).fill('s3:LifecycleExpiration:DeleteMarkerCreated'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
