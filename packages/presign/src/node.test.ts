import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fromProfile, type Profile } from './node.ts';
import { bucket } from './sign/bucket.ts';
import { parseSections, splitWords } from './sign/profile-file.ts';

const home = mkdtempSync(join(tmpdir(), 'tidegate-profile-'));
after(() => {
  rmSync(home, { recursive: true });
});
const config = join(home, 'config');
const credentialsFile = join(home, 'credentials');
const script = join(home, 'give keys.mjs');
const counter = join(home, 'count');

writeFileSync(
  config,
  `# comment
[default]
region = eu-west-1
endpoint_url = http://127.0.0.1:9000
s3 =
    addressing_style = path
    signature_version = s3v4

[profile work]
region=us-west-2
services = mine
[profile "with space"]
aws_access_key_id = SPACE
aws_secret_access_key = space=secret
[profile tide]
aws_access_key_id = TIDE
aws_secret_access_key = tide
endpoint_url = http://tide.test
tidegate = true
[profile old]
aws_access_key_id = OLD
aws_secret_access_key = old
s3 =
  signature_version = s3
  addressing_style = virtual
[profile process]
credential_process = "${process.execPath}" '${script}' 2099-01-01T00:00:00Z
[profile short]
credential_process = "${process.execPath}" '${script}' 2026-01-01T00:10:00Z
[profile broken]
credential_process = "${process.execPath}" -e "process.exit(3)"
[profile talkative]
credential_process = "${process.execPath}" -e "console.log('not json secret')"
[profile missing]
credential_process = /nonexistent/program
[profile based]
source_profile = work
[profile loop]
source_profile = loop
[profile role]
role_arn = arn:aws:iam::1:role/x
source_profile = work
[profile sso]
sso_session = s
[profile metadata]
credential_source = Ec2InstanceMetadata
[profile half]
aws_access_key_id = HALF
[profile empty]
region = r
[profile odd]
s3 =
  addressing_style = sideways
[services mine]
s3 =
  endpoint_url = http://services:1
dynamodb =
  endpoint_url = http://other:1
`,
);
writeFileSync(
  credentialsFile,
  `[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = default-secret
[work]
aws_access_key_id = WORK
aws_secret_access_key = work-secret
aws_session_token = work-token
`,
);
writeFileSync(
  script,
  `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(counter)}, 'x');
console.log(JSON.stringify({ Version: 1, AccessKeyId: 'PROCESS', SecretAccessKey: 'p', SessionToken: 't', Expiration: process.argv[2] }));
`,
);

const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentialsFile };
const read = (name?: string, env: Record<string, string> = {}): Profile =>
  fromProfile(name, { env: { ...files, ...env }, home, now: () => new Date('2026-01-01T00:00:00Z') });

test('fromProfile reads keys, region, endpoint and style as the AWS tools do', () => {
  const { credentials, ...rest } = read();
  assert.deepEqual(rest, {
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:9000',
    style: 'path',
    signatureVersion: 'v4',
  });
  assert.deepEqual(credentials(), { accessKeyId: 'DEFAULT', secretAccessKey: 'default-secret' });
});

test('fromProfile takes the profile of AWS_PROFILE, and a name before it', () => {
  assert.equal(read(undefined, { AWS_PROFILE: 'work' }).name, 'work');
  assert.equal(read('old', { AWS_PROFILE: 'work' }).name, 'old');
  assert.deepEqual(read('work').credentials(), {
    accessKeyId: 'WORK',
    secretAccessKey: 'work-secret',
    sessionToken: 'work-token',
  });
});

test('fromProfile takes keys of the environment before a profile that nobody named', () => {
  const env = { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 'e' };
  assert.equal(read(undefined, env).credentials().accessKeyId, 'ENV');
  assert.equal(read('work', env).credentials().accessKeyId, 'WORK');
});

test('fromProfile leaves region and endpoint to the environment where it names them', () => {
  assert.equal(read('work', { AWS_REGION: 'x' }).region, 'x');
  assert.equal(read('default', { AWS_ENDPOINT_URL: 'http://e' }).endpoint, undefined);
  assert.equal(read('default', { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }).endpoint, undefined);
  assert.equal(read('work').endpoint, 'http://services:1');
});

test('fromProfile reads a quoted name, a value with an equals sign, and SigV2', () => {
  assert.deepEqual(read('with space').credentials(), { accessKeyId: 'SPACE', secretAccessKey: 'space=secret' });
  const { style, signatureVersion } = read('old');
  assert.deepEqual([style, signatureVersion], ['virtual', 'v2']);
});

test('fromProfile runs credential_process once while its keys last', () => {
  const { credentials } = read('process');
  assert.deepEqual(credentials(), {
    accessKeyId: 'PROCESS',
    secretAccessKey: 'p',
    sessionToken: 't',
    expiration: '2099-01-01T00:00:00Z',
  });
  assert.equal(credentials(), credentials());
});

test('fromProfile runs credential_process again when its keys end within five minutes', () => {
  let now = new Date('2026-01-01T00:00:00Z');
  const { credentials } = fromProfile('short', { env: files, home, now: () => now });
  const first = credentials();
  assert.equal(credentials(), first);
  now = new Date('2026-01-01T00:05:00Z');
  assert.notEqual(credentials(), first);
});

for (const [name, code, text] of [
  ['broken', 'ProfileInvalid', /gave no keys\. It ended with 3\./],
  ['talkative', 'ProfileInvalid', /gave no keys/],
  ['missing', 'ProfileInvalid', /gave no keys/],
  ['role', 'ProfileInvalid', /assumes a role/],
  ['sso', 'ProfileInvalid', /from SSO/],
  ['metadata', 'ProfileInvalid', /instance metadata/],
  ['half', 'ProfileInvalid', /alone/],
  ['empty', 'CredentialsMissing', /no keys/],
] as const) {
  test(`fromProfile says why the profile ${name} gives no keys, and never what it read`, () => {
    const { credentials } = read(name);
    assert.throws(credentials, (error) => {
      assert.ok(error instanceof Error && 'code' in error && 'hint' in error);
      assert.equal(error.code, code);
      assert.match(error.message, text);
      assert.ok(!/not json/.test(`${error.message}${error.hint}${error.cause}`));
      assert.ok(String(error.hint).length > 10);
      return true;
    });
  });
}

test('fromProfile takes the keys of source_profile, and refuses a circle', () => {
  assert.equal(read('based').credentials().accessKeyId, 'WORK');
  assert.throws(() => read('loop'), { code: 'ProfileInvalid' });
});

test('fromProfile refuses a missing profile, but not a missing default', () => {
  assert.throws(() => read('nobody'), { code: 'ProfileInvalid' });
  const nothing = fromProfile(undefined, {
    env: { AWS_CONFIG_FILE: '/nonexistent/a', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/b' },
    home,
  });
  assert.throws(nothing.credentials, { code: 'CredentialsMissing' });
  assert.throws(() => read('odd'), { code: 'ProfileInvalid' });
});

test('fromProfile finds the files in the home folder, also through a tilde', () => {
  assert.equal(
    fromProfile('work', {
      env: { AWS_CONFIG_FILE: '~/config', AWS_SHARED_CREDENTIALS_FILE: '~/credentials' },
      home,
    }).credentials().accessKeyId,
    'WORK',
  );
  assert.equal(fromProfile(undefined, { env: {}, home }).region, undefined);
});

test('fromProfile gives what bucket takes', () => {
  assert.match(
    bucket('reports', read()).presignGet('k'),
    /^http:\/\/127\.0\.0\.1:9000\/reports\/k\?.*Credential=DEFAULT%2F\d{8}%2Feu-west-1/,
  );
});

test('a profile file keeps nested settings apart, joins sections and ignores comments', () => {
  const sections = parseSections('[a]\r\nx = 1\n; c\n # c\ns3 =\n  y = 2\n  z: 3\nw=\n[a]\nx = 4\nlost');
  assert.deepEqual(
    [...(sections.get('a') ?? [])],
    [
      ['x', '4'],
      ['s3', ''],
      ['s3.y', '2'],
      ['s3.z', '3'],
      ['w', ''],
    ],
  );
});

for (const [line, words] of [
  ['a b', ['a', 'b']],
  [`'a b' "c \\" d" e\\ f`, ['a b', 'c " d', 'e f']],
  [`a'b'"c"d`, ['abcd']],
  [`'' x`, ['', 'x']],
] as const) {
  test(`the words of ${line} are those of a shell`, () => {
    assert.deepEqual(splitWords(line), words);
  });
}

test('SIG-116 a profile is taken as credentials and as a whole configuration', () => {
  for (const config of [{ credentials: read('work') }, { credentials: read('work').credentials }, read('work')])
    assert.match(bucket('photos', config).presignGet('k'), /Credential=WORK%2F/);
  assert.deepEqual(Object.keys(read()).toSorted(), ['credentials', 'endpoint', 'region', 'signatureVersion', 'style']);
  assert.equal(read().name, 'default');
});

test('a profile with tidegate = true makes limits signable at its own endpoint only', () => {
  const tide = read('tide');
  assert.match(
    bucket('photos', tide).presignGet('k', { limits: { uses: 1 } }),
    /^http:\/\/tide\.test\/photos.*x-link-uses=1/,
  );
  assert.equal(read('tide', { AWS_ENDPOINT_URL: 'http://elsewhere.test' }).store, undefined);
});
