import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freshFolder } from '../../packages/server/src/stores/local/test-support/open-subject.ts';
import { opensWith, sealedFolder } from '../../packages/server/src/stores/local/test-support/sealed-folder.ts';

const keyFile = (folder: string) => join(folder, 'keys', 'master.key');

test('SEC-804 a kill at any step leaves a folder that opens by itself, with the old key or the new', async (t) => {
  const original = await sealedFolder(t);
  const old = await readFile(keyFile(original), 'utf8');
  const child = fileURLToPath(new URL('./master-key-child.ts', import.meta.url));
  const outcomes = new Set<string>();
  for (let step = 0; ; step += 1) {
    const { folder, remove } = await freshFolder();
    t.after(remove);
    await cp(original, folder, { recursive: true });
    const flags = ['--conditions=tidegate-source', child, folder, String(step)];
    const { stdout, stderr, signal } = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 120_000 });
    if (signal === null) {
      assert.equal(stdout, 'done', stderr);
      break;
    }
    assert.equal(signal, 'SIGKILL', stderr);
    await opensWith(folder);
    assert.deepEqual(await readdir(join(folder, 'keys')), ['master.key'], `step ${step}`);
    outcomes.add((await readFile(keyFile(folder), 'utf8')) === old ? 'old' : 'new');
    assert.ok(step < 200);
  }
  assert.deepEqual([...outcomes], ['old', 'new']);
});
