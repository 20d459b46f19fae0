import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { hasTool, runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { changeTree, readTree, writeTree } from './folder-tree.ts';
import { objectsOf, sdkFor } from './sdk.ts';

/** A backup that runs as on many machines takes minutes there, not seconds: they share two cores. */
const timeoutMs = 240_000;

describe('backup programs', () => {
  let product: Product;
  let s3: S3Client;
  let scratch: string;
  let source: string;
  before(async () => {
    product = await startProduct();
    s3 = sdkFor(product);
    await s3.send(new CreateBucketCommand({ Bucket: 'backups' }));
  });
  after(async () => {
    s3.destroy();
    await product.stop();
  });
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'tidegate-backup-'));
    source = join(scratch, 'source');
    await writeTree(source);
  });
  afterEach(() => rm(scratch, { recursive: true, force: true }));

  test('restic: two backups, every byte checked, both restored, the first forgotten and its data removed', async (t) => {
    if (!hasTool(t, 'restic', ['version'])) return;
    const env = {
      ...product.environment,
      AWS_DEFAULT_REGION: 'us-east-1',
      RESTIC_REPOSITORY: `s3:${product.endpoint}/backups/restic`,
      RESTIC_PASSWORD: 'only for this test',
      RESTIC_CACHE_DIR: join(scratch, 'cache'),
      RESTIC_PROGRESS_FPS: '0.001',
    };
    const restic = (...args: string[]): Promise<string> => runWell('restic', args, { env, timeoutMs });
    await restic('init');
    await restic('backup', source);
    const first = await readTree(source);
    await rm((await changeTree(source)).removed);
    await restic('backup', source);
    await restic('check', '--read-data');
    // Sound: what restic documents to print.
    const snapshots = JSON.parse(await restic('snapshots', '--json')) as { readonly id: string }[];
    assert.equal(snapshots.length, 2);
    for (const [at, tree] of [first, await readTree(source)].entries()) {
      const target = join(scratch, `restored-${at}`);
      await restic('restore', snapshots[at]?.id ?? '', '--target', target);
      assert.deepEqual(await readTree(join(target, source)), tree);
    }
    const before = Object.keys(await objectsOf(s3, 'backups')).length;
    await restic('forget', '--keep-last', '1', '--prune', '--max-unused', '0');
    await restic('check', '--read-data');
    assert.ok(Object.keys(await objectsOf(s3, 'backups')).length <= before);
    assert.equal(JSON.parse(await restic('snapshots', '--json')).length, 1);
    assert.equal((await restic('list', 'locks')).trim(), '', 'no lock is left');
  });

  test('duplicity: a full and an incremental backup, verified and restored as of both', async (t) => {
    if (!hasTool(t, 'duplicity', ['--version'])) return;
    const env = { ...product.environment, LC_ALL: 'C.UTF-8', TMPDIR: scratch };
    const options = [
      '--no-encryption',
      ...['--s3-endpoint-url', product.endpoint, '--s3-region-name', 'us-east-1'],
      ...['--archive-dir', join(scratch, 'archive'), '--volsize', '8'],
    ];
    const place = 's3:///backups/duplicity';
    const duplicity = (...args: string[]): Promise<string> =>
      runWell('duplicity', [...args.slice(0, 1), ...options, ...args.slice(1)], { env, timeoutMs });
    await duplicity('full', source, place);
    const first = await readTree(source);
    await rm((await changeTree(source)).removed);
    // Its times have whole seconds, and two backups in one are refused.
    const firstSecond = Math.ceil(Date.now() / 1000);
    while (Date.now() / 1000 < firstSecond + 1) await new Promise((resolve) => setTimeout(resolve, 50));
    await duplicity('incremental', source, place);
    await duplicity('verify', '--compare-data', place, source);
    assert.match(await duplicity('collection-status', place), /Full[\s\S]*Incremental/);
    await duplicity('restore', place, join(scratch, 'second'));
    assert.deepEqual(await readTree(join(scratch, 'second')), await readTree(source));
    await duplicity('restore', '--time', String(firstSecond), place, join(scratch, 'first'));
    assert.deepEqual(await readTree(join(scratch, 'first')), first);
    await duplicity('remove-all-but-n-full', '1', '--force', place);
  });
});
