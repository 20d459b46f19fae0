import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { settings } from './list.ts';
import { completeSettings, readSettings, settingsFrom } from './read-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-settings-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test('flags beat environment beats file beats default, and each value tells where it came from', () => {
  const configFile = write('order.toml', 'region = "from-file"\nsigv2 = "aws"\nlisten = "127.0.0.1:1"\n');
  const read = readSettings({
    configFile,
    flags: { listen: '127.0.0.1:3' },
    environment: { TIDEGATE_LISTEN: '127.0.0.1:2', TIDEGATE_REGION: 'from-environment' },
  });
  assert.deepEqual(read.settings.listen, [{ kind: 'tcp', host: '127.0.0.1', port: 3 }]);
  assert.equal(read.settings.region, 'from-environment');
  assert.equal(read.settings.sigv2, 'aws');
  assert.equal(read.settings.maxConnections, 4096);
  const { listen, region, sigv2, maxConnections } = read.sources;
  assert.deepEqual([listen, region, sigv2, maxConnections], ['flag', 'environment', 'file', 'default']);
});

test('every variable is also read from the file that …_FILE names, its newline cut', () => {
  const path = write('region', 'eu-test-1\n');
  assert.equal(readSettings({ flags: {}, environment: { TIDEGATE_REGION_FILE: path } }).settings.region, 'eu-test-1');
  assert.throws(
    () => readSettings({ flags: {}, environment: { TIDEGATE_REGION_FILE: path, TIDEGATE_REGION: 'x' } }),
    /both set/,
  );
});

test('the file is looked for in the data folder', () => {
  mkdirSync(join(folder, 'data'));
  write('data/tidegate.toml', 'strict_region = true\n');
  const read = readSettings({ flags: { data: join(folder, 'data') }, environment: {} });
  assert.equal(read.settings.strictRegion, true);
  assert.equal(read.configFile, join(folder, 'data', 'tidegate.toml'));
});

for (const [toml, message] of [
  ['region = "x"\nlistn = "127.0.0.1:1"\n', /line 2: `listn` is not a setting\. Did you mean `listen`\?/],
  [
    '[limits]\nmax_connection = 3\n',
    /line 2: `limits\.max_connection` is not a setting\. Did you mean `limits\.max_connections`\?/,
  ],
  ['region = \n', /line 1: this is not TOML/],
  ['listen = "unix:/run/tidegate.sock"\nworkers = 2\n', /--workers shares a port/],
  ['upstream = "https://s3.example.com"\n', /Gateway mode is not in this version/],
  ['meta = "postgres://x"\n', /not in this version/],
  ['new_buckets = "2024"\n', /is not one of classic, 2023/],
  ['listen = "127.0.0.1"\n', /line 1: listen "127\.0\.0\.1" is not an address/],
  ['listen = 9000\n', /is not a text in quotes/],
  ['explain = "yes"\n', /is not true, false or header/],
  ['trust_proxy = ["10.0.0.0/33"]\n', /is not an address or CIDR/],
  ['[limits]\nmax_url_bytes = "1GB"\n', /is not a size from/],
  ['[tls]\ncert = "a.pem"\n', /TLS needs both/],
  ['region = "Not A Region"\n', /is not a region/],
] as const) {
  test(`a bad file is refused by name and line: ${JSON.stringify(toml)}`, () => {
    assert.throws(() => settingsFrom({}, toml), message);
  });
}

test('a feature that is not built is left alone where its setting is empty, as `config init` writes it', () => {
  assert.equal(settingsFrom({}, 'meta = ""\nblobs = ""\nupstream = ""\nworkers = 1\n').upstream, undefined);
});

test('SEC-806 no secret has a flag, and its value is never in a message', () => {
  for (const one of Object.values(settings)) if (one.secret) assert.equal(one.flag, undefined);
  const environment = { TIDEGATE_ROOT_SECRET_ACCESS_KEY: 'only-the-secret-is-set' };
  assert.throws(
    () => readSettings({ flags: {}, environment }),
    (error: Error) => /belong together/.test(error.message) && !error.message.includes('only-the-secret-is-set'),
  );
});

test('SEC-807 a secret in a file that others may read is refused unless the operator says otherwise', () => {
  const token = write('token', 'metrics-token\n', 0o644);
  const environment = { TIDEGATE_METRICS_TOKEN_FILE: token };
  assert.throws(() => readSettings({ flags: {}, environment }), /not private: others may read it \(mode 0644\)/);
  const read = readSettings({ flags: {}, environment: { ...environment, TIDEGATE_ALLOW_INSECURE_FILE_MODES: 'true' } });
  assert.equal(read.settings.metricsToken, 'metrics-token');
});

test('SEC-807 a secret may be in the settings file itself, if only its owner can read that', () => {
  const path = write('secret.toml', '[metrics]\ntoken = "metrics-token"\n', 0o600);
  assert.equal(readSettings({ flags: {}, environment: {}, configFile: path }).settings.metricsToken, 'metrics-token');
  for (const mode of [0o640, 0o604]) {
    const open = write('open.toml', '[metrics]\ntoken = "metrics-token"\n', mode);
    assert.throws(
      () => readSettings({ flags: {}, environment: {}, configFile: open }),
      (error: Error) =>
        /not private: others may read it .*, and it holds metrics\.token\. Run {2}chmod 600 \S+ {2}or write metrics\.token_file = "FILE" instead\.$/.test(
          error.message,
        ) && !error.message.includes('metrics-token'),
    );
    const lax = write('lax.toml', 'allow_insecure_file_modes = true\n[metrics]\ntoken = "t"\n', mode);
    assert.equal(readSettings({ flags: {}, environment: {}, configFile: lax }).settings.metricsToken, 't');
    const without = write('without.toml', '[metrics]\nenabled = true\n', mode);
    assert.equal(readSettings({ flags: {}, environment: {}, configFile: without }).settings.metricsToken, undefined);
  }
});

for (const [toml, message] of [
  ['[metrics]\ntoken = "a"\ntoken_file = "b"\n', /line 2: metrics\.token and metrics\.token_file are both set/],
  ['[metrics]\ntoken = 12345\n', /line 2: metrics\.token is set to something that is not a text in quotes/],
  [
    'master_key = "abc"\n',
    /`master_key` cannot be set in this file\. Set TIDEGATE_MASTER_KEY in the environment, or TIDEGATE_MASTER_KEY_FILE/,
  ],
  ['root_secret_access_key_file = "abc"\n', /Set TIDEGATE_ROOT_SECRET_ACCESS_KEY in the environment/],
] as const) {
  test(`SEC-806 a secret in the wrong place is refused with the right one: ${JSON.stringify(toml)}`, () => {
    assert.throws(() => settingsFrom({}, toml), message);
  });
}

test('SEC-806 the secret of a webhook in the wrong place is not in the message about it', () => {
  assert.throws(
    () => settingsFrom({}, '[[webhooks.target]]\nurl = "https://a.example/"\nsecret = "whsec-of-mine"\n'),
    (error: Error) => /`secret` is not a member of one/.test(error.message) && !error.message.includes('whsec-of-mine'),
  );
});

test('a variable that is no setting is worth a warning with the nearest name', () => {
  const { warnings } = readSettings({ flags: {}, environment: { TIDEGATE_LISTENN: 'x', TIDEGATE_ENDPOINT: 'y' } });
  assert.deepEqual(warnings, ['TIDEGATE_LISTENN is not a setting. Did you mean TIDEGATE_LISTEN?']);
});

test('every setting has a text, a variable of its own, and the names of one flag and path', () => {
  const all = Object.values(settings);
  for (const field of ['environment', 'flag', 'toml'] as const) {
    const names = all.map((one) => one[field]).filter((name) => name !== undefined);
    assert.equal(new Set(names).size, names.length, field);
  }
  for (const one of all) {
    assert.match(one.environment, /^TIDEGATE_[A-Z0-9_]+$/);
    assert.ok(one.text.length > 10);
  }
});

for (const [text, expected] of [
  ['127.0.0.1:9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }],
  ['[::1]:0', { kind: 'tcp', host: '::1', port: 0 }],
  ['files.example.com:80', { kind: 'tcp', host: 'files.example.com', port: 80 }],
  ['unix:/run/t.sock', { kind: 'unix', path: '/run/t.sock' }],
  ['::1:9000', undefined],
  ['127.0.0.1:65536', undefined],
  [':9000', undefined],
] as const) {
  test(`the address ${text} is ${expected === undefined ? 'none' : 'read'}`, () => {
    if (expected === undefined) assert.throws(() => settingsFrom({ listen: text }));
    else assert.deepEqual(settingsFrom({ listen: text }).listen, [expected]);
  });
}

test('a program gives settings as values or as texts, and what it leaves out has its default', () => {
  const complete = completeSettings({ listen: '127.0.0.1:0', linkMaxExpiryS: '7d', workers: 2, region: undefined });
  assert.deepEqual(complete.listen, [{ kind: 'tcp', host: '127.0.0.1', port: 0 }]);
  assert.deepEqual([complete.linkMaxExpiryS, complete.workers, complete.region], [604_800, 2, 'us-east-1']);
  assert.deepEqual(completeSettings(complete), complete);
  assert.deepEqual(completeSettings({}), settingsFrom({}));
});

for (const [given, message] of [
  [{ lisen: '127.0.0.1:0' }, 'Unknown setting "lisen". Did you mean listen?'],
  [{ 'log.level': 'debug' }, 'Unknown setting "log.level". Did you mean logLevel?'],
  [{ 'console-listen': 'off' }, 'Unknown setting "console-listen". Did you mean consoleListen?'],
  [{ nothingOfTheKind: 1 }, 'Unknown setting "nothingOfTheKind".'],
  [{ logLevel: 'loud' }, 'logLevel "loud" is not one of debug, info, warn, error.'],
  [{ tlsKey: '/key.pem' }, 'TLS needs both --tls-cert and --tls-key.'],
] as const) {
  test(`a program that gives ${JSON.stringify(given)} is refused`, () => {
    assert.throws(() => completeSettings(given as never), { name: 'BadSetting', message });
  });
}
