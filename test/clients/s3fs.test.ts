import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { hasTool, runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { readTree, writeTree } from './folder-tree.ts';
import { sdkFor } from './sdk.ts';

/** Long enough for a machine that has other things to do. */
const mountTimeoutMs = 60_000;

/** Whether this machine lets us mount at all: a container without /dev/fuse, or without the right to mount, does not. */
async function canMount(): Promise<boolean> {
  const device = await open('/dev/fuse', 'r+').catch(() => undefined);
  await device?.close();
  if (device === undefined) return false;
  // Root mounts by itself and needs the right; others have the setuid program.
  const probe =
    process.getuid?.() === 0 ? (['unshare', ['--mount', 'true']] as const) : (['fusermount3', ['-V']] as const);
  return spawnSync(probe[0], probe[1], { stdio: 'ignore' }).status === 0;
}

class Mount {
  readonly folder: string;
  readonly #child: ChildProcess;
  #said = '';

  constructor(product: Product, bucket: string, scratch: string) {
    this.folder = join(scratch, 'mounted');
    const options = [
      ...[
        '-o',
        `url=${product.endpoint}`,
        '-o',
        'use_path_request_style',
        '-o',
        `passwd_file=${join(scratch, 'keys')}`,
      ],
      ...['-o', 'multipart_size=10', '-o', `use_cache=${join(scratch, 'cache')}`, '-o', 'stat_cache_expire=1'],
    ];
    this.#child = spawn('s3fs', [bucket, this.folder, '-f', ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: scratch, TMPDIR: scratch },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
    }
  }

  async isThere(): Promise<void> {
    const endMs = Date.now() + mountTimeoutMs;
    while (!(await readFile('/proc/self/mounts', 'utf8')).includes(` ${this.folder} fuse.s3fs `)) {
      assert.equal(this.#child.exitCode, null, `s3fs ended: ${this.#said}`);
      assert.ok(Date.now() < endMs, `s3fs did not mount: ${this.#said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Writes what is open, and waits until it is gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    await runWell('fusermount3', ['-u', this.folder], { env: { PATH: process.env['PATH'] ?? '' } });
    await gone;
  }
}

test('s3fs: a bucket is a folder that programs read, write, append to, rename in and find again', async (t) => {
  if (!hasTool(t, 's3fs', ['--version'])) return;
  if (!(await canMount())) {
    process.stderr.write('\n*** s3fs is NOT tested: this machine mounts nothing (/dev/fuse, CAP_SYS_ADMIN) ***\n\n');
    t.skip('this machine cannot mount a file system');
    return;
  }
  const product = await startProduct();
  const s3 = sdkFor(product);
  const scratch = await mkdtemp(join(tmpdir(), 'tidegate-s3fs-'));
  let mount: Mount | undefined;
  try {
    await s3.send(new CreateBucketCommand({ Bucket: 'mounted' }));
    await writeFile(join(scratch, 'keys'), `${product.accessKeyId}:${product.secretAccessKey}\n`, { mode: 0o600 });
    await mkdir(join(scratch, 'mounted'));
    mount = new Mount(product, 'mounted', scratch);
    await mount.isThere();
    const { folder } = mount;

    await writeTree(join(folder, 'tree'));
    const log = join(folder, 'log.txt');
    await writeFile(log, 'one\n');
    await appendFile(log, 'two\n');
    assert.equal(await readFile(log, 'utf8'), 'one\ntwo\n');
    await truncate(log, 3);
    await rename(log, join(folder, 'tree', 'rënamed.txt'));
    await chmod(join(folder, 'tree', 'rënamed.txt'), 0o640);
    await symlink('rënamed.txt', join(folder, 'tree', 'link'));
    const big = await open(join(folder, 'tree', 'big.bin'), 'r+');
    await big.write('changed in the middle', 11 * 1024 * 1024);
    await big.close();
    await rm(join(folder, 'tree', 'empty.txt'));
    await rename(join(folder, 'tree', 'folder'), join(folder, 'tree', 'another'));
    const written = await readTree(join(folder, 'tree'));
    await mount.end();

    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'mounted', Key: 'tree/rënamed.txt' }));
    assert.equal(await Body?.transformToString(), 'one');
    await rm(join(scratch, 'cache'), { recursive: true, force: true });
    mount = new Mount(product, 'mounted', scratch);
    await mount.isThere();
    assert.deepEqual(await readTree(join(folder, 'tree')), written);
    assert.equal(await readFile(join(folder, 'tree', 'link'), 'utf8'), 'one');
    assert.equal((await stat(join(folder, 'tree', 'rënamed.txt'))).mode & 0o777, 0o640);
    assert.ok((await readdir(join(folder, 'tree', 'another'))).includes('b ü.txt'));
    await rm(join(folder, 'tree'), { recursive: true });
    assert.deepEqual(await readdir(folder), []);
  } finally {
    await mount?.end();
    s3.destroy();
    await product.stop();
    await rm(scratch, { recursive: true, force: true });
  }
});
