import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { consoleAddress } from './console-address.ts';

let product: Product;
let origin: string;

before(async () => {
  product = await startProduct(['--console-listen', '127.0.0.1:0', '--log', 'json']);
  origin = await consoleAddress(product);
});
after(() => product.stop());

const linkMark = /<a [^>]*href="([^"]+)"/g;
const anchorMark = /\sid="([^"]+)"/g;

test('every link in the documents that a server serves leads to an existing page and anchor', async () => {
  const pages = new Map<string, string>();
  const asked: { readonly from: string; readonly to: URL }[] = [{ from: '', to: new URL('/_/docs/', origin) }];
  for (const { from, to } of asked) {
    if (to.origin !== origin || !to.pathname.startsWith('/_/docs/') || pages.has(to.pathname)) continue;
    const answer = await fetch(to);
    assert.equal(answer.status, 200, `${to.pathname}, from ${from}`);
    const text = await answer.text();
    pages.set(to.pathname, text);
    if (answer.headers.get('content-type')?.startsWith('text/html') !== true) continue;
    for (const [, href = ''] of text.matchAll(linkMark)) asked.push({ from: to.pathname, to: new URL(href, to) });
  }
  assert.ok(pages.size > 20, [...pages.keys()].join(' '));
  const lost = asked.filter(({ to }) => {
    if (to.hash === '' || to.origin !== origin) return false;
    const anchors = [...(pages.get(to.pathname) ?? '').matchAll(anchorMark)].map(([, id]) => id);
    return !anchors.includes(decodeURIComponent(to.hash.slice(1)));
  });
  assert.deepEqual(
    lost.map(({ from, to }) => `${from}: ${to.pathname}${to.hash}`),
    [],
  );
});

test('ADM-9 the type of a refusal leads to what is said about it', async () => {
  const refused = await fetch(`${product.endpoint}/_/api/v1/links`);
  const { type } = await refused.json();
  const [path = '', anchor = ''] = String(type).split('#');
  const page = await (await fetch(`${origin}${path}`)).text();
  assert.ok(anchor !== '' && page.includes(` id="${anchor}"`), String(type));
});

test('SEC-504 a page brings nothing foreign, is asked for again, and is sent as small as the reader takes it', async () => {
  const first = await fetch(`${origin}/_/docs/reasons`, { headers: { 'accept-encoding': 'br' } });
  assert.equal(first.headers.get('content-encoding'), 'br');
  assert.equal(first.headers.get('cache-control'), 'no-cache');
  assert.match(first.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self';/);
  assert.match(await first.text(), /<h2 id="linkrevoked">LinkRevoked/);
  const etag = first.headers.get('etag') ?? '';
  assert.equal((await fetch(`${origin}/_/docs/reasons`, { headers: { 'if-none-match': etag } })).status, 304);
  const markdown = await fetch(`${origin}/_/docs/reasons.md`);
  assert.equal(markdown.headers.get('content-type'), 'text/markdown; charset=utf-8');
  assert.match(await markdown.text(), /^## LinkRevoked$/m);
});

test('SEC-512 what is no page is not found, and the S3 address has none', async () => {
  for (const name of ['nothing', 'reasons.html.br', '..%2f..%2fpackage.json', 'reasons/', '.built-from'])
    assert.equal((await fetch(`${origin}/_/docs/${name}`)).status, 404, name);
  assert.equal((await fetch(`${product.endpoint}/_/docs/reasons`)).status, 404);
});
