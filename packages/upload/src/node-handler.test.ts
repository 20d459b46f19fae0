import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { createUploader, UploadError } from './index.ts';
import { tidyName } from './server/object-key.ts';
import { toNodeHandler } from './server.ts';

type Handler = (request: Request) => Promise<Response>;

/** A server of Node whose requests are changed as a framework would, before the handler gets them. */
async function serve(
  t: TestContext,
  handler: Handler,
  { change = () => ({}), onError }: { change?: () => object; onError?: (error: unknown) => void } = {},
): Promise<string> {
  const answer = toNodeHandler(handler, onError);
  const server = createServer((request, response) => void answer(Object.assign(request, change()), response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
}

const echo: Handler = async (request) => {
  const { method, url, headers } = request;
  const answer = new Response(
    JSON.stringify([method, new URL(url).pathname, headers.get('x-two'), await request.text()]),
    {
      status: 201,
    },
  );
  answer.headers.append('set-cookie', 'a=1');
  answer.headers.append('set-cookie', 'b=2');
  return answer;
};

test('UPL-12 a request of node:http reaches the handler whole, and its answer the client', async (t) => {
  const origin = await serve(t, echo);
  const headers = { 'x-two': 'é'.normalize('NFD').replace(/\P{ASCII}/gu, '') };
  const answer = await fetch(`${origin}//there?x`, { method: 'POST', headers, body: '{"ä":1}' });
  assert.equal(answer.status, 201);
  assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.deepEqual(await answer.json(), ['POST', '/there', 'e', '{"ä":1}']);
});

for (const [what, body] of [
  ['parsed', { action: 'list' }],
  ['as text', '{"action":"list"}'],
  ['as bytes', new TextEncoder().encode('{"action":"list"}')],
] as const) {
  test(`UPL-12 a body that a framework has read, ${what}, is taken from it`, async (t) => {
    const answer = await fetch(await serve(t, echo, { change: () => ({ body }) }), { method: 'POST', body: 'other' });
    assert.deepEqual((await answer.json()).at(-1), '{"action":"list"}');
  });
}

test('UPL-12 a body over 1 MiB is not kept', async (t) => {
  const answer = await fetch(await serve(t, echo), { method: 'POST', body: 'x'.repeat(1_048_577) });
  assert.deepEqual((await answer.json()).at(-1), '');
});

test('UPL-1 an error that is not a refusal is passed to the application and returns 500', async (t) => {
  const errors: unknown[] = [];
  const fail: Handler = () => Promise.reject(new Error('of the application'));
  const answer = await fetch(await serve(t, fail, { onError: (error) => errors.push(error) }));
  assert.deepEqual([answer.status, await answer.text(), String(errors[0])], [500, '', 'Error: of the application']);
  const next: unknown[] = [];
  const request = Object.assign(Readable.from([]), { headers: {} });
  const response = { statusCode: 0, headersSent: false, setHeader: () => undefined, end: () => undefined };
  await toNodeHandler(fail)(request, response, (error) => next.push(error));
  assert.equal(String(next[0]), 'Error: of the application');
});

test('UPL-3 UPL-4 a page that knows the rules says at once what the application would refuse', async () => {
  const uploader = createUploader({ endpoint: 'http://127.0.0.1:1/', accept: ['image/*', '.pdf'], maxSize: '1.5KB' });
  for (const [name, size, code, hint] of [
    ['a.txt', 1, 'TypeNotAllowed', 'Choose one of: image/*, .pdf.'],
    ['a.PDF', 1501, 'TooLarge', 'Choose one of at most 1.5KB.'],
  ] as const) {
    const error = await uploader.upload(new File([new Uint8Array(size)], name)).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof UploadError);
    assert.deepEqual([error.code, error.hint], [code, hint]);
  }
});

for (const [given, tidied] of [
  ['photo.jpg', 'photo.jpg'],
  ['C:\\Users\\me\\a b.txt', 'a b.txt'],
  ['../..', 'file'],
  ['', 'file'],
  ['.env', 'env'],
  ['a\u0000b\n<c>.txt', 'a_b__c_.txt'],
  ['Ärger\ud800.txt', 'Ärger_.txt'],
  [`${'x'.repeat(300)}.tar`, `${'x'.repeat(116)}.tar`],
] as const) {
  test(`UPL-2 the name ${JSON.stringify(given.slice(0, 30))} is tidied`, () => assert.equal(tidyName(given), tidied));
}
