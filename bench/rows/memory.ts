import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bucket, bucket } from '@tidegate/presign';
import { type Product, startProduct } from '../../test/product-server.ts';
import type { Row } from '../row.ts';

const gib = 1024 ** 3;
let product: Product;
let links: Bucket;

async function start(folder?: string): Promise<void> {
  product = await startProduct(['--log-level', 'warn'], folder);
  links = bucket('bench', {
    endpoint: product.endpoint,
    credentials: { accessKeyId: product.accessKeyId, secretAccessKey: product.secretAccessKey },
  });
}

async function open(): Promise<void> {
  await start();
  await product.tidegate('mb', 'bench');
}

let data: string;

async function openStored(): Promise<void> {
  data = await mkdtemp(join(tmpdir(), 'tidegate-five-gib-'));
  await start(data);
  await product.tidegate('mb', 'bench');
  await upload();
}

async function restart(): Promise<void> {
  await product.stop();
  await start(data);
}

/** Highest resident size of the server in MB since it started, as the kernel counted it. */
function peakMegabytes(): number {
  const [, kilobytes = 'NaN'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${product.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** 5 GiB are made on the way, so that the client's disk is not part of it. */
async function shell(command: string): Promise<void> {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command.split(' ')[0]} ended with ${code}`);
}

const upload = () =>
  shell(
    `head -c ${5 * gib} /dev/zero | curl -sS --fail -T - -H 'Content-Length: ${5 * gib}' -H 'Transfer-Encoding:' '${links.presignPut('five-gib').url}'`,
  );
const download = () => shell(`curl -sS --fail -o /dev/null '${links.presignGet('five-gib')}'`);

/** The limit is the bar of REL and of the product's own promise: 250 MB while 5 GiB go up and down by presigned URLs. */
export const memoryRows: readonly Row[] = [
  {
    id: 'P29',
    what: 'peak MB of the server over a PUT and a GET of 5 GiB by presigned URL',
    against: '200 MB',
    unit: 'MB',
    target: 1,
    atLeast: false,
    open,
    run: async () => {
      await upload();
      await download();
      return { a: peakMegabytes(), b: 200 };
    },
    close: () => product.stop(),
  },
  {
    id: 'P30',
    what: 'peak MB of the server over a GET of 5 GiB by a reader that takes 250 MB a second',
    against: '150 MB',
    unit: 'MB',
    target: 1,
    atLeast: false,
    open: openStored,
    run: async () => {
      // What the server before had at its highest is not this one's.
      await restart();
      await shell(`curl -sS --fail --limit-rate 250M -o /dev/null '${links.presignGet('five-gib')}'`);
      return { a: peakMegabytes(), b: 150 };
    },
    close: async () => {
      await product.stop();
      await rm(data, { recursive: true, force: true });
    },
  },
];
