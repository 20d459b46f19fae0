import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { bucket } from '@tidegate/presign';
import type { Browser } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { hasChromium, startChromium } from '../browser/chromium.ts';
import { runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const libraries = ['presign', 'upload'];

let product: Product;
let browser: Browser | undefined;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-examples-'));
  product = await startProduct();
  await product.tidegate('mb', 'uploads');
  // Browsers and bundlers get what is published, not sources.
  const compiler = join(root, 'node_modules/.bin/tsc');
  const projects = ['packages/presign/tsconfig.node.json', 'packages/upload'].map((path) => join(root, path));
  await runWell(compiler, ['-b', ...projects], { env: environment() });
});
after(async () => {
  await browser?.close();
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What this machine needs to reach its registry, and nothing of the test runner's. */
function environment(): Record<string, string> {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
  const named = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return { ...Object.fromEntries(named), NEXT_TELEMETRY_DISABLED: '1', CI: 'true' };
}

/** The example in a folder of its own, with its packages as its lock names them, and ours as they are packed. */
async function install(name: string): Promise<string> {
  const example = join(folder, name);
  await cp(join(root, 'examples', name), example, {
    recursive: true,
    filter: (path) => !/[\\/](?:node_modules|\.next)(?:[\\/]|$)/.test(path.slice(root.length)),
  });
  if (name !== 'upload-html') {
    const args = [
      'ci',
      '--prefix',
      example,
      '--ignore-scripts',
      '--no-fund',
      '--no-audit',
      '--loglevel=error',
      '--prefer-offline',
    ];
    await runWell('npm', args, { env: environment(), timeoutMs: 280_000 });
  }
  for (const library of libraries) {
    const to = join(example, 'node_modules/@tidegate', library);
    await mkdir(to, { recursive: true });
    for (const part of ['package.json', 'dist'])
      await cp(join(root, 'packages', library, part), join(to, part), { recursive: true });
  }
  return example;
}

/** Starts a program and resolves to the address that it says. */
async function serve(t: TestContext, program: string, args: readonly string[], cwd: string): Promise<string> {
  const { endpoint, environment: store } = product;
  const child: ChildProcess = spawn(program, args, {
    cwd,
    env: { ...environment(), ...store, PATH: environment()['PATH'], AWS_ENDPOINT_URL: endpoint, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  });
  return await new Promise((resolve, reject) => {
    let said = '';
    const read = (text: Buffer) => {
      said += text;
      const port = /http:\/\/(?:127\.0\.0\.1|localhost):(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${said}`)));
  });
}

async function allow(origin: string): Promise<void> {
  const { endpoint, accessKeyId, secretAccessKey } = product;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const rule = { AllowedOrigins: [origin], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] };
  await s3.send(new PutBucketCorsCommand({ Bucket: 'uploads', CORSConfiguration: { CORSRules: [rule] } }));
  s3.destroy();
}

/** Sends a file of each kind by the page, as a person does, and finds both in the store. */
async function uploadByPage(origin: string): Promise<void> {
  await allow(origin);
  browser ??= await startChromium();
  const page = await browser.newPage();
  await page.goto(origin, { timeout: 120_000 });
  // A page that a server has rendered listens only once its script has run.
  await page.waitForLoadState('networkidle');
  const sizes = { 'small.bin': 1000, 'large.bin': 17 * 1024 ** 2 };
  const files = Object.entries(sizes).map(([name, size]) => ({ name, mimeType: '', buffer: Buffer.alloc(size, name) }));
  await page.getByLabel('Files').setInputFiles(files);
  const { endpoint, accessKeyId, secretAccessKey } = product;
  const links = bucket('uploads', { endpoint, credentials: { accessKeyId, secretAccessKey } });
  for (const [name, size] of Object.entries(sizes)) {
    const row = page.getByRole('listitem').filter({ hasText: `${name}: stored as ` });
    await row.waitFor({ timeout: 120_000 });
    const key = /stored as (anna\/[\da-f-]{36}\/[a-z]+\.bin)/.exec((await row.textContent()) ?? '')?.[1] ?? '';
    const head = await bareRequest(links.presignHead(key), { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers['content-length']], [200, String(size)], key);
  }
  await page.close();
}

for (const [name, file] of [
  ['upload-html', 'server.mjs'],
  ['upload-express', 'server.js'],
  ['upload-fastify', 'server.js'],
] as const) {
  test(`UPL-5 the page of ${name} uploads by the handler`, async (t) => {
    if (!hasChromium(t)) return;
    const example = await install(name);
    await uploadByPage(await serve(t, process.execPath, [file], example));
  });
}

test('UPL-5 the page of upload-next is built, and uploads by its route', async (t) => {
  if (!hasChromium(t)) return;
  const example = await install('upload-next');
  const next = join(example, 'node_modules/next/dist/bin/next');
  await runWell(process.execPath, [next, 'build', example], { env: environment(), timeoutMs: 280_000 });
  await uploadByPage(await serve(t, process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', '0'], example));
});
