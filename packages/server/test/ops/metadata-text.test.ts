import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { form, type Pair, queryV2, queryV4, send } from '../one-view-fixture.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  // Signers differ in how they sign bytes beyond ASCII, so anybody may write.
  await server.signed('PUT', '/meta', { headers: { 'x-amz-acl': 'public-read-write' } });
});
after(() => server.stop());

async function title(key: string): Promise<string | null> {
  return (await server.signed('HEAD', `/meta/${key}`)).headers.get('x-amz-meta-title');
}

const name = 'x-amz-meta-title';
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

for (const [what, sent, returned] of [
  ['plain ASCII', 'a = b?', 'a = b?'],
  ['an encoded word of ASCII', '=?UTF-8?Q?a_b?=', 'a b'],
  ['an encoded word', '=?utf-8?q?M=C3=BCller?=', '=?UTF-8?Q?M=C3=BCller?='],
  ['UTF-8', latin1('Müller'), '=?UTF-8?Q?M=C3=BCller?='],
  ['letters of ISO 8859-1', 'M\xfcller', '=?UTF-8?Q?M=C3=BCller?='],
] as const) {
  test(`WIRE-102 ${what} in a header of metadata is returned as ${returned}`, async () => {
    const asked = {
      method: 'PUT',
      path: '/meta/header',
      query: [],
      headers: [[name, sent] as Pair],
      body: 'x',
    } as const;
    assert.equal((await send(server, asked)).status, 200);
    assert.equal(await title('header'), returned);
  });
}

test('WIRE-102 text beyond ASCII in the metadata of forms and in SigV2 links is returned as encoded words', async () => {
  for (const version of ['v4', 'v2'] as const) {
    const fields: Pair[] = [
      ['key', `form-${version}`],
      [name, '日本'],
    ];
    assert.equal((await send(server, form(server, version, '/meta', fields))).status, 204);
    assert.equal(await title(`form-${version}`), '=?UTF-8?B?5pel5pys?=');
  }
  const asked = { method: 'PUT', path: '/meta/link', query: [[name, '日本'] as Pair], headers: [], body: 'x' } as const;
  for (const sign of [queryV2, queryV4]) {
    const answer = await send(server, sign(server, asked));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await title('link'), '=?UTF-8?B?5pel5pys?=');
    await server.signed('DELETE', '/meta/link');
  }
});
