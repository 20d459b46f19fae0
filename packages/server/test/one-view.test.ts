import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { readSeed } from '../../../test/seed.ts';
import {
  type Asked,
  form,
  headerV2,
  namesInSources,
  type Pair,
  queryV2,
  queryV4,
  readState,
  type SignedRequest,
  send,
} from './one-view-fixture.ts';
import { signHeaderV4 } from './sign-header-v4.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  for (const path of ['/own', '/victim', '/own/source', '/own/k']) await put(path, path);
  await put('/victim/secret', 'another secret');
});
after(() => server.stop());

async function put(path: string, body: string): Promise<void> {
  const answer = await server.signed('PUT', path, path.lastIndexOf('/') === 0 ? {} : { body });
  assert.equal(answer.status, 200);
}

async function bodyOf(path: string): Promise<string> {
  const answer = await server.signed('GET', path);
  return answer.status === 200 ? answer.text() : String(answer.status);
}

const everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"';

describe('what is verified is what is executed', () => {
  test('SIG-55 a header cannot aim a signed SigV2 copy at another bucket', async () => {
    const asked = {
      method: 'PUT',
      path: '/own/copy',
      query: [['x-amz-copy-source', 'own/source']],
      headers: [],
    } as const;
    const signed = queryV2(server, asked);
    assert.equal((await send(server, signed)).status, 200);
    const attack = await send(server, { ...signed, headers: [['x-amz-copy-source', 'victim/secret']] });
    assert.equal(attack.status, 403);
    assert.match(attack.text, /<Code>AccessDenied<.*<HeadersNotSigned>x-amz-copy-source<.*UnsignedHeader/s);
    assert.equal(await bodyOf('/own/copy'), '/own/source');
  });

  test('SIG-55 an x-amz-acl signed in a SigV2 URL is replaced by no header and by no second parameter', async () => {
    const asked = {
      method: 'PUT',
      path: '/own/acl',
      query: [['x-amz-acl', 'private']],
      headers: [],
      body: 'x',
    } as const;
    const signed = queryV2(server, asked);
    assert.equal((await send(server, signed)).status, 200);
    const state = await readState(server, '/own/acl');
    for (const attack of [
      { ...signed, headers: [['x-amz-acl', 'public-read-write'] as const] },
      { ...signed, query: [['x-amz-acl', 'public-read-write'] as const, ...signed.query] },
      { ...signed, query: [...signed.query, ['X-AMZ-ACL', 'public-read-write'] as const] },
    ]) {
      assert.equal((await send(server, attack)).status, 403);
      assert.equal(await readState(server, '/own/acl'), state);
    }
  });

  for (const version of ['v4', 'v2'] as const) {
    test(`SIG-87 headers of the request are no fields of a ${version} form`, async () => {
      const signed = form(server, version, '/own', [['key', 'form']]);
      assert.equal((await send(server, signed)).status, 204);
      const state = await readState(server, '/own/form');
      for (const [name, value] of [
        ['x-amz-acl', 'public-read'],
        ['x-amz-grant-full-control', everybody],
        ['x-amz-meta-mark', 'forged'],
        ['x-amz-tagging', 'a=b'],
        ['tagging', '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'],
        ['x-amz-storage-class', 'GLACIER'],
        ['x-amz-server-side-encryption', 'AES256'],
        ['x-amz-website-redirect-location', '/elsewhere'],
        ['x-amz-object-lock-legal-hold', 'ON'],
        ['success_action_redirect', 'https://example.com/'],
        ['success_action_status', '201'],
        ['cache-control', 'public'],
        ['expires', 'Thu, 01 Jan 2099 00:00:00 GMT'],
        ['content-disposition', 'inline'],
        ['content-encoding', 'gzip'],
        ['content-language', 'de'],
        ['key', 'other'],
      ] as const) {
        const { status } = await send(server, { ...signed, headers: [[name, value]] });
        assert.equal(status, 204, name);
        assert.equal(await readState(server, '/own/form'), state, name);
      }
    });
  }

  test('SIG-46 a condition that is signed in the query acts, and no header lifts it', async () => {
    const asked = { method: 'PUT', path: '/own/source', headers: [], body: 'replaced' } as const;
    const signed = queryV4(server, { ...asked, query: [['If-None-Match', '*']] });
    assert.equal((await send(server, signed)).status, 412);
    const lifted = await send(server, { ...signed, headers: [['if-none-match', '"other"']] });
    assert.equal(lifted.status, 403);
    assert.match(lifted.text, /<HeadersNotSigned>if-none-match</);
    assert.equal(await bodyOf('/own/source'), '/own/source');
  });

  test('SIG-16 the copy source that is read is the one that was signed, blanks and all', async () => {
    await put('/own/two%20%20blanks', 'two blanks');
    const headers = [['x-amz-copy-source', 'own/one blank']] as const;
    const signed = queryV4(server, { method: 'PUT', path: '/own/blanks', query: [], headers });
    const widened = await send(server, { ...signed, headers: [['x-amz-copy-source', 'own/one  blank']] });
    assert.equal(widened.status, 404);
    assert.match(widened.text, /<Key>one blank</);
  });
});

const ownSeed = readSeed();
const names = namesInSources();

/** Unsigned, and read all the same: they say how the body is sent, who asks, or what AWS leaves to the holder (SIG-44, SIG-103). */
const leftToHolder =
  /^(?:host|connection|content-length|transfer-encoding|expect|date|origin|referer|user-agent|range|if-.*|accept.*|cookie|authorization|x-amz-content-sha256|cache-control|expires|content-(?:type|disposition|encoding|language)|access-control-.*|x-forwarded-.*|sec-.*|upgrade|te|trailer|keep-alive|proxy-.*)$/i;
/** Headers that are read beside a form: who asks. */
const besideForm =
  /^(?:host|connection|content-length|content-type|transfer-encoding|expect|authorization|origin|upgrade|te|trailer|keep-alive|cookie)$/i;
/** Fields that no policy needs to name (SIG-87). */
const freeField = /^(?:x-ignore-.*|x-amz-checksum-.*|file)$/i;
/** What a SigV2 listing leaves open (SIG-58). */
const openInV2 =
  /^(?:list-type|prefix|delimiter|max-keys|start-after|continuation-token|encoding-type|marker|key-marker|version-id-marker|upload-id-marker|max-uploads|part-number-marker|max-parts|fetch-owner|x-id)$/;

const writes: readonly Asked[] = [
  { method: 'PUT', path: '/own/out', query: [['x-amz-acl', 'private']], headers: [], body: 'body' },
  { method: 'PUT', path: '/own/out', query: [], headers: [['x-amz-meta-a', '1']], body: 'body' },
  { method: 'PUT', path: '/own/out', query: [['x-amz-copy-source', 'own/source']], headers: [] },
  { method: 'PUT', path: '/own/out', query: [], headers: [['x-amz-copy-source', 'own/source']] },
];
const reads: readonly Asked[] = [
  { method: 'GET', path: '/own/source', query: [['response-content-type', 'text/plain']], headers: [] },
  { method: 'GET', path: '/own', query: [['prefix', 'so']], headers: [] },
  { method: 'GET', path: '/own/source', query: [['acl', '']], headers: [] },
];

type Base = {
  readonly name: string;
  readonly make: () => SignedRequest;
  readonly leaves: (mutation: Mutation) => boolean;
};
type Mutation = {
  readonly place: 'header' | 'query' | 'field';
  readonly name: string;
  readonly first: boolean;
  readonly value: string;
};

const ofUrl =
  (v2: boolean) =>
  (mutation: Mutation): boolean =>
    mutation.place === 'header' ? leftToHolder.test(mutation.name) : v2 && openInV2.test(mutation.name);
const ofForm = ({ place, name }: Mutation): boolean =>
  place === 'header' ? besideForm.test(name) : place === 'field' && freeField.test(name);

/** A header mechanism signs no parameter as a header: what a URL would carry in its query stands in headers. */
const inHeaders = (asked: Asked): Asked => ({
  ...asked,
  query: asked.query.filter(([name]) => !name.startsWith('x-amz-')),
  headers: [...asked.headers, ...asked.query.filter(([name]) => name.startsWith('x-amz-'))],
});

const bases: readonly Base[] = [
  ...[...writes, ...reads].flatMap((asked): Base[] => {
    const what = `${asked.method} ${asked.path} ${JSON.stringify([asked.query, asked.headers])}`;
    return [
      { name: `sigv4-query ${what}`, make: () => queryV4(server, asked), leaves: ofUrl(false) },
      { name: `sigv2-query ${what}`, make: () => queryV2(server, asked), leaves: ofUrl(true) },
      { name: `sigv4-header ${what}`, make: () => signHeaderV4(server, inHeaders(asked)), leaves: ofUrl(false) },
      { name: `sigv2-header ${what}`, make: () => headerV2(server, inHeaders(asked)), leaves: ofUrl(true) },
    ];
  }),
  ...(['v4', 'v2'] as const).flatMap((version): Base[] => [
    { name: `sig${version}-post`, make: () => form(server, version, '/own', [['key', 'out']]), leaves: ofForm },
    {
      name: `sig${version}-post with an ACL`,
      make: () =>
        form(server, version, '/own', [
          ['key', 'out'],
          ['acl', 'private'],
          ['Content-Type', 'text/plain'],
        ]),
      leaves: ofForm,
    },
  ]),
];

const anyCase = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    name,
    name.toUpperCase(),
    name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
  );

const valueFor = (name: string): fc.Arbitrary<string> => {
  if (/copy-source$/i.test(name)) return fc.constantFrom('victim/secret', '/victim/secret');
  if (/acl$/i.test(name)) return fc.constantFrom('public-read-write', 'public-read');
  if (/grant/i.test(name)) return fc.constant(everybody);
  if (/tagging/i.test(name)) return fc.constant('a=b');
  return fc.constantFrom('1', 'AES256', 'REPLACE', 'COPY', 'ON', 'GLACIER', '*', 'text/html', 'victim', 'secret', '');
};

const isForm = (base: Base): boolean => base.name.includes('-post');

/** Half of the names are those that the request has: a second value for one of them is the classic attack. */
const mutations = (base: Base): fc.Arbitrary<Mutation> => {
  const { query, headers, fields = [] } = base.make();
  const present = [...query, ...headers, ...fields].map(([name]) => name.toLowerCase());
  return fc
    .record({
      place: fc.constantFrom<Mutation['place']>('header', 'query', ...(isForm(base) ? (['field'] as const) : [])),
      name: fc.oneof(fc.constantFrom(...names), fc.constantFrom(...present)).chain(anyCase),
      first: fc.boolean(),
      value: fc.constant(''),
    })
    .chain((mutation) => fc.record({ ...constants(mutation), value: valueFor(mutation.name) }));
};

function constants({ place, name, first }: Mutation) {
  return { place: fc.constant(place), name: fc.constant(name), first: fc.constant(first) };
}

function mutate(request: SignedRequest, { place, name, first, value }: Mutation): SignedRequest {
  const added = (pairs: readonly Pair[]): readonly Pair[] =>
    first ? [[name, value], ...pairs] : [...pairs, [name, value]];
  if (place === 'header') return { ...request, headers: added(request.headers) };
  if (place === 'query') return { ...request, query: added(request.query) };
  return { ...request, fields: added(request.fields ?? []) };
}

describe('nothing outside what was signed changes the outcome', () => {
  for (const [index, base] of bases.entries()) {
    test(`SIG-44 SIG-55 SIG-87 ${base.name}`, async () => {
      const clean = () => server.signed('DELETE', '/own/out');
      await clean();
      const expected = await send(server, base.make());
      assert.ok(expected.status < 300, `${expected.status} ${expected.text}`);
      const expectedState = await readState(server, '/own/out');
      await fc.assert(
        fc.asyncProperty(mutations(base), async (mutation) => {
          await clean();
          const absent = await readState(server, '/own/out');
          const outcome = await send(server, mutate(base.make(), mutation));
          if (base.leaves(mutation)) return;
          const state = await readState(server, '/own/out');
          if (outcome.status >= 400) return assert.equal(state, absent, 'a refused request did something');
          assert.deepEqual(outcome, expected);
          assert.equal(state, expectedState);
        }),
        { seed: ownSeed + index, numRuns: 20 },
      );
    });
  }
});
