import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { bareRequest } from '../bare-http.ts';
import { hasTool, runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { rcloneEnvironment } from './rclone-environment.ts';
import { objectsOf, sdkFor } from './sdk.ts';

describe('rclone beyond copying', () => {
  let product: Product;
  let s3: S3Client;
  let scratch: string;
  before(async () => {
    product = await startProduct();
    s3 = sdkFor(product);
    scratch = await mkdtemp(join(tmpdir(), 'tidegate-rclone-'));
  });
  after(async () => {
    s3.destroy();
    await product.stop();
    await rm(scratch, { recursive: true, force: true });
  });
  const rclone = (...args: string[]): Promise<string> => runWell('rclone', args, { env: rcloneEnvironment(product) });

  test('old versions are listed, read, brought back and removed', async (t) => {
    if (!hasTool(t, 'rclone', ['version'])) return;
    await s3.send(new CreateBucketCommand({ Bucket: 'versions' }));
    await s3.send(
      new PutBucketVersioningCommand({ Bucket: 'versions', VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const file = join(scratch, 'a.txt');
    for (const text of ['first', 'second one']) {
      await writeFile(file, text);
      await rclone('copyto', '--ignore-times', file, 'tg:versions/a.txt');
    }
    const shown = (await rclone('lsf', '--s3-versions', 'tg:versions')).trim().split('\n').sort();
    assert.equal(shown.length, 2, shown.join());
    const old = shown.find((name) => /^a-v[-\d]+\.txt$/.test(name)) ?? '';
    assert.equal(await rclone('cat', '--s3-versions', `tg:versions/${old}`), 'first');
    await rclone('deletefile', 'tg:versions/a.txt');
    assert.equal(await rclone('lsf', 'tg:versions'), '');
    await rclone('copyto', '--s3-versions', `tg:versions/${old}`, join(scratch, 'back.txt'));
    assert.equal(await readFile(join(scratch, 'back.txt'), 'utf8'), 'first');
    await rclone('purge', '--s3-versions', 'tg:versions');
  });

  test('a link of rclone is read by somebody without a key, and ends', async (t) => {
    if (!hasTool(t, 'rclone', ['version'])) return;
    await s3.send(new CreateBucketCommand({ Bucket: 'linked' }));
    await writeFile(join(scratch, 'ü b.txt'), 'for you');
    await rclone('copy', join(scratch, 'ü b.txt'), 'tg:linked/folder');
    const url = (await rclone('link', '--expire', '10m', 'tg:linked/folder/ü b.txt')).trim();
    const answer = await bareRequest(url);
    assert.equal(answer.body.toString(), 'for you');
    assert.equal((await bareRequest(url.replace('folder', 'other'))).status, 403);
  });

  test('files are moved on the server, times are kept, and unfinished uploads are swept', async (t) => {
    if (!hasTool(t, 'rclone', ['version'])) return;
    await s3.send(new CreateBucketCommand({ Bucket: 'moved' }));
    await rclone('copyto', '--metadata', join(import.meta.dirname, 'journey.ts'), 'tg:moved/one/journey.ts');
    await rclone('moveto', 'tg:moved/one/journey.ts', 'tg:moved/two/ö.ts');
    assert.deepEqual(Object.keys(await objectsOf(s3, 'moved')), ['two/ö.ts']);
    await rclone('touch', '--timestamp', '2001-02-03T04:05:06', 'tg:moved/two/ö.ts');
    assert.match(await rclone('lsl', 'tg:moved'), /2001-02-03 04:05:06/);
    await s3.send(new CreateMultipartUploadCommand({ Bucket: 'moved', Key: 'never finished' }));
    await rclone('backend', 'cleanup', '-o', 'max-age=0s', 'tg:moved');
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'moved' }));
    assert.deepEqual(Uploads, []);
    await rclone('purge', 'tg:moved');
  });
});
