import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { type Bucket, bucket } from '@tidegate/presign';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { bareRequest } from '../bare-http.ts';
import { type Product, startProduct } from '../product-server.ts';
import { hasChromium, startChromium } from './chromium.ts';

/*
 * A page of another origin whose scripts are tus-js-client and Uppy as npm has them, against one presigned PUT URL. The bucket's
 * CORS rule is the one that a presigned PUT needs anyway: it names neither PATCH nor a header of tus.
 */
let product: Product;
let application: Server;
let origin: string;
let browser: Browser | undefined;

before(async () => {
  product = await startProduct();
  const scripts = new Map([
    ['/tus.js', await readFile(fileURLToPath(import.meta.resolve('tus-js-client/dist/tus.min.js')), 'utf8')],
    ['/uppy.js', await bundleUppy()],
  ]);
  application = createServer(({ url = '' }, response) => {
    const script = scripts.get(url);
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? '<!doctype html><title>application</title><link rel="icon" href="data:,">');
  });
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  const address = application.address();
  origin = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  await product.tidegate('mb', 'uploads');
  const { endpoint, accessKeyId, secretAccessKey } = product;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const rule = { AllowedOrigins: [origin], AllowedMethods: ['PUT'] };
  await s3.send(new PutBucketCorsCommand({ Bucket: 'uploads', CORSConfiguration: { CORSRules: [rule] } }));
  s3.destroy();
});
after(async () => {
  await browser?.close();
  application?.close();
  await product?.stop();
});

/** Uppy in one file, as an application would build it. */
async function bundleUppy(): Promise<string> {
  const entry = 'virtual:uppy-entry';
  const source =
    "import Uppy from '@uppy/core'; import Tus from '@uppy/tus'; window.Uppy = Uppy; window.UppyTus = Tus;";
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
        load: (id) => (id === `\0${entry}` ? source : undefined),
      },
    ],
    build: { write: false, minify: false, rolldownOptions: { input: entry, output: { format: 'iife' } } },
  });
  const [outcome] = Array.isArray(built) ? built : [built];
  if (outcome === undefined || !('output' in outcome)) throw new Error('Nothing was built.');
  return outcome.output[0].code;
}

function links(): Bucket {
  const { endpoint, accessKeyId, secretAccessKey } = product;
  return bucket('uploads', { endpoint, store: 'tidegate', credentials: { accessKeyId, secretAccessKey } });
}

async function openPage(): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  browser ??= await startChromium();
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(origin);
  return { page, faults };
}

async function checkStored(key: string, sizeBytes: number): Promise<void> {
  const { body, status } = await bareRequest(links().presignGet(key));
  assert.equal(status, 200);
  assert.equal(body.byteLength, sizeBytes);
  for (let at = 0; at < sizeBytes; at += 65_537) assert.equal(body[at], at % 251, `the byte ${at}`);
}

test('LNK-57 tus-js-client in a page of another origin sends a file by one URL, and goes on after the page was reloaded', async (t) => {
  if (!hasChromium(t)) return;
  const { page, faults } = await openPage();
  const { url } = links().presignPut('by tus', { limits: { resumable: true, uses: 1 } });
  const sizeBytes = 12_000_000;
  const start = (stopAfter: number) =>
    page.evaluate(
      ([endpoint, size, stop]) =>
        new Promise<string>((resolve) => {
          const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
          const file = new File([bytes], 'a.bin', { type: 'application/x-tide', lastModified: 1 });
          // @ts-expect-error: the script of tus-js-client put it there.
          const upload = new window.tus.Upload(file, {
            endpoint,
            chunkSize: 2_000_000,
            metadata: { filetype: file.type },
            onError: (error: unknown) => resolve(`error: ${error}`),
            onSuccess: () => resolve('done'),
            onChunkComplete: (_: number, accepted: number) => {
              if (accepted < stop) return;
              upload.abort().then(() => resolve(`stopped at ${accepted}`));
            },
          });
          upload.findPreviousUploads().then((previous: { uploadUrl: string }[]) => {
            if (previous[0] !== undefined) upload.resumeFromPreviousUpload(previous[0]);
            upload.start();
          });
        }),
      [url, sizeBytes, stopAfter] as const,
    );
  await page.addScriptTag({ url: '/tus.js' });
  assert.equal(await start(6_000_000), 'stopped at 6000000');
  await page.reload();
  await page.addScriptTag({ url: '/tus.js' });
  const sent: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') sent.push(Number(request.headers()['upload-offset']));
  });
  assert.equal(await start(Number.POSITIVE_INFINITY), 'done');
  assert.equal(sent[0], 6_000_000);
  await checkStored('by tus', sizeBytes);
  assert.deepEqual(faults, []);
  await page.close();
});

test('LNK-57 Uppy with its tus plugin sends a file by one URL', async (t) => {
  if (!hasChromium(t)) return;
  const { page, faults } = await openPage();
  const { url } = links().presignPut('by uppy', {
    limits: { resumable: true, uses: 1, types: ['application/x-tide'] },
  });
  await page.addScriptTag({ url: '/uppy.js' });
  const outcome = await page.evaluate(async (endpoint) => {
    // @ts-expect-error: the bundle put them there.
    const { Uppy, UppyTus } = window;
    const uppy = new Uppy().use(UppyTus, { endpoint, allowedMetaFields: ['filetype'] });
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, at) => at % 251);
    const type = 'application/x-tide';
    uppy.addFile({ name: 'b.bin', type, data: new Blob([bytes], { type }), meta: { filetype: type } });
    const { successful, failed } = await uppy.upload();
    return [successful.length, failed.map((file: { error: string }) => file.error)];
  }, url);
  assert.deepEqual(outcome, [1, []]);
  await checkStored('by uppy', 3_000_000);
  assert.deepEqual(faults, []);
  await page.close();
});

test('LNK-57 a page of an origin that the rule does not name uploads nothing', async (t) => {
  if (!hasChromium(t)) return;
  const { url } = links().presignPut('foreign', { limits: { resumable: true } });
  const preflight = await bareRequest(url, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://elsewhere.example',
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'tus-resumable,upload-offset,content-type',
    },
  });
  assert.equal(preflight.status, 403);
  const unknown = await bareRequest(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'tus-resumable,x-of-the-application',
    },
  });
  assert.equal(unknown.status, 403, 'what is none of the protocols needs a rule');
});
