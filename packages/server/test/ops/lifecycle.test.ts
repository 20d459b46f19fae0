import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Ask, element, elements, type Fixture, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture();
  assert.equal((await ask('PUT /aging')).status, 200);
});
after(() => fixture.close());

const ask = (line: string, sent?: Ask) => fixture.ask(fixture.root, line, sent);
const configuration = (...rules: readonly string[]): string =>
  `<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}<Status>Enabled</Status></Rule>`).join('')}</LifecycleConfiguration>`;
const days = (count: number): string => `<Expiration><Days>${count}</Days></Expiration>`;
const put = (...rules: readonly string[]) => ask('PUT /aging?lifecycle', { body: configuration(...rules) });

test('LFC-1 the lifecycle of a bucket is set, read and removed', async () => {
  assert.equal((await ask('GET /aging?lifecycle')).code, 'NoSuchLifecycleConfiguration');
  assert.equal((await ask('DELETE /aging?lifecycle')).status, 204);
  assert.equal((await put(`<Prefix>old/</Prefix>${days(3)}`, `<ID>new</ID><Filter/>${days(9)}`)).status, 200);
  const { text } = await ask('GET /aging?lifecycle');
  assert.deepEqual(
    [elements(text, 'ID'), elements(text, 'Prefix'), elements(text, 'Days')],
    [['rule-1', 'new'], ['old/'], ['3', '9']],
  );
  assert.equal((await put(`<Prefix/>${days(0)}`)).code, 'InvalidArgument');
  assert.equal((await ask('GET /aging?lifecycle')).text, text);
  const other = await fixture.makeKey({ owner: 'other' });
  assert.equal((await fixture.ask(other, 'GET /aging?lifecycle')).code, 'AccessDenied');
  assert.equal((await ask('DELETE /aging?lifecycle')).status, 204);
  assert.equal((await ask('GET /aging?lifecycle')).status, 404);
});

test('LFC-3 a transition is 501 and names the class', async () => {
  const answer = await put('<Prefix/><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>');
  assert.deepEqual([answer.status, answer.code], [501, 'NotImplemented']);
  assert.match(element(answer.text, 'Message'), /GLACIER/);
});

test('LFC-16 answers say when which rule ends a current version first', async () => {
  const tag = '<Filter><Tag><Key>a</Key><Value>1</Value></Tag></Filter>';
  await put(`<ID>by day</ID><Filter><Prefix>x</Prefix></Filter>${days(2)}`, `<ID>by-tag</ID>${tag}${days(1)}`);
  const read = (value: unknown): readonly string[] =>
    /^expiry-date="([^"]+)", rule-id="([^"]*)"$/.exec(String(value)) ?? [];
  const made = await ask('PUT /aging/x', { body: 'v' });
  const [, date = '', rule] = read(made.headers['x-amz-expiration']);
  assert.equal(rule, 'by%20day');
  const dueMs = Date.parse(date);
  assert.equal(dueMs % 86_400_000, 0);
  const daysAhead = (dueMs - Date.now()) / 86_400_000;
  assert.ok(daysAhead > 1.9 && daysAhead < 3.1, date);
  for (const line of ['GET /aging/x', 'HEAD /aging/x']) {
    assert.equal((await ask(line)).headers['x-amz-expiration'], made.headers['x-amz-expiration'], line);
  }
  const tagged = await ask('PUT /aging/x', { body: 'v', headers: { 'x-amz-tagging': 'a=1' } });
  assert.equal(read(tagged.headers['x-amz-expiration'])[2], 'by-tag');
  const copied = await ask('PUT /aging/other', { headers: { 'x-amz-copy-source': '/aging/x' } });
  assert.equal(read(copied.headers['x-amz-expiration'])[2], 'by-tag');
  assert.equal((await ask('PUT /aging/plain', { body: 'v' })).headers['x-amz-expiration'], undefined);
  const begun = await ask('POST /aging/xs?uploads');
  const id = element(begun.text, 'UploadId');
  const part = await ask(`PUT /aging/xs?partNumber=1&uploadId=${id}`, { body: 'v' });
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
  const done = await ask(`POST /aging/xs?uploadId=${id}`, { body });
  assert.equal(read(done.headers['x-amz-expiration'])[2], 'by%20day');
});

test('LFC-10 LFC-21 the server itself ends what its rules end', async () => {
  const quick = await openFixture({ toml: '[lifecycle]\nevery_s = 1\nday_s = 1\n' });
  try {
    await quick.ask(quick.root, 'PUT /quick');
    await quick.ask(quick.root, 'PUT /quick/kept', { body: 'v' });
    await quick.ask(quick.root, 'PUT /quick/gone', { body: 'v' });
    const body = configuration(`<Filter><Prefix>gone</Prefix></Filter>${days(1)}`);
    assert.equal((await quick.ask(quick.root, 'PUT /quick?lifecycle', { body })).status, 200);
    const endMs = Date.now() + 60_000;
    while ((await quick.ask(quick.root, 'HEAD /quick/gone')).status === 200) {
      assert.ok(Date.now() < endMs, 'the rule was not carried out');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal((await quick.ask(quick.root, 'HEAD /quick/kept')).status, 200);
  } finally {
    await quick.close();
  }
});
