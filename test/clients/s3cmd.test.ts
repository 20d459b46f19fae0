import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasTool, runWell } from '../outside-tool.ts';
import type { Product } from '../product-server.ts';
import { type ClientUnderTest, clientJourney } from './journey.ts';

async function openS3cmd(product: Product): Promise<ClientUnderTest> {
  const host = new URL(product.endpoint).host;
  const scratch = join(product.folder, 's3cmd-scratch');
  const configure = async (accessKeyId: string, secretAccessKey: string) => {
    const path = join(product.folder, `s3cmd-${accessKeyId}-${secretAccessKey.length}.cfg`);
    await writeFile(
      path,
      `[default]\naccess_key = ${accessKeyId}\nsecret_key = ${secretAccessKey}\nhost_base = ${host}\nhost_bucket = ${host}\nuse_https = False\n`,
      { mode: 0o600 },
    );
    return path;
  };
  const config = await configure(product.accessKeyId, product.secretAccessKey);
  const s3cmd = (...args: string[]) =>
    runWell('s3cmd', ['-c', config, ...args], { env: { ...product.environment, LC_ALL: 'C.UTF-8' } });
  return {
    makeBucket: async (bucket) => void (await s3cmd('mb', `s3://${bucket}`)),
    removeBucket: async (bucket) => void (await s3cmd('rb', `s3://${bucket}`)),
    async putText(bucket, key, text) {
      await writeFile(scratch, text);
      await s3cmd('put', scratch, `s3://${bucket}/${key}`);
    },
    putFile: async (bucket, key, file) =>
      void (await s3cmd('put', '--quiet', '--multipart-chunk-size-mb=15', file, `s3://${bucket}/${key}`)),
    getFile: async (bucket, key, file) =>
      void (await s3cmd('get', '--quiet', '--force', `s3://${bucket}/${key}`, file)),
    async list(bucket) {
      const out = await s3cmd('ls', '--recursive', `s3://${bucket}/`);
      return out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.slice(line.indexOf(`s3://${bucket}/`) + `s3://${bucket}/`.length));
    },
    async getBytes(bucket, key) {
      await s3cmd('get', '--force', `s3://${bucket}/${key}`, scratch);
      const bytes = await readFile(scratch);
      await rm(scratch);
      return bytes;
    },
    remove: async (bucket, key) => void (await s3cmd('del', `s3://${bucket}/${key}`)),
    async presignGet(bucket, key, signing) {
      const from = await configure(
        signing.accessKeyId ?? product.accessKeyId,
        signing.secretAccessKey ?? product.secretAccessKey,
      );
      const endsAt = Math.floor(Date.now() / 1000) + (signing.clockOffsetSeconds ?? 0) + signing.expiresInSeconds;
      const url = await runWell('s3cmd', ['-c', from, 'signurl', `s3://${bucket}/${key}`, String(endsAt)], {
        env: { ...product.environment, LC_ALL: 'C.UTF-8' },
      });
      return url.trim();
    },
  };
}

clientJourney({
  name: 's3cmd',
  isHere: (t) => hasTool(t, 's3cmd', ['--version']),
  open: openS3cmd,
  cannot: {
    keys: { 'a trailing slash': 'it puts the file into the folder of that name' },
    presignPut: 's3cmd signurl supports only GET',
  },
  presigns: 'v2',
});
