import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket } from '@tidegate/presign';
import { element, elements, type Fixture, openFixture, type TestKey, type Who } from './fixture.ts';

let fixture: Fixture;
let ada: TestKey;
let eve: TestKey;
before(async () => {
  fixture = await openFixture();
  ada = await fixture.makeKey({ owner: 'ada' });
  eve = await fixture.makeKey({ owner: 'eve' });
});
after(() => fixture.close());

type Headers = Readonly<Record<string, string>>;
const status = async (who: Who, line: string, headers: Headers = {}) =>
  (await fixture.ask(who, line, { headers })).status;
const code = async (who: Who, line: string, headers: Headers = {}) => (await fixture.ask(who, line, { headers })).code;
const ownership = (name: string) => ({
  body: `<OwnershipControls xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ObjectOwnership>${name}</ObjectOwnership></Rule></OwnershipControls>`,
});
const setOwnership = (bucket: string, name: string) =>
  fixture.ask(ada, `PUT /${bucket}?ownershipControls`, ownership(name));
const fullControl = { 'x-amz-acl': 'bucket-owner-full-control' };

/** A bucket of ada's that eve may do everything in. */
async function openBucket(name: string, headers: Headers = {}): Promise<void> {
  assert.equal((await fixture.ask(ada, `PUT /${name}`, { headers })).status, 200);
  const Resource = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`];
  const Statement = { Effect: 'Allow', Principal: { AWS: eve.ownerId }, Action: 's3:*', Resource };
  assert.equal((await fixture.ask(ada, `PUT /${name}?policy`, { body: JSON.stringify({ Statement }) })).status, 204);
}

/** Whom an object is shown to belong to, by its ACL and by listings. */
async function ownersOf(who: Who, bucket: string, key: string): Promise<string[]> {
  const acl = await fixture.ask(who, `GET /${bucket}/${key}?acl`);
  const listings = ['', '?list-type=2&fetch-owner=true', '?versions'].map(async (query) => {
    const { text } = await fixture.ask(ada, `GET /${bucket}${query}${query === '' ? '?' : '&'}prefix=${key}`);
    return element(text, 'DisplayName');
  });
  return [element(acl.text, 'DisplayName'), ...(await Promise.all(listings))];
}

test('POL-30 ownership controls are set, read and taken away, by the bucket’s owner alone', async () => {
  await fixture.ask(ada, 'PUT /own-config');
  const read = () => fixture.ask(ada, 'GET /own-config?ownershipControls');
  assert.equal((await read()).code, 'OwnershipControlsNotFoundError');
  for (const name of ['ObjectWriter', 'BucketOwnerPreferred', 'BucketOwnerEnforced']) {
    assert.equal((await setOwnership('own-config', name)).status, 200);
    assert.deepEqual(elements((await read()).text, 'ObjectOwnership'), [name]);
  }
  for (const body of ['', '<OwnershipControls/>', ownership('Nobody').body, ownership('').body]) {
    const refused = await fixture.ask(ada, 'PUT /own-config?ownershipControls', { body });
    assert.match(refused.code, /^(?:MalformedXML|MissingRequestBodyError)$/, body);
  }
  for (const method of ['GET', 'PUT', 'DELETE']) {
    assert.equal(
      (
        await fixture.ask(
          eve,
          `${method} /own-config?ownershipControls`,
          method === 'PUT' ? ownership('ObjectWriter') : {},
        )
      ).status,
      403,
    );
  }
  for (let again = 0; again < 2; again += 1) {
    assert.equal(await status(ada, 'DELETE /own-config?ownershipControls'), 204);
    assert.equal((await read()).code, 'OwnershipControlsNotFoundError');
  }
});

test('POL-30 a bucket is made with an ownership; one that is none, or an ACL along with ownership that is enforced, is refused', async () => {
  await openBucket('own-made', { 'x-amz-object-ownership': 'BucketOwnerPreferred' });
  assert.equal(
    element((await fixture.ask(ada, 'GET /own-made?ownershipControls')).text, 'ObjectOwnership'),
    'BucketOwnerPreferred',
  );
  assert.equal(await code(ada, 'PUT /own-none', { 'x-amz-object-ownership': 'Nobody' }), 'InvalidArgument');
  const enforced = { 'x-amz-object-ownership': 'BucketOwnerEnforced' };
  for (const acl of ['public-read', 'authenticated-read', 'log-delivery-write']) {
    assert.equal(
      await code(ada, 'PUT /own-acl', { ...enforced, 'x-amz-acl': acl }),
      'InvalidBucketAclWithObjectOwnership',
      acl,
    );
  }
  const granted = { ...enforced, 'x-amz-grant-read': `id="${eve.ownerId}"` };
  assert.equal(await code(ada, 'PUT /own-acl', granted), 'InvalidBucketAclWithObjectOwnership');
  assert.equal(await status(ada, 'HEAD /own-acl'), 404);
  assert.equal(await status(ada, 'PUT /own-acl', { ...enforced, 'x-amz-acl': 'private' }), 200);
});

test('POL-30 where ownership is enforced all is the bucket owner’s and no ACL is taken but his full control', async () => {
  await openBucket('own-enforced', { 'x-amz-object-ownership': 'BucketOwnerEnforced' });
  assert.equal(await status(eve, 'PUT /own-enforced/plain'), 200);
  assert.equal(await status(eve, 'PUT /own-enforced/full', fullControl), 200);
  assert.equal(
    await status(eve, 'PUT /own-enforced/spelled', { 'x-amz-grant-full-control': `id="${ada.ownerId}"` }),
    200,
  );
  const source = { 'x-amz-copy-source': 'own-enforced/plain' };
  assert.equal(await status(eve, 'PUT /own-enforced/copied', { ...source, ...fullControl }), 200);
  for (const key of ['plain', 'full', 'spelled', 'copied']) {
    assert.deepEqual(await ownersOf(eve, 'own-enforced', key), ['ada', 'ada', 'ada', 'ada'], key);
    assert.equal(await status(ada, `GET /own-enforced/${key}`), 200);
  }
  const begun = await fixture.ask(eve, 'POST /own-enforced/parts?uploads', { headers: fullControl });
  const uploadId = element(begun.text, 'UploadId');
  const parts = await fixture.ask(eve, `GET /own-enforced/parts?uploadId=${uploadId}`);
  assert.deepEqual(elements(parts.text, 'DisplayName'), ['eve', 'ada']);
  assert.deepEqual(elements((await fixture.ask(eve, 'GET /own-enforced?uploads')).text, 'DisplayName'), ['eve', 'ada']);

  for (const headers of [
    { 'x-amz-acl': 'private' },
    { 'x-amz-acl': 'public-read' },
    { 'x-amz-grant-read': `id="${eve.ownerId}"` },
  ]) {
    for (const line of [
      'PUT /own-enforced/new',
      'POST /own-enforced/new?uploads',
      'PUT /own-enforced?acl',
      'PUT /own-enforced/plain?acl',
    ]) {
      assert.equal(await code(ada, line, headers), 'AccessControlListNotSupported', line);
    }
    assert.equal(await code(ada, 'PUT /own-enforced/new', { ...headers, ...source }), 'AccessControlListNotSupported');
  }
  const document = (await fixture.ask(ada, 'GET /own-enforced?acl')).text;
  assert.equal(
    (await fixture.ask(ada, 'PUT /own-enforced?acl', { body: document })).code,
    'AccessControlListNotSupported',
  );
  assert.equal(
    (await fixture.post(ada, 'own-enforced', { key: 'form', acl: 'private' }, 'v')).code,
    'AccessControlListNotSupported',
  );
  assert.equal((await fixture.post(ada, 'own-enforced', { key: 'form' }, 'v')).status, 204);
});

test('POL-30 enforcing ownership closes the ACLs that were there, and taking it back opens them again', async () => {
  await openBucket('own-change');
  await status(ada, 'PUT /own-change/mine', { 'x-amz-acl': 'public-read' });
  await status(eve, 'PUT /own-change/hers', { 'x-amz-acl': 'public-read' });
  await status(ada, 'PUT /own-change?acl', { 'x-amz-acl': 'public-read' });
  assert.equal((await setOwnership('own-change', 'BucketOwnerEnforced')).code, 'InvalidBucketAclWithObjectOwnership');
  await status(ada, 'PUT /own-change?acl', { 'x-amz-acl': 'private' });
  assert.equal((await setOwnership('own-change', 'BucketOwnerEnforced')).status, 200);
  for (const key of ['mine', 'hers']) {
    assert.equal(await status('anonymous', `GET /own-change/${key}`), 403, key);
    assert.deepEqual(await ownersOf(ada, 'own-change', key), ['ada', 'ada', 'ada', 'ada'], key);
  }
  await status(ada, 'DELETE /own-change?policy');
  assert.equal(await status(eve, 'GET /own-change/hers'), 403);
  assert.equal((await setOwnership('own-change', 'ObjectWriter')).status, 200);
  assert.equal(await status('anonymous', 'GET /own-change/hers'), 200);
  assert.deepEqual(await ownersOf(eve, 'own-change', 'hers'), ['eve', 'eve', 'eve', 'eve']);
});

test('POL-31 what another account owns takes its own grant to be read, copied, described or opened up; it may be deleted', async () => {
  await openBucket('own-writer');
  await status(eve, 'PUT /own-writer/hers');
  await status(eve, 'PUT /own-writer/given', fullControl);
  await status(eve, 'PUT /own-writer/shown', { 'x-amz-acl': 'bucket-owner-read' });
  const rights = async (who: Who, key: string) => [
    await status(who, `GET /own-writer/${key}`),
    await status(who, `HEAD /own-writer/${key}`),
    await status(who, `GET /own-writer/${key}?attributes`, { 'x-amz-object-attributes': 'ObjectSize' }),
    await status(who, 'PUT /own-writer/copy', { 'x-amz-copy-source': `own-writer/${key}` }),
    await status(who, `GET /own-writer/${key}?acl`),
  ];
  assert.deepEqual(await rights(ada, 'hers'), [403, 403, 403, 403, 403]);
  assert.deepEqual(await rights(ada, 'shown'), [200, 200, 200, 200, 403]);
  assert.deepEqual(await rights(ada, 'given'), [200, 200, 200, 200, 200]);
  assert.equal(await code(ada, 'PUT /own-writer/hers?acl', { 'x-amz-acl': 'public-read' }), 'AccessDenied');
  assert.deepEqual(await ownersOf(eve, 'own-writer', 'given'), ['eve', 'eve', 'eve', 'eve']);
  // Nor does the policy of the bucket open it.
  const Statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::own-writer/*' };
  await fixture.ask(ada, 'PUT /own-writer?policy', { body: JSON.stringify({ Statement }) });
  assert.deepEqual(
    [await status('anonymous', 'GET /own-writer/hers'), await status(eve, 'GET /own-writer/hers')],
    [403, 200],
  );
  assert.equal(await status(ada, 'DELETE /own-writer/hers'), 204);
});

test('POL-31 tags are the bucket’s owner’s to read and to set, and his policy’s, on what another account owns too', async () => {
  await openBucket('own-tags');
  await status(eve, 'PUT /own-tags/hers', { 'x-amz-tagging': 'state=new' });
  const tagsOf = async (who: Who) => elements((await fixture.ask(who, 'GET /own-tags/hers?tagging')).text, 'Value');
  assert.equal(await status(ada, 'GET /own-tags/hers'), 403);
  assert.deepEqual(await tagsOf(ada), ['new']);
  const body = '<Tagging><TagSet><Tag><Key>state</Key><Value>kept</Value></Tag></TagSet></Tagging>';
  assert.equal((await fixture.ask(ada, 'PUT /own-tags/hers?tagging', { body })).status, 200);
  assert.deepEqual(await tagsOf(eve), ['kept']);
  // No grant of an ACL speaks of tags: without the policy they are not even the object's owner's.
  assert.equal(await status(ada, 'DELETE /own-tags?policy'), 204);
  assert.equal(await status(eve, 'GET /own-tags/hers'), 200);
  assert.equal(await status(eve, 'GET /own-tags/hers?tagging'), 403);
  assert.deepEqual(await tagsOf(ada), ['kept']);
});

test('POL-31 a ZIP of a granted prefix leaves out what another account owns', async () => {
  await openBucket('own-zip');
  await fixture.ask(ada, 'PUT /own-zip/in/mine', { body: 'mine' });
  await fixture.ask(eve, 'PUT /own-zip/in/hers', { body: 'secret of eve' });
  const config = {
    endpoint: fixture.server.endpoint,
    region: 'us-east-1',
    credentials: ada,
    store: 'tidegate',
  } as const;
  const url = bucket('own-zip', config).presignGet('in/', { limits: { grant: true, zip: true } });
  const zip = Buffer.from(await (await fetch(url)).arrayBuffer()).toString('latin1');
  assert.deepEqual(
    ['in/mine', 'mine', 'hers', 'secret of eve'].map((text) => zip.includes(text)),
    [false, true, false, false],
  );
});

test('POL-30 where the bucket’s owner is preferred, the canned full control gives an object to him and nothing else does', async () => {
  await openBucket('own-preferred', { 'x-amz-object-ownership': 'BucketOwnerPreferred' });
  await status(eve, 'PUT /own-preferred/plain');
  await status(eve, 'PUT /own-preferred/full', fullControl);
  await status(eve, 'PUT /own-preferred/spelled', { 'x-amz-grant-full-control': `id="${ada.ownerId}"` });
  const owners = [];
  for (const key of ['plain', 'full', 'spelled'])
    owners.push((await ownersOf(key === 'full' ? ada : eve, 'own-preferred', key))[1]);
  assert.deepEqual(owners, ['eve', 'ada', 'eve']);
  assert.deepEqual(
    [await status(ada, 'GET /own-preferred/plain'), await status(ada, 'GET /own-preferred/full')],
    [403, 200],
  );
});

test('POL-34 with new_buckets = "2023" a bucket begins closed, and opens as far as it is told to', async () => {
  const closed = await openFixture({ toml: 'new_buckets = "2023"\n' });
  try {
    const { root } = closed;
    const ask = (line: string, headers: Headers = {}) => closed.ask(root, line, { headers });
    assert.equal((await ask('PUT /new')).status, 200);
    assert.equal(element((await ask('GET /new?ownershipControls')).text, 'ObjectOwnership'), 'BucketOwnerEnforced');
    const block = (await ask('GET /new?publicAccessBlock')).text;
    for (const name of ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']) {
      assert.equal(element(block, name), 'true');
    }
    assert.equal((await ask('PUT /new/k', { 'x-amz-acl': 'public-read' })).code, 'AccessControlListNotSupported');
    assert.equal((await ask('PUT /acl', { 'x-amz-acl': 'public-read' })).code, 'InvalidBucketAclWithObjectOwnership');
    const writer = { 'x-amz-object-ownership': 'ObjectWriter' };
    assert.equal(
      (await ask('PUT /acl', { ...writer, 'x-amz-acl': 'public-read' })).code,
      'InvalidBucketAclWithBlockPublicAccessError',
    );
    assert.equal((await ask('PUT /acl', writer)).status, 200);
    assert.equal((await ask('DELETE /acl?publicAccessBlock')).status, 204);
    assert.equal((await ask('PUT /acl/k', { 'x-amz-acl': 'public-read' })).status, 200);
    assert.equal((await closed.ask('anonymous', 'GET /acl/k')).status, 200);
  } finally {
    await closed.close();
  }
});
