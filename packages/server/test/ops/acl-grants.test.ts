import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { element, elements, type Fixture, openFixture, type TestKey, type Who } from './fixture.ts';

const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';
const authenticatedUsers = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';

let fixture: Fixture;
let ada: TestKey;
let eve: TestKey;
let bob: TestKey;
before(async () => {
  fixture = await openFixture();
  ada = await fixture.makeKey({ owner: 'ada' });
  eve = await fixture.makeKey({ owner: 'eve' });
  bob = await fixture.makeKey({ owner: 'bob' });
});
after(() => fixture.close());

let made = 0;
async function makeBucket(headers: Readonly<Record<string, string>> = {}): Promise<string> {
  made += 1;
  const name = `grants-${made}`;
  const answer = await fixture.ask(ada, `PUT /${name}`, { headers });
  assert.equal(answer.status, 200, answer.text);
  return name;
}
const status = async (who: Who, line: string, headers: Readonly<Record<string, string>> = {}) =>
  (await fixture.ask(who, line, { headers })).status;
const header = (permission: string) => `x-amz-grant-${permission.toLowerCase().replaceAll('_', '-')}`;

const bucketRights: readonly (readonly [
  permission: string,
  list: number,
  write: number,
  readAcl: number,
  setAcl: number,
])[] = [
  ['READ', 200, 403, 403, 403],
  ['WRITE', 403, 200, 403, 403],
  ['READ_ACP', 403, 403, 200, 403],
  ['WRITE_ACP', 403, 403, 403, 200],
  ['FULL_CONTROL', 200, 200, 200, 200],
];
for (const [permission, list, write, readAcl, setAcl] of bucketRights) {
  test(`POL-33 ${permission} on a bucket gives what AWS says, to the account that is named alone`, async () => {
    const name = await makeBucket({ [header(permission)]: `id="${eve.ownerId}"` });
    const rights = async (who: Who) => [
      await status(who, `GET /${name}`),
      await status(who, `PUT /${name}/new`),
      await status(who, `GET /${name}?acl`),
      await status(who, `PUT /${name}?acl`, { [header(permission)]: `id="${eve.ownerId}"` }),
    ];
    assert.deepEqual(await rights(eve), [list, write, readAcl, setAcl]);
    assert.deepEqual(await rights(bob), [403, 403, 403, 403]);
    assert.deepEqual(await rights('anonymous'), [403, 403, 403, 403]);
    assert.deepEqual((await rights(ada)).slice(0, 3), [200, 200, 200]);
  });
}

const objectRights: readonly (readonly [permission: string, read: number, readAcl: number, setAcl: number])[] = [
  ['READ', 200, 403, 403],
  ['READ_ACP', 403, 200, 403],
  ['WRITE_ACP', 403, 403, 200],
  ['FULL_CONTROL', 200, 200, 200],
];
for (const [permission, read, readAcl, setAcl] of objectRights) {
  test(`POL-33 ${permission} on an object gives what AWS says, set along with it or by itself`, async () => {
    const name = await makeBucket();
    const grant = { [header(permission)]: `id="${eve.ownerId}"` };
    assert.equal(await status(ada, `PUT /${name}/put`, grant), 200);
    await status(ada, `PUT /${name}/plain`);
    assert.equal(await status(ada, `PUT /${name}/set`), 200);
    assert.equal(await status(ada, `PUT /${name}/set?acl`, grant), 200);
    assert.equal(await status(ada, `PUT /${name}/copied`, { ...grant, 'x-amz-copy-source': `${name}/plain` }), 200);
    for (const key of ['put', 'set', 'copied']) {
      for (const [who, expected] of [
        [eve, [read, readAcl, setAcl]],
        [bob, [403, 403, 403]],
        ['anonymous', [403, 403, 403]],
      ] as const) {
        const rights = [
          await status(who, `GET /${name}/${key}`),
          await status(who, `GET /${name}/${key}?acl`),
          await status(who, `PUT /${name}/${key}?acl`, grant),
        ];
        assert.deepEqual(rights, expected, key);
      }
      assert.equal(await status(eve, `PUT /${name}/${key}`), 403);
      assert.equal(await status(eve, `DELETE /${name}/${key}`), 403);
    }
  });
}

test('POL-33 a group is everybody, or everybody with a key; other headers of a grant add to it', async () => {
  const name = await makeBucket();
  const puts = (key: string, headers: Readonly<Record<string, string>>) => status(ada, `PUT /${name}/${key}`, headers);
  await puts('all', { 'x-amz-grant-read': `uri="${allUsers}"` });
  await puts('signed', { 'x-amz-grant-read': `uri="${authenticatedUsers}"` });
  await puts('both', { 'x-amz-grant-read': `id=${eve.ownerId}`, 'x-amz-grant-read-acp': `uri=${allUsers}` });
  const reads = async (who: Who) =>
    [
      await status(who, `GET /${name}/all`),
      await status(who, `GET /${name}/signed`),
      await status(who, `GET /${name}/both`),
      await status(who, `GET /${name}/both?acl`),
    ].join(' ');
  assert.equal(await reads('anonymous'), '200 403 403 200');
  assert.equal(await reads(bob), '200 200 403 200');
  assert.equal(await reads(eve), '200 200 200 200');
});

test('POL-33 grants come back by document with the names of their accounts, and go in by one', async () => {
  const name = await makeBucket({
    'x-amz-grant-full-control': `id="${ada.ownerId}"`,
    'x-amz-grant-write-acp': `id="${eve.ownerId}", uri="${authenticatedUsers}"`,
  });
  const { text } = await fixture.ask(ada, `GET /${name}?acl`);
  assert.deepEqual(elements(text, 'DisplayName'), ['ada', 'ada', 'eve']);
  assert.deepEqual(elements(text, 'URI'), [authenticatedUsers]);
  assert.deepEqual(elements(text, 'Permission'), ['WRITE_ACP', 'FULL_CONTROL', 'WRITE_ACP']);
  await status(ada, `PUT /${name}/k`);
  for (const place of [name, `${name}/k`]) {
    assert.equal((await fixture.ask(ada, `PUT /${place}?acl`, { body: text })).status, 200);
    assert.equal((await fixture.ask(ada, `GET /${place}?acl`)).text, text);
  }
  const none = text.replace(/<Grant>.*<\/Grant>/s, '');
  assert.equal((await fixture.ask(ada, `PUT /${name}?acl`, { body: none })).status, 200);
  assert.deepEqual(elements((await fixture.ask(ada, `GET /${name}?acl`)).text, 'Permission'), []);
  // Owners may read and set an ACL whatever it says.
  assert.equal(await status(ada, `PUT /${name}?acl`, { 'x-amz-acl': 'private' }), 200);
});

const document = (grantee: string) =>
  `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><AccessControlList><Grant><Grantee ${grantee}</Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`;
const type = (name: string) => `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${name}">`;

test('WIRE-133 WIRE-134 POL-33 grantees that are none are refused as on AWS, and nothing changes', async () => {
  const name = await makeBucket();
  await status(ada, `PUT /${name}/k`);
  const nobody = 'f'.repeat(64);
  const byHeader: readonly (readonly [headers: Readonly<Record<string, string>>, code: string])[] = [
    [{ 'x-amz-grant-read': `id="${nobody}"` }, 'InvalidArgument'],
    [{ 'x-amz-grant-read': 'emailAddress="a@example.com"' }, 'UnresolvableGrantByEmailAddress'],
    [{ 'x-amz-grant-read': 'uri="http://example.com"' }, 'InvalidArgument'],
    [{ 'x-amz-grant-read': 'nonsense' }, 'InvalidArgument'],
    [{ 'x-amz-acl': 'private', 'x-amz-grant-read': `id="${eve.ownerId}"` }, 'InvalidRequest'],
  ];
  for (const [headers, code] of byHeader) {
    for (const line of [
      `PUT /${name}?acl`,
      `PUT /${name}/k?acl`,
      `PUT /${name}/new`,
      `POST /${name}/new?uploads`,
      `PUT /${name}-2`,
    ]) {
      assert.equal((await fixture.ask(ada, line, { headers })).code, code, `${line} ${JSON.stringify(headers)}`);
    }
  }
  for (const [grantee, code] of [
    [`${type('CanonicalUser')}<ID>${nobody}</ID>`, 'InvalidArgument'],
    [`${type('CanonicalUser')}<URI>${allUsers}</URI>`, 'MalformedACLError'],
    [`${type('Group')}<URI>http://example.com</URI>`, 'InvalidArgument'],
    [`${type('AmazonCustomerByEmail')}<EmailAddress>a@example.com</EmailAddress>`, 'UnresolvableGrantByEmailAddress'],
  ] as const) {
    for (const place of [name, `${name}/k`]) {
      assert.equal((await fixture.ask(ada, `PUT /${place}?acl`, { body: document(grantee) })).code, code, grantee);
    }
  }
  const { text } = await fixture.ask(ada, `GET /${name}/k?acl`);
  assert.deepEqual([element(text, 'Permission'), elements(text, 'Permission').length], ['FULL_CONTROL', 1]);
  assert.equal(await status(ada, `HEAD /${name}/new`), 404);
});

test('POL-21 blocks of public access see grants as they see canned ACLs', async () => {
  const name = await makeBucket();
  await status(ada, `PUT /${name}/k`, { 'x-amz-grant-read': `id="${eve.ownerId}", uri="${allUsers}"` });
  const block = (member: string) =>
    fixture.ask(ada, `PUT /${name}?publicAccessBlock`, {
      body: `<PublicAccessBlockConfiguration><${member}>true</${member}></PublicAccessBlockConfiguration>`,
    });
  await block('IgnorePublicAcls');
  assert.deepEqual([await status('anonymous', `GET /${name}/k`), await status(eve, `GET /${name}/k`)], [403, 200]);
  await block('BlockPublicAcls');
  assert.equal(await status('anonymous', `GET /${name}/k`), 200);
  for (const group of [allUsers, authenticatedUsers]) {
    const headers = { 'x-amz-grant-read-acp': `uri="${group}"` };
    for (const line of [`PUT /${name}?acl`, `PUT /${name}/k?acl`, `PUT /${name}/new`]) {
      assert.equal((await fixture.ask(ada, line, { headers })).code, 'AccessDenied', line);
    }
  }
  assert.equal(await status(ada, `PUT /${name}/new`, { 'x-amz-grant-read': `id="${eve.ownerId}"` }), 200);
});

test('POL-32 a write that sets an ACL for others needs the right to set it; one for the bucket’s owner does not', async () => {
  const name = await makeBucket();
  const Statement = {
    Effect: 'Allow',
    Principal: { AWS: eve.ownerId },
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${name}/*`,
  };
  assert.equal((await fixture.ask(ada, `PUT /${name}?policy`, { body: JSON.stringify({ Statement }) })).status, 204);
  for (const [headers, expected] of [
    [{}, 200],
    [{ 'x-amz-acl': 'bucket-owner-full-control' }, 200],
    [{ 'x-amz-acl': 'bucket-owner-read' }, 200],
    [{ 'x-amz-grant-full-control': `id="${ada.ownerId}"` }, 200],
    [{ 'x-amz-grant-full-control': `id="${bob.ownerId}"` }, 403],
    [{ 'x-amz-grant-full-control': `id="${ada.ownerId}", id="${bob.ownerId}"` }, 403],
    [{ 'x-amz-acl': 'public-read' }, 403],
  ] as const) {
    assert.equal(await status(eve, `PUT /${name}/k`, headers), expected, JSON.stringify(headers));
  }
});
