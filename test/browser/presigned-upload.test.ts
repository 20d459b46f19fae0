import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { type Bucket, bucket } from '@tidegate/presign';
import type { Browser, Page } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { type Product, startProduct } from '../product-server.ts';
import { hasChromium, startChromium } from './chromium.ts';

/*
 * An application on an origin of its own, whose page uploads by presigned URL straight to the store: what the CORS rules of a
 * bucket are for.
 */
let product: Product;
let application: Server;
let origin: string;
let browser: Browser | undefined;

before(async () => {
  product = await startProduct();
  application = createServer((_, response) => response.end('<!doctype html><title>application</title>'));
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  const address = application.address();
  origin = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  await product.tidegate('mb', 'open');
  await product.tidegate('mb', 'closed');
  const { endpoint, accessKeyId, secretAccessKey } = product;
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const rule = {
    AllowedOrigins: [origin],
    AllowedMethods: ['PUT', 'GET', 'POST'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag'],
  };
  await s3.send(new PutBucketCorsCommand({ Bucket: 'open', CORSConfiguration: { CORSRules: [rule] } }));
  s3.destroy();
});
after(async () => {
  await browser?.close();
  application?.close();
  await product?.stop();
});

function linksOf(name: string): Bucket {
  const { endpoint, accessKeyId, secretAccessKey } = product;
  return bucket(name, { endpoint, credentials: { accessKeyId, secretAccessKey } });
}

async function openPage(): Promise<Page> {
  browser ??= await startChromium();
  const page = await browser.newPage();
  await page.goto(origin);
  return page;
}

/** What a page's own script sees of a request. */
function fetchInPage(page: Page, url: string, options: { method: string; type?: string; body?: string }) {
  return page.evaluate(
    async ([target, { method, type, body }]) => {
      try {
        const answer = await fetch(target, {
          method,
          ...(type === undefined ? {} : { headers: { 'content-type': type } }),
          ...(body === undefined ? {} : { body }),
        });
        return { status: answer.status, etag: answer.headers.get('etag'), text: await answer.text() };
      } catch (error) {
        return { status: 0, etag: null, text: String(error) };
      }
    },
    [url, options] as const,
  );
}

test('SIG-100 a page of another origin uploads by a presigned PUT URL and reads the ETag, after a preflight without a signature', async (t) => {
  if (!hasChromium(t)) return;
  const page = await openPage();
  const put = linksOf('open').presignPut('from a browser.txt', { type: 'text/plain' });
  const answer = await fetchInPage(page, put.url, { method: 'PUT', type: 'text/plain', body: 'from a page' });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.etag ?? '', /^"[0-9a-f]{32}"$/);
  const stored = await bareRequest(linksOf('open').presignGet('from a browser.txt'));
  assert.equal(stored.body.toString(), 'from a page');
  await page.close();
});

test('SIG-100 the page can read why a link was refused, because errors have CORS headers too', async (t) => {
  if (!hasChromium(t)) return;
  const page = await openPage();
  const url = linksOf('open').presignGet('from a browser.txt').replace('from%20a', 'from%20the');
  const answer = await fetchInPage(page, url, { method: 'GET' });
  assert.equal(answer.status, 403);
  assert.match(answer.text, /<Code>SignatureDoesNotMatch<\/Code>/);
  await page.close();
});

test('a page uploads by a POST form with FormData, bounded by its policy', async (t) => {
  if (!hasChromium(t)) return;
  const page = await openPage();
  const form = linksOf('open').presignPost({ key: 'by form.txt', size: { min: 1, max: 20 } });
  const send = (text: string) =>
    page.evaluate(
      async ([url, fields, content]) => {
        const data = new FormData();
        for (const [name, value] of Object.entries(fields)) data.append(name, value);
        data.append('file', new Blob([content]), 'by form.txt');
        const answer = await fetch(url, { method: 'POST', body: data });
        return { status: answer.status, text: await answer.text() };
      },
      [form.url, form.fields, text] as const,
    );
  assert.equal((await send('short enough')).status, 204);
  const refused = await send('longer than the twenty bytes');
  assert.equal(refused.status, 400);
  assert.match(refused.text, /<Code>EntityTooLarge<\/Code>/);
  assert.equal((await bareRequest(linksOf('open').presignGet('by form.txt'))).body.toString(), 'short enough');
  await page.close();
});

test('SIG-100 a bucket without CORS rules lets no page of another origin read or write', async (t) => {
  if (!hasChromium(t)) return;
  const page = await openPage();
  const put = linksOf('closed').presignPut('never.txt', { type: 'text/plain' });
  const answer = await fetchInPage(page, put.url, { method: 'PUT', type: 'text/plain', body: 'never' });
  assert.deepEqual([answer.status, answer.etag], [0, null]);
  assert.equal((await bareRequest(linksOf('closed').presignGet('never.txt'))).status, 404);
  await page.close();
});

test('SHR-15 a refused link that a person opens is a page in words, with the status of the refusal', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const page = await browser.newPage();
  const url = linksOf('open')
    .presignGet('from a browser.txt')
    .replace(/.$/, (digit) => (digit === 'a' ? 'b' : 'a'));
  const answer = await page.goto(url);
  assert.equal(answer?.status(), 403);
  assert.match(answer?.headers()['content-type'] ?? '', /^text\/html/);
  assert.equal(await page.locator('h1').count(), 1);
  assert.doesNotMatch((await page.textContent('body')) ?? '', /X-Amz-Signature/);
  await page.close();
});

test('SEC-501 a stored page with script has no origin to act in', async (t) => {
  if (!hasChromium(t)) return;
  const html = '<!doctype html><title>x</title><script>document.title = "origin " + self.origin</script>';
  const put = linksOf('open').presignPut('page.html', { type: 'text/html' });
  await bareRequest(put.url, { method: 'PUT', headers: { 'Content-Type': 'text/html' }, body: html });
  browser ??= await startChromium();
  const page = await browser.newPage();
  await page.goto(linksOf('open').presignGet('page.html'));
  assert.equal(await page.title(), 'origin null');
  await page.close();
});
