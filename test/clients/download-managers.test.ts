import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Bucket, bucket } from '@tidegate/presign';
import { chromium } from 'playwright-core';
import { hasChromium } from '../browser/chromium.ts';
import { hasTool, run } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';

/** Client speeds, each with an object that takes two or three seconds. The first is smaller than what sockets may buffer. */
const speeds = [
  { mbPerS: 1, objectBytes: 2_500_000 },
  { mbPerS: 5, objectBytes: 12_000_000 },
  { mbPerS: 20, objectBytes: 40_000_000 },
] as const;
type Speed = (typeof speeds)[number];

let product: Product;
let media: Bucket;
const digests = new Map<number, string>();

before(async () => {
  product = await startProduct(['--workers', '2']);
  media = bucket('media', { endpoint: product.endpoint, region: 'us-east-1', store: 'tidegate', credentials: product });
  await product.tidegate('mb', 'media');
  for (const { objectBytes } of speeds) {
    const body = Buffer.alloc(objectBytes);
    for (let at = 0; at + 4 <= objectBytes; at += 1_024) body.writeUInt32BE(at, at);
    digests.set(objectBytes, createHash('sha256').update(body).digest('hex'));
    const put = await fetch(media.presignPut(`of-${objectBytes}`).url, { method: 'PUT', body });
    assert.equal(put.status, 200);
  }
});
after(() => product.stop());

/** Where a program is asked to put what it downloads, and from where. */
type Job = { readonly url: string; readonly file: string; readonly folder: string; readonly speed: Speed };

/** A program and how it downloads. `rate`: it cannot limit itself, so that the link does. */
type Program = {
  readonly name: string;
  readonly tool: readonly [program: string, ...args: string[]];
  readonly rate?: boolean;
  readonly download: (job: Job) => Promise<unknown>;
};

const path = { PATH: process.env['PATH'] ?? '' };

async function mustRun(program: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(program, args, { env: path });
  assert.equal(code, 0, `${program} ended with ${code}\n${stdout.toString().slice(-2_000)}\n${stderr.slice(-2_000)}`);
}

const aria2c = (connections: number): Program => ({
  name: `aria2c -x${connections}`,
  tool: ['aria2c', '--version'],
  download: ({ url, file, folder, speed }) =>
    mustRun(
      ...(['aria2c', '--no-conf', '--allow-overwrite=true', '--max-tries=1', '--file-allocation=none'] as const),
      ...[`-x${connections}`, `-s${connections}`, '-k1M', `--max-download-limit=${speed.mbPerS * 1_000_000}`],
      ...['-d', folder, '-o', file.slice(folder.length + 1), url],
    ),
});

/** Runs a program until its file has about half of the object, ends it, and resolves when it is gone. */
async function breakAtHalf({ file, speed }: Job, program: string, ...args: readonly string[]): Promise<void> {
  const child: ChildProcess = spawn(program, args, { stdio: 'ignore', env: path });
  const ended = new Promise((resolve) => child.once('close', resolve));
  for (let bytes = 0; bytes < speed.objectBytes / 2 && child.exitCode === null; ) {
    await wait(20);
    bytes = existsSync(file) ? (await stat(file)).size : 0;
  }
  assert.equal(child.exitCode, null, 'it ended before it was broken');
  child.kill('SIGKILL');
  await ended;
}

const limitOf = ({ mbPerS }: Speed): string => String(mbPerS * 1_000_000);

const programs: readonly Program[] = [
  aria2c(2),
  aria2c(4),
  aria2c(16),
  {
    name: 'axel -n 4',
    tool: ['axel', '--version'],
    download: ({ url, file, speed }) => mustRun('axel', '-q', '-n', '4', '-s', limitOf(speed), '-o', file, url),
  },
  {
    name: 'wget -c after a break',
    tool: ['wget', '--version'],
    async download(job) {
      const args = ['-q', '--tries=1', `--limit-rate=${limitOf(job.speed)}`, '-O', job.file] as const;
      await breakAtHalf(job, 'wget', ...args, job.url);
      await mustRun('wget', '-c', ...args, job.url);
    },
  },
  {
    name: 'curl',
    tool: ['curl', '--version'],
    download: ({ url, file, speed }) => mustRun('curl', '-sSf', '--limit-rate', limitOf(speed), '-o', file, url),
  },
  {
    name: 'curl -C - after a break',
    tool: ['curl', '--version'],
    async download(job) {
      const args = ['-sSf', '--limit-rate', limitOf(job.speed), '-o', job.file] as const;
      await breakAtHalf(job, 'curl', ...args, job.url);
      await mustRun('curl', '-C', '-', ...args, job.url);
    },
  },
  {
    name: 'curl, eight ranges at once',
    tool: ['curl', '--version'],
    async download({ url, file, speed: { mbPerS, objectBytes } }) {
      const size = Math.ceil(objectBytes / 8);
      const parts = Array.from({ length: 8 }, (_, n) => `${n * size}-${Math.min(objectBytes, (n + 1) * size) - 1}`);
      const rate = String((mbPerS * 1_000_000) / 8);
      const get = (range: string) =>
        mustRun('curl', '-sSf', '--limit-rate', rate, '-r', range, '-o', `${file}.${range}`, url);
      await Promise.all(parts.map(get));
      await mustRun('sh', '-c', `cat ${parts.map((range) => `'${file}.${range}'`).join(' ')} > '${file}'`);
    },
  },
];

const urlOf = (name: string, { mbPerS, objectBytes }: Speed, rate: boolean): string =>
  media.presignGet(`of-${objectBytes}`, {
    expiresIn: 600,
    limits: { uses: 1, id: name.replace(/[^a-zA-Z0-9]+/g, '-'), ...(rate && { rate: mbPerS * 1_000_000 }) },
  });

async function isWhole(file: string, { objectBytes }: Speed): Promise<void> {
  const hash = createHash('sha256').update(await readFile(file));
  assert.equal(hash.digest('hex'), digests.get(objectBytes));
}

/** One use was there, it bought the object once, and it is gone. */
async function downloadOnce({ name, rate, download }: Program, speed: Speed): Promise<void> {
  const url = urlOf(`${name} ${speed.mbPerS}`, speed, rate === true);
  const folder = await mkdtemp(join(product.folder, 'download-'));
  const file = join(folder, 'object');
  await download({ url, file, folder, speed });
  await isWhole(file, speed);
  const again = await fetch(url);
  assert.equal(again.status, 403, 'the use is gone');
  assert.match(await again.text(), /LinkUsesSpent/);
}

for (const speed of speeds) {
  test(`LDG-11 LDG-12 LDG-13 download programs finish on a link with one use at ${speed.mbPerS} MB/s`, async (t) => {
    const here = programs.filter(({ tool: [program, ...args] }) => hasTool(t, program, args));
    const outcomes = await Promise.allSettled(here.map((program) => downloadOnce(program, speed)));
    const failed = outcomes.flatMap((outcome, n) =>
      outcome.status === 'rejected' ? [`${here[n]?.name}: ${outcome.reason}`] : [],
    );
    assert.deepEqual(failed, []);
  });
}

/** Downloads by a click as a user does, with the parallel requests that Chromium makes of a slow download. */
async function downloadInChromium(t: TestContext): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--enable-features=ParallelDownloading'],
  });
  t.after(() => browser.close());
  const download = async ({ url, file }: Job): Promise<void> => {
    const page = await browser.newPage();
    const [begun] = await Promise.all([page.waitForEvent('download'), page.goto(url).catch(() => undefined)]);
    await begun.saveAs(file);
    assert.equal(await begun.failure(), null);
  };
  const program: Program = { name: 'chromium', tool: ['chromium'], rate: true, download };
  await Promise.all(speeds.map((speed) => downloadOnce(program, speed)));
}

test('LDG-11 LDG-12 LDG-13 LNK-28 Chromium finishes its downloads on links with one use and a rate', async (t) => {
  if (hasChromium(t)) await downloadInChromium(t);
});
