import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket, signHeaders } from '@tidegate/presign';
import { hmacHex, sha256Hex, signingKey } from '@tidegate/presign/internal';
import { override } from '../../../test/override.ts';
import { systemClock } from '../src/world/clock.ts';
import { rootCredentials, startTestServer, type TestServer } from './test-server.ts';

const clock = { offsetMs: 0 };
let server: TestServer;
before(async () => {
  server = await startTestServer({
    world: { clock: override(systemClock, { nowMs: () => Date.now() + clock.offsetMs }) },
  });
  assert.equal((await server.signed('PUT', '/rooms')).status, 200);
  assert.equal((await server.signed('PUT', '/rooms/a/x', { body: 'hello' })).status, 200);
  assert.equal((await server.signed('PUT', '/rooms/b/x', { body: 'other' })).status, 200);
});
after(() => server.stop());

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
type Asked = {
  readonly credentials?: Credentials;
  readonly service?: string;
  readonly method?: 'POST' | 'GET';
  /** Another body than the one that was signed. */
  readonly sent?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Asks STS as AWS's clients do: signed for the service `sts`, the hash of the body signed and not said. */
async function sts(parameters: Readonly<Record<string, string>>, asked: Asked = {}) {
  const { service = 'sts', method = 'POST' } = asked;
  const credentials: Credentials = asked.credentials ?? rootCredentials;
  const form = new URLSearchParams({ Version: '2011-06-15', ...parameters });
  form.sort();
  const body = method === 'POST' ? form.toString() : '';
  const query = method === 'GET' ? form.toString().replaceAll('+', '%20') : '';
  const date = `${new Date(Date.now() + clock.offsetMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const token = credentials.sessionToken;
  const signed: [string, string][] = [
    ['host', server.host],
    ['x-amz-date', date],
    ...(token === undefined ? [] : ([['x-amz-security-token', token]] as [string, string][])),
  ];
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = `${method}\n/\n${query}\n${lines}\n${names}\n${sha256Hex(body)}`;
  const scope = `${date.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const key = signingKey(credentials.secretAccessKey, date.slice(0, 8), 'us-east-1', service);
  const signature = hmacHex(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256Hex(canonical)}`);
  const answer = await fetch(`${server.endpoint}/${query === '' ? '' : `?${query}`}`, {
    method,
    headers: {
      ...Object.fromEntries(signed.slice(1)),
      ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }),
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
      ...asked.headers,
    },
    ...(method === 'POST' && { body: asked.sent ?? body }),
  });
  const text = await answer.text();
  const member = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  return { status: answer.status, headers: answer.headers, text, member, code: `${answer.status} ${member('Code')}` };
}

async function session(parameters: Readonly<Record<string, string>> = {}, credentials?: Credentials) {
  const action = parameters['RoleArn'] === undefined ? 'GetSessionToken' : 'AssumeRole';
  const answer = await sts({ Action: action, ...parameters }, credentials === undefined ? {} : { credentials });
  assert.equal(answer.status, 200, answer.text);
  return {
    accessKeyId: answer.member('AccessKeyId') ?? '',
    secretAccessKey: answer.member('SecretAccessKey') ?? '',
    sessionToken: answer.member('SessionToken') ?? '',
    expiration: answer.member('Expiration') ?? '',
  };
}

const role = (more: Readonly<Record<string, string>> = {}) => ({
  RoleArn: 'arn:aws:iam::root:role/reader',
  RoleSessionName: 'nightly',
  ...more,
});
const policyOf = (...statements: readonly unknown[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** A request signed in its header by other credentials than the root key's. */
function signed(method: string, path: string, credentials: Credentials, body?: string): Promise<Response> {
  const url = `${server.endpoint}${path}`;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const headers = signHeaders({
    method,
    url,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region: 'us-east-1',
    at: new Date(Date.now() + clock.offsetMs),
  });
  delete headers['host'];
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
}

/** A link by credentials whose end is not told to the signer, as with most SDKs. */
const linkTo = (
  key: string,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  expiresIn: `${number}s` = '3600s',
) =>
  bucket('rooms', {
    endpoint: server.endpoint,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region: 'us-east-1',
    store: 'tidegate',
    now: () => new Date(Date.now() + clock.offsetMs),
  }).presignGet(key, { expiresIn });

async function makeKey(body: unknown): Promise<Credentials & { id: string }> {
  const answer = await server.signed('POST', '/_/api/v1/keys', {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  const key = (await answer.json()) as { id: string; secretAccessKey: string };
  return { ...key, accessKeyId: key.id };
}

const admin = (method: string, path: string, body?: unknown) =>
  server.signed(method, `/_/api/v1${path}`, {
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

test('STS-1 STS-3 STS-10 a form or a query, signed for sts or s3, is answered as AWS does', async () => {
  for (const asked of [{}, { service: 's3' }, { method: 'GET' as const }]) {
    const answer = await sts({ Action: 'GetSessionToken' }, asked);
    assert.equal(answer.status, 200, answer.text);
    assert.match(
      answer.text,
      /^<GetSessionTokenResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><GetSessionTokenResult><Credentials>/,
    );
    assert.match(answer.member('AccessKeyId') ?? '', /^TGTS[A-Z2-7]{16}$/);
    assert.match(answer.member('SecretAccessKey') ?? '', /^[A-Za-z0-9]{40}$/);
    assert.equal(answer.member('RequestId'), answer.headers.get('x-amz-request-id'));
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.ok(!server.logged().includes(answer.member('SessionToken') ?? '-'));
    assert.ok(!server.logged().includes(answer.member('SecretAccessKey') ?? '-'));
  }
});

test('STS-1 a body whose hash is said and signed is taken, too; POST of anything but a form is S3s', async () => {
  const body = 'Action=GetSessionToken&Version=2011-06-15';
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const headers = signHeaders({
    method: 'POST',
    url: `${server.endpoint}/`,
    headers: type,
    payloadHash: sha256Hex(body),
    credentials: rootCredentials,
    region: 'us-east-1',
    service: 'sts',
  });
  delete headers['host'];
  assert.equal((await fetch(`${server.endpoint}/`, { method: 'POST', headers, body })).status, 200);
  const unsaid = await server.signed('POST', '/', { body, headers: type });
  assert.match(await unsaid.text(), /<Code>SignatureDoesNotMatch<\/Code>/);
  const json = await server.signed('POST', '/', { body: '{}', headers: { 'content-type': 'application/json' } });
  assert.equal(json.status, 405);
});

test('STS-2 STS-4 what is not signed, changed under way, or a link, makes no credentials', async () => {
  const asked = { Action: 'GetSessionToken' };
  const anonymous = await fetch(`${server.endpoint}/`, {
    method: 'POST',
    body: new URLSearchParams({ ...asked, Version: '2011-06-15' }),
  });
  assert.equal(anonymous.status, 403);
  assert.match(await anonymous.text(), /<ErrorResponse xmlns="https:[^"]+"><Error><Type>Sender<\/Type><Code>Missing/);
  const sent = 'Action=GetSessionToken&DurationSeconds=129600&Version=2011-06-15';
  assert.equal((await sts(asked, { sent })).code, '403 SignatureDoesNotMatch');
  const link = new URL(linkTo('x', rootCredentials));
  const query = `${link.search}&Action=GetSessionToken&Version=2011-06-15`;
  assert.equal((await fetch(`${server.endpoint}/${query}`)).status, 403);
  assert.equal((await sts(asked, { sent: `x=${'y'.repeat(70_000)}` })).code, '400 ValidationError');
});

test('STS-4 a refusal of the signature has the code that STS gives it', async () => {
  const asked = { Action: 'GetSessionToken' };
  const other = { accessKeyId: 'TGAKNOBODY', secretAccessKey: rootCredentials.secretAccessKey };
  assert.equal((await sts(asked, { credentials: other })).code, '403 InvalidClientTokenId');
  const wrong = { ...rootCredentials, secretAccessKey: 'wrong' };
  assert.equal((await sts(asked, { credentials: wrong })).code, '403 SignatureDoesNotMatch');
  assert.equal((await sts(asked, { service: 'iam' })).code, '400 IncompleteSignature');
});

const refusedParameters: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
  [{ Action: 'GetFederationToken' }, '400 InvalidAction'],
  [{ Action: 'constructor' }, '400 InvalidAction'],
  [{ Action: 'GetSessionToken', Version: '2010-01-01' }, '400 InvalidAction'],
  [{ Action: 'GetSessionToken', DurationSeconds: '899' }, '400 ValidationError'],
  [{ Action: 'GetSessionToken', DurationSeconds: '129601' }, '400 ValidationError'],
  [{ Action: 'GetSessionToken', DurationSeconds: '1e3' }, '400 ValidationError'],
  [{ Action: 'GetSessionToken', SerialNumber: 'x', TokenCode: '123456' }, '400 ValidationError'],
  [{ Action: 'GetSessionToken', Policy: policyOf() }, '400 ValidationError'],
  [{ Action: 'AssumeRole', RoleSessionName: 'nightly' }, '400 ValidationError'],
  [{ Action: 'AssumeRole', ...role({ RoleSessionName: 'a b' }) }, '400 ValidationError'],
  [{ Action: 'AssumeRole', ...role({ RoleArn: 'arn:aws:iam::root:user/reader' }) }, '400 ValidationError'],
  [{ Action: 'AssumeRole', ...role({ 'PolicyArns.member.1.arn': 'x' }) }, '400 ValidationError'],
  [{ Action: 'AssumeRole', ...role({ 'Tags.member.1.Key': 'x' }) }, '400 ValidationError'],
  [{ Action: 'AssumeRole', ...role({ RoleArn: 'arn:aws:iam::billing:role/reader' }) }, '403 AccessDenied'],
  [{ Action: 'AssumeRole', ...role({ Policy: '{' }) }, '400 MalformedPolicyDocument'],
];
for (const [parameters, code] of refusedParameters) {
  test(`STS-5 STS-11 STS-14 ${new URLSearchParams(parameters)} is ${code}`, async () => {
    assert.equal((await sts(parameters)).code, code);
  });
}

test('STS-14 any role of the own account may be assumed, and of any account of 12 digits', async () => {
  const id = (await sts({ Action: 'GetCallerIdentity' })).member('Account') ?? '';
  assert.match(id, /^[1-9]\d{11}$/);
  for (const account of ['root', id, '', '123456789012', '000000000000']) {
    const arn = `arn:aws:iam::${account}:role/team/reader`;
    const answer = await sts({ Action: 'AssumeRole', ...role({ RoleArn: arn, ExternalId: 'x' }) });
    assert.equal(answer.member('Arn'), `arn:aws:sts::${id}:assumed-role/team/reader/nightly`);
    assert.match(answer.member('AssumedRoleId') ?? '', /^TGTS\w{16}:nightly$/);
    assert.equal(answer.member('PackedPolicySize'), undefined);
  }
});

test('STS-6 STS-7 STS-13 temporary credentials make no others and do not administer; nor do those of link-only keys', async () => {
  const credentials = await session();
  assert.equal((await sts({ Action: 'GetSessionToken' }, { credentials })).code, '403 AccessDenied');
  assert.equal((await sts({ Action: 'AssumeRole', ...role() }, { credentials })).code, '403 AccessDenied');
  const identity = await sts({ Action: 'GetCallerIdentity' }, { credentials });
  assert.equal(identity.member('UserId'), credentials.accessKeyId);
  const listed = await signed('GET', '/_/api/v1/keys', credentials);
  assert.equal(listed.status, 403);
  const linkOnly = await makeKey({ role: 'link-only' });
  assert.equal((await sts({ Action: 'GetSessionToken' }, { credentials: linkOnly })).code, '403 AccessDenied');
});

test('SIG-74 SIG-75 SEC-135 a token that is missing, altered, or of another session admits nothing', async () => {
  const credentials = await session();
  assert.equal((await signed('GET', '/rooms/a/x', credentials)).status, 200);
  assert.equal((await fetch(linkTo('a/x', credentials))).status, 200);
  const { sessionToken: _, ...tokenless } = credentials;
  const other = await session();
  const last = credentials.sessionToken.at(-1) ?? '';
  const altered = [
    other.sessionToken,
    `${credentials.sessionToken.slice(0, -1)}${last === 'A' ? 'B' : 'A'}`,
    `${credentials.sessionToken}=`,
    `B${credentials.sessionToken.slice(1)}`,
    'x',
  ];
  const told = async (answer: Response) => `${answer.status} ${/<Code>(\w+)/.exec(await answer.text())?.[1]}`;
  assert.equal(await told(await signed('GET', '/rooms/a/x', tokenless)), '403 InvalidAccessKeyId');
  for (const sessionToken of altered) {
    const wrong = { ...credentials, sessionToken };
    assert.equal(await told(await signed('GET', '/rooms/a/x', wrong)), '400 InvalidToken', sessionToken);
    assert.equal(await told(await fetch(linkTo('a/x', wrong))), '400 InvalidToken');
  }
  const permanent = { ...rootCredentials, sessionToken: credentials.sessionToken };
  assert.equal(await told(await signed('GET', '/rooms/a/x', permanent)), '400 InvalidToken');
});

test('SIG-76 SIG-77 STS-11 temporary credentials end on their second, and every link of theirs with them', async () => {
  const credentials = await session({ DurationSeconds: '900' });
  const url = linkTo('a/x', credentials, '86400s');
  assert.equal((await fetch(url)).status, 200);
  const leftMs = Date.parse(credentials.expiration) - Date.now();
  assert.ok(leftMs > 895_000 && leftMs <= 900_000, `${leftMs}`);
  try {
    clock.offsetMs = leftMs + 1;
    const ended = await fetch(url);
    assert.equal(ended.status, 400);
    assert.match(await ended.text(), /<Code>ExpiredToken<\/Code>.*<Reason>ExpiredToken<\/Reason>/);
    assert.equal((await signed('GET', '/rooms/a/x', credentials)).status, 400);
    assert.equal((await sts({ Action: 'GetCallerIdentity' }, { credentials })).code, '403 ExpiredToken');
  } finally {
    clock.offsetMs = 0;
  }
});

test('STS-12 SEC-135 temporary credentials die with their key, and with the secret that signed for them', async () => {
  const key = await makeKey({ role: 'owner' });
  const first = await session({}, key);
  const link = linkTo('a/x', first);
  const works = async (credentials: Credentials) => (await signed('GET', '/rooms/a/x', credentials)).status;
  assert.deepEqual([await works(first), (await fetch(link)).status], [200, 200]);
  await admin('PATCH', `/keys/${key.id}`, { state: 'disabled' });
  assert.deepEqual([await works(first), (await fetch(link)).status], [403, 403]);
  await admin('PATCH', `/keys/${key.id}`, { state: 'enabled' });
  assert.equal(await works(first), 200);
  const rotated = (await (await admin('POST', `/keys/${key.id}/rotate`)).json()) as { secretAccessKey: string };
  const second = await session({}, { ...key, secretAccessKey: rotated.secretAccessKey });
  assert.deepEqual([await works(first), await works(second)], [200, 200]);
  await admin('POST', `/keys/${key.id}/retire`);
  assert.deepEqual([await works(first), await works(second)], [403, 200]);
  await admin('PATCH', `/keys/${key.id}`, { role: 'read' });
  assert.equal((await signed('PUT', '/rooms/a/y', second, 'x')).status, 403);
  await admin('DELETE', `/keys/${key.id}`);
  assert.equal(await works(second), 403);
});

test('STS-20 STS-21 a policy narrows what its key may, in headers and in links, and never widens it', async () => {
  const narrowed = await session(
    role({
      Policy: policyOf(
        { Effect: 'Allow', Action: ['s3:Get*', 's3:PutObject'], Resource: 'arn:aws:s3:::rooms/a/*' },
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: ['arn:aws:s3:::rooms'] },
        { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::rooms/a/secret*' },
      ),
    }),
  );
  const status = async (method: string, path: string, body?: string) =>
    (await signed(method, path, narrowed, body)).status;
  assert.equal(await status('GET', '/rooms/a/x'), 200);
  assert.equal(await status('PUT', '/rooms/a/y', 'y'), 200);
  assert.equal(await status('GET', '/rooms?list-type=2'), 200);
  assert.equal(await status('GET', '/rooms/b/x'), 403);
  assert.equal(await status('PUT', '/rooms/a/secret', 'y'), 403);
  assert.equal(await status('DELETE', '/rooms/a/x'), 403);
  assert.equal(await status('DELETE', '/rooms'), 403);
  assert.equal(await status('GET', '/'), 403);
  assert.equal((await fetch(linkTo('a/x', narrowed))).status, 200);
  assert.equal((await fetch(linkTo('b/x', narrowed))).status, 403);

  const reader = await makeKey({ role: 'read', buckets: ['rooms'], prefixes: ['a/'] });
  const everything = policyOf({ Effect: 'Allow', Action: '*', Resource: '*' });
  const wide = await session(role({ Policy: everything }), reader);
  assert.equal((await signed('GET', '/rooms/a/x', wide)).status, 200);
  assert.equal((await signed('GET', '/rooms/b/x', wide)).status, 403);
  assert.equal((await signed('PUT', '/rooms/a/x', wide, 'x')).status, 403);
});
