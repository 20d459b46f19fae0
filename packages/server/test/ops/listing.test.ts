import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, element, elements, type Fixture, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture();
  await fixture.ask(fixture.root, 'PUT /lists');
  for (const key of ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/thud', 'cquux/bla', 'z%_[a', 'z\u0001']) {
    await fixture.ask(fixture.root, `PUT /lists/${encodeURIComponent(key)}`, { body: key });
  }
});
after(() => fixture.close());

const ask = (line: string) => fixture.ask(fixture.root, line);
const keys = ({ text }: Answer) => elements(text, 'Key');
const prefixes = ({ text }: Answer) =>
  Array.from(text.matchAll(/<CommonPrefixes><Prefix>([^<]*)</g), ([, prefix = '']) => prefix);

type Page = { readonly keys: readonly string[]; readonly prefixes: readonly string[] };

/** All pages of a listing, by the way of its version. */
async function pages(query: string, limit: number, version: 1 | 2): Promise<Page[]> {
  const found: Page[] = [];
  let next = '';
  do {
    const more = next === '' ? '' : `&${version === 1 ? 'marker' : 'continuation-token'}=${encodeURIComponent(next)}`;
    const list = version === 1 ? '' : 'list-type=2&';
    const page = await ask(`GET /lists?${list}encoding-type=url&max-keys=${limit}&${query}${more}`);
    assert.equal(page.status, 200, page.text);
    found.push({ keys: keys(page).map(decodeURIComponent), prefixes: prefixes(page).map(decodeURIComponent) });
    if (version === 2) assert.equal(Number(element(page.text, 'KeyCount')), keys(page).length + prefixes(page).length);
    const last = keys(page).at(-1) ?? '';
    next =
      version === 2
        ? element(page.text, 'NextContinuationToken')
        : decodeURIComponent(element(page.text, 'NextMarker') || last);
    assert.equal(element(page.text, 'IsTruncated') === 'true' || next === '' || version === 1, true);
    if (element(page.text, 'IsTruncated') === 'false') next = '';
  } while (next !== '');
  return found;
}

for (const version of [1, 2] as const) {
  test(`SEC-706 version ${version} lists all keys in byte order, in pages of any size`, async () => {
    const all = ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/bla', 'cquux/thud', 'z\u0001', 'z%_[a'];
    for (const limit of [1, 2, 3, 7, 1000]) {
      const found = await pages('', limit, version);
      assert.deepEqual(
        found.flatMap((page) => page.keys),
        all,
        `${limit}`,
      );
      assert.ok(found.slice(0, -1).every((page) => page.keys.length === limit));
    }
  });

  test(`SEC-907 version ${version} rolls keys up into common prefixes that count as one and end a page`, async () => {
    const found = await pages('delimiter=/', 1, version);
    assert.deepEqual(
      found.map((page) => [...page.keys, ...page.prefixes].join()),
      ['asdf', 'boo/', 'cquux/', 'z\u0001', 'z%_[a'],
    );
    const inside = await pages('delimiter=/&prefix=boo/', 1000, version);
    assert.deepEqual(inside, [{ keys: ['boo/bar'], prefixes: ['boo/baz/'] }]);
  });

  test(`SEC-705 version ${version} takes prefix and delimiter literally`, async () => {
    const some = async (query: string) => (await pages(query, 1000, version))[0];
    assert.deepEqual((await some('prefix=z%25_'))?.keys, ['z%_[a']);
    assert.deepEqual((await some('prefix=B'))?.keys, []);
    assert.deepEqual((await some("prefix='%3B--"))?.keys, []);
    assert.deepEqual((await some('delimiter=a'))?.prefixes, ['a', 'boo/ba', 'cquux/bla', 'z%_[a']);
    assert.deepEqual((await some('delimiter=%00'))?.keys.length, 7);
  });
}

test('SIG-105 a listing says what was asked for', async () => {
  const one = await ask('GET /lists?prefix=b&delimiter=/&max-keys=5&marker=a&encoding-type=url');
  for (const [name, value] of [
    ['Name', 'lists'],
    ['Prefix', 'b'],
    ['Delimiter', '/'],
    ['MaxKeys', '5'],
    ['Marker', 'a'],
    ['EncodingType', 'url'],
  ] as const) {
    assert.equal(element(one.text, name), value, name);
  }
  const two = await ask('GET /lists?list-type=2&start-after=cquux/bla&fetch-owner=true');
  assert.deepEqual([element(two.text, 'StartAfter'), keys(two)[0]], ['cquux/bla', 'cquux/thud']);
  assert.ok(two.text.includes(`<Owner><ID>${fixture.root.ownerId}</ID><DisplayName>root</DisplayName></Owner>`));
  assert.ok(!(await ask('GET /lists?list-type=2')).text.includes('<Owner>'));
  assert.ok((await ask('GET /lists')).text.includes('<Owner>'));
});

test('SEC-414 max-keys above 1000 counts as 1000, 0 lists nothing, no number is refused', async () => {
  assert.equal(element((await ask('GET /lists?max-keys=5000')).text, 'MaxKeys'), '1000');
  const none = await ask('GET /lists?list-type=2&max-keys=0');
  assert.deepEqual([keys(none).length, element(none.text, 'IsTruncated')], [0, 'false']);
  for (const text of ['-1', '1e3', 'NaN', '1'.repeat(30), '1.5', '%31%20']) {
    for (const version of ['', 'list-type=2&']) {
      assert.equal((await ask(`GET /lists?${version}max-keys=${text}`)).code, 'InvalidArgument', text);
    }
  }
  assert.equal((await ask('GET /lists?encoding-type=x')).code, 'InvalidArgument');
  assert.equal((await ask('GET /lists?list-type=3')).code, 'InvalidArgument');
});

test('SEC-308 an altered token is refused, an empty one counts as none', async () => {
  const token = element((await ask('GET /lists?list-type=2&max-keys=1')).text, 'NextContinuationToken');
  const swapped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
  for (const bad of [swapped, 'asdf', 'x'.repeat(4097), "'%20or%201=1"]) {
    assert.equal((await ask(`GET /lists?list-type=2&continuation-token=${bad}`)).code, 'InvalidArgument', bad);
  }
  assert.equal((await ask(`GET /lists?list-type=2&prefix=b&continuation-token=${token}`)).code, 'InvalidArgument');
  assert.equal(keys(await ask('GET /lists?list-type=2&continuation-token=')).length, 7);
});

test('SEC-308 SEC-305 a key with prefixes sees nothing outside them, by whatever marker', async () => {
  const key = await fixture.makeKey({ owner: 'root', prefixes: ['boo/'] });
  const list = (query: string) => fixture.ask(key, `GET /lists?${query}`);
  assert.deepEqual(keys(await list('prefix=boo/')), ['boo/bar', 'boo/baz/xyzzy']);
  assert.deepEqual(keys(await list('prefix=boo/ba&marker=boo/bar')), ['boo/baz/xyzzy']);
  assert.deepEqual(keys(await list('prefix=boo/&marker=')), ['boo/bar', 'boo/baz/xyzzy']);
  assert.deepEqual(keys(await list('prefix=boo/&marker=zzz')), []);
  assert.deepEqual(keys(await list('list-type=2&prefix=boo/&start-after=a')), ['boo/bar', 'boo/baz/xyzzy']);
  for (const query of ['', 'prefix=', 'prefix=boo', 'prefix=b&delimiter=/', 'list-type=2', 'uploads']) {
    assert.equal((await list(query)).code, 'AccessDenied', query);
  }
});

test('SEC-417 a key with control characters is listed in a well-formed document', async () => {
  assert.ok(
    (await ask('GET /lists?prefix=z')).text.includes('<Key>z&#1;</Key>') ||
      (await ask('GET /lists?prefix=z')).text.includes('<Key>z&#x1;</Key>'),
  );
});
