import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open as openFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Bucket, bucket } from '@tidegate/presign';
import { type Product, startProduct } from '../../test/product-server.ts';
import { type Bare, outputOf, startBare } from '../load.ts';
import type { Row } from '../row.ts';

const bytes = 1024 ** 3;

let product: Product;
let links: Bucket;
let file: string;

async function openProduct(): Promise<void> {
  product = await startProduct(['--log-level', 'warn']);
  links = bucket('bench', {
    endpoint: product.endpoint,
    credentials: { accessKeyId: product.accessKeyId, secretAccessKey: product.secretAccessKey },
  });
  await product.tidegate('mb', 'bench');
  file = join(product.folder, 'one-gib');
  const out = await openFile(file, 'w');
  const block = Buffer.alloc(1024 ** 2, 'tidegate');
  for (let n = 0; n < bytes / block.length; n++) await out.write(block);
  await out.sync();
  await out.close();
}

/** MB/s as curl itself measured it. */
async function curlMegabytesPerSecond(...args: string[]): Promise<number> {
  const out = await outputOf('curl', [
    '-sS',
    '--fail',
    '-o',
    '/dev/null',
    '-w',
    '%{speed_download} %{speed_upload}',
    ...args,
  ]);
  return Math.max(...out.split(' ').map(Number)) / 1e6;
}

let nginx: { endpoint: string; stop(): Promise<void> };

async function startNginx(): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  probe.close();
  const folder = join(product.folder, 'nginx');
  await mkdir(folder);
  await writeFile(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root; ' : ''}worker_processes 1; daemon off; pid ${folder}/pid; error_log stderr;
events { worker_connections 64; }
http { access_log off; sendfile on; server { listen 127.0.0.1:${port}; root ${product.folder}; } }
`,
  );
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { stdio: 'ignore' });
  await outputOf('curl', [
    '-sS',
    '--retry',
    '20',
    '--retry-connrefused',
    '--retry-delay',
    '1',
    '-o',
    '/dev/null',
    `http://127.0.0.1:${port}/`,
  ]);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

let bare: Bare;
let puts = 0;

export const bigObjectRows: readonly Row[] = [
  {
    id: 'P17',
    what: 'presigned GET of 1 GiB',
    against: 'nginx with sendfile',
    unit: 'MB/s',
    target: 0.65,
    atLeast: true,
    open: async () => {
      await openProduct();
      await curlMegabytesPerSecond('-T', file, links.presignPut('one-gib').url);
      nginx = await startNginx();
    },
    run: async () => ({
      a: await curlMegabytesPerSecond(links.presignGet('one-gib')),
      b: await curlMegabytesPerSecond(`${nginx.endpoint}/one-gib`),
    }),
    close: async () => {
      await nginx.stop();
      await product.stop();
    },
  },
  {
    id: 'P18',
    what: 'durable presigned PUT of 1 GiB',
    against: 'bare node:http that reads it, hashes MD5 and discards it',
    unit: 'MB/s',
    target: 0.7,
    atLeast: true,
    open: async () => {
      await openProduct();
      bare = await startBare({ BARE_MD5: '1' });
    },
    run: async () => {
      const key = `put-${puts++ % 2}`;
      const a = await curlMegabytesPerSecond('-T', file, links.presignPut(key).url);
      return { a, b: await curlMegabytesPerSecond('-T', file, `${bare.endpoint}/${key}`) };
    },
    close: async () => {
      await bare.stop();
      await rm(file);
      await product.stop();
    },
  },
];
