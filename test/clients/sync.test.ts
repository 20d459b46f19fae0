import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { awsCli, hasTool, runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { changeTree, readTree, writeTree } from './folder-tree.ts';
import { minioClient, minioEnvironment } from './minio-client.ts';
import { openMinioMirror } from './minio-mirror.ts';
import { rcloneEnvironment } from './rclone-environment.ts';
import { objectsOf, sdkFor } from './sdk.ts';

/** Makes one side like the other, both ways. What is too much on the other side is removed. */
type Mirror = {
  up(folder: string, bucket: string): Promise<void>;
  down(bucket: string, folder: string): Promise<void>;
};

type Setup = {
  readonly name: string;
  readonly isHere: (t: TestContext) => boolean;
  readonly open: (product: Product, scratch: string) => Promise<Mirror> | Mirror;
};

const setups: readonly Setup[] = [
  { name: 'aws s3 sync', isHere: (t) => hasTool(t, awsCli, ['--version']), open: openAwsSync },
  { name: 's3cmd sync', isHere: (t) => hasTool(t, 's3cmd', ['--version']), open: openS3cmdSync },
  { name: 'rclone sync', isHere: (t) => hasTool(t, 'rclone', ['version']), open: openRcloneSync },
  { name: 'mc mirror', isHere: (t) => hasTool(t, minioClient, ['--version']), open: openMcMirror },
  { name: "minio's package for Node, mirroring", isHere: () => true, open: openMinioMirror },
];

for (const setup of setups) {
  describe(setup.name, () => {
    test('a folder goes up, changes are followed, nothing is sent twice, and it comes down the same', async (t) => {
      if (!setup.isHere(t)) return;
      const product = await startProduct();
      const scratch = await mkdtemp(join(tmpdir(), 'tidegate-sync-'));
      const s3 = sdkFor(product);
      try {
        const mirror = await setup.open(product, scratch);
        const [here, back] = [join(scratch, 'here'), join(scratch, 'back')];
        await mkdir(back);
        await writeTree(here);
        await s3.send(new CreateBucketCommand({ Bucket: 'mirror' }));
        await mirror.up(here, 'mirror');
        assert.deepEqual(Object.keys(await objectsOf(s3, 'mirror')).sort(), Object.keys(await readTree(here)).sort());

        await rm((await changeTree(here)).removed);
        await mirror.up(here, 'mirror');
        const second = await objectsOf(s3, 'mirror');
        assert.deepEqual(Object.keys(second).sort(), Object.keys(await readTree(here)).sort());
        await mirror.up(here, 'mirror');
        assert.deepEqual(await objectsOf(s3, 'mirror'), second, 'a third run changes nothing');

        await writeFile(join(back, 'too much.txt'), 'to be removed');
        await mirror.down('mirror', back);
        assert.deepEqual(await readTree(back), await readTree(here));
      } finally {
        s3.destroy();
        await product.stop();
        await rm(scratch, { recursive: true, force: true });
      }
    });
  });
}

async function openAwsSync(product: Product, scratch: string): Promise<Mirror> {
  const config = join(scratch, 'aws-config');
  await writeFile(config, '[default]\ns3 =\n  addressing_style = path\n  multipart_chunksize = 8MB\n');
  const env = {
    ...product.environment,
    LC_ALL: 'C.UTF-8',
    AWS_CONFIG_FILE: config,
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  const sync = async (from: string, to: string): Promise<void> => {
    await runWell(awsCli, ['s3', 'sync', '--delete', '--no-progress', from, to], { env });
  };
  return {
    up: (folder, bucket) => sync(folder, `s3://${bucket}`),
    down: (bucket, folder) => sync(`s3://${bucket}`, folder),
  };
}

async function openS3cmdSync(product: Product, scratch: string): Promise<Mirror> {
  const host = new URL(product.endpoint).host;
  const config = join(scratch, 's3cmd.cfg');
  const keys = `access_key = ${product.accessKeyId}\nsecret_key = ${product.secretAccessKey}\n`;
  const place = `host_base = ${host}\nhost_bucket = ${host}\nuse_https = False\n`;
  await writeFile(config, `[default]\n${keys}${place}`, { mode: 0o600 });
  const env = { ...product.environment, LC_ALL: 'C.UTF-8' };
  const sync = async (from: string, to: string): Promise<void> => {
    const options = ['--quiet', '--delete-removed', '--multipart-chunk-size-mb=5'];
    await runWell('s3cmd', ['-c', config, 'sync', ...options, from, to], { env });
  };
  return {
    up: (folder, bucket) => sync(`${folder}/`, `s3://${bucket}/`),
    down: (bucket, folder) => sync(`s3://${bucket}/`, `${folder}/`),
  };
}

function openRcloneSync(product: Product): Mirror {
  const env = rcloneEnvironment(product);
  const sync = async (from: string, to: string): Promise<void> => {
    await runWell('rclone', ['sync', '--checksum', from, to], { env });
    await runWell('rclone', ['check', from, to], { env });
  };
  return {
    up: (folder, bucket) => sync(folder, `tg:${bucket}`),
    down: (bucket, folder) => sync(`tg:${bucket}`, folder),
  };
}

function openMcMirror(product: Product, scratch: string): Mirror {
  const env = minioEnvironment(product, scratch);
  const mirror = async (from: string, to: string): Promise<void> => {
    await runWell(minioClient, ['mirror', '--quiet', '--remove', '--overwrite', from, to], { env });
    assert.equal(await runWell(minioClient, ['diff', from, to], { env }), '');
  };
  return {
    up: (folder, bucket) => mirror(folder, `tg/${bucket}`),
    down: (bucket, folder) => mirror(`tg/${bucket}`, folder),
  };
}
