import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { awsCli, hasTool, otherClock, runWell } from '../outside-tool.ts';
import type { Product } from '../product-server.ts';
import { type ClientUnderTest, clientJourney } from './journey.ts';
import { openPythonLines } from './python-lines.ts';

const loadedAws = fileURLToPath(new URL('aws_lines.py', import.meta.url));

async function openAwsCli(product: Product): Promise<ClientUnderTest> {
  const config = join(product.folder, 'aws-config');
  await writeFile(config, '[default]\ns3 =\n  addressing_style = path\n  signature_version = s3v4\n');
  const environment = {
    ...product.environment,
    AWS_CONFIG_FILE: config,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
  const loaded = openPythonLines(loadedAws, environment);
  const awsWith = (env: Record<string, string>, ...args: string[]) => loaded.ask({ args, env }).then(String);
  const aws = (...args: string[]) => awsWith({}, ...args);
  const scratch = join(product.folder, 'aws-scratch');
  return {
    makeBucket: async (bucket) => void (await aws('s3', 'mb', `s3://${bucket}`)),
    removeBucket: async (bucket) => void (await aws('s3', 'rb', `s3://${bucket}`)),
    async putText(bucket, key, text) {
      await writeFile(scratch, text);
      await aws('s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', scratch);
    },
    putFile: async (bucket, key, file) => void (await aws('s3', 'cp', '--quiet', file, `s3://${bucket}/${key}`)),
    getFile: async (bucket, key, file) => void (await aws('s3', 'cp', '--quiet', `s3://${bucket}/${key}`, file)),
    async list(bucket) {
      const out = await aws('s3api', 'list-objects-v2', '--bucket', bucket, '--page-size', '2', '--output', 'json');
      const page = (out.trim() === '' ? {} : JSON.parse(out)) as { Contents?: { Key: string }[] };
      return (page.Contents ?? []).map((entry) => entry.Key);
    },
    async getBytes(bucket, key) {
      await aws('s3api', 'get-object', '--bucket', bucket, '--key', key, scratch);
      const bytes = await readFile(scratch);
      await rm(scratch);
      return bytes;
    },
    remove: async (bucket, key) => void (await aws('s3api', 'delete-object', '--bucket', bucket, '--key', key)),
    async presignGet(bucket, key, signing) {
      const args = ['s3', 'presign', `s3://${bucket}/${key}`, '--expires-in', String(signing.expiresInSeconds)];
      const changes = {
        ...(signing.accessKeyId === undefined ? {} : { AWS_ACCESS_KEY_ID: signing.accessKeyId }),
        ...(signing.secretAccessKey === undefined ? {} : { AWS_SECRET_ACCESS_KEY: signing.secretAccessKey }),
        ...(signing.region === undefined ? {} : { AWS_DEFAULT_REGION: signing.region }),
      };
      if (signing.clockOffsetSeconds === undefined) return (await awsWith(changes, ...args)).trim();
      // The clock is another from the start of a program on.
      const [program = '', ...before] = [...otherClock(signing.clockOffsetSeconds), awsCli];
      return (await runWell(program, [...before, ...args], { env: { ...environment, ...changes } })).trim();
    },
    close: loaded.close,
  };
}

clientJourney({
  name: 'aws cli',
  isHere: (t) => hasTool(t, awsCli, ['--version']) && hasTool(t, 'faketime', ['-f', '+1s', 'true']),
  open: openAwsCli,
  cannot: { keys: {}, presignPut: 'aws s3 presign supports only GET' },
  presigns: 'v4',
});
