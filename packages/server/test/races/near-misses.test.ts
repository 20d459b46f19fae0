import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { bucket } from '@tidegate/presign';
import { readSeed } from '../../../../test/seed.ts';
import { presignAnything, startTestServer, type TestServer } from '../test-server.ts';

const seed = readSeed();
const count = Number(process.env['TIDEGATE_NEAR_MISSES'] ?? 1_000);

let server: TestServer;
let agent: Agent;
before(async () => {
  // Whatever it costs: how little it may cost is for another test.
  server = await startTestServer({
    toml: 'domains = ["s3.example.com", "files.example.com:9000"]\n[limits]\nexplain_cpu_percent = 100\n[log]\nrequests = false\n',
  });
  agent = new Agent({ keepAlive: true, maxSockets: 4 });
  assert.equal((await server.signed('PUT', '/near-miss')).status, 200);
});
after(async () => {
  agent.destroy();
  await server.stop();
});

let state = seed | 1;
function random(most: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % most;
}
function oneOf<const Choice>(...choices: readonly Choice[]): Choice {
  return choices[random(choices.length)] ?? assert.fail();
}

type Sent = {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
};
type Reason = string;
const ported = 'files.example.com:9000';
/** What becomes of a good link on its way; undefined: this damage does not apply to it. */
type Damage = (url: string, key: string) => Sent | undefined;

const sign = (key: string, options: Parameters<ReturnType<typeof bucket>['presignGet']>[1] = {}, other = {}): string =>
  bucket('near-miss', {
    endpoint: server.endpoint,
    credentials: server.credentials,
    region: 'us-east-1',
    store: 'tidegate',
    ...other,
  }).presignGet(key, { expiresIn: 900, ...options });

function makeKey(): string {
  const parts = Array.from({ length: 1 + random(3) }, () =>
    oneOf('report', 'Q3', 'año 2026', 'a+b', 'x&y', "o'clock", '(1)', '日本', 'data', 'film.mp4'),
  );
  return `${parts.join('/')}${oneOf('.txt', '.PDF', '', '.tar.gz')}`;
}

function makeLink(key: string): string {
  return sign(key, {
    ...(random(2) === 0 ? {} : { download: 'a b.txt' }),
    ...(random(2) === 0 ? {} : { limits: { uses: 1 + random(9), id: `id-${random(1000)}` } }),
  });
}

const replaced = (url: string, from: string | RegExp, to: string): Sent | undefined => {
  const after = url.replace(from, to);
  return after === url ? undefined : { url: after };
};
const rawQuery = (url: string): string => url.slice(url.indexOf('?') + 1);

/** Each with the reason that it must be told by. */
const damages: readonly (readonly [what: string, reason: Reason, damage: Damage])[] = [
  [
    'punctuation behind it',
    'TrailingGarbage',
    (url) => ({ url: `${url}${oneOf('.', ')', ',', '%22', '%3E', ').', '%0A')}` }),
  ],
  ['a cut end', 'SignatureTruncated', (url) => ({ url: url.slice(0, -1 - random(40)) })],
  ['another method', 'MethodChanged', (url) => ({ url, method: oneOf('PUT', 'DELETE') })],
  ['a tracker', 'QueryAdded', (url) => ({ url: `${url}&${oneOf('utm_source=mail', 'fbclid=abc', 'gclid=1')}` })],
  ['a parameter', 'QueryAdded', (url) => ({ url: `${url}&${oneOf('download=1', 'v=2', 'name=x%20y')}` })],
  ['encoding twice', 'DoubleEncoded', (url, key) => (/[ ñ日]/.test(key) ? { url: encodedTwice(url) } : undefined)],
  ['HTML in between', 'AmpEscaped', (url) => ({ url: url.replaceAll('&', '&amp;') })],
  [
    'the name behind a proxy',
    'HostChanged',
    (_, key) => ({ url: sign(key, {}, { endpoint: 'http://s3.example.com' }), headers: { host: server.host } }),
  ],
  [
    'a port that is gone',
    'PortChanged',
    (_, key) => ({ url: sign(key, {}, { endpoint: `http://${ported}` }), headers: { host: 'files.example.com' } }),
  ],
  [
    'a prefix of a proxy',
    'PathPrefix',
    (url) => replaced(url, '/near-miss/', `${oneOf('/storage', '/s3')}/near-miss/`),
  ],
  ['a header that nobody signed', 'UnsignedHeader', (url) => ({ url, headers: { 'x-amz-meta-color': 'red' } })],
  ['a key in other letters', 'KeyChanged', (url, key) => changedCase(url, key)],
  [
    'a secret pasted with a blank',
    'SecretWhitespace',
    (_, key) => ({
      url: presignAnything({ ...server, credentials: blankSecret() }, 'GET', `/near-miss/${encodedKey(key)}`, []),
    }),
  ],
  ['time', 'LinkExpired', (_, key) => ({ url: sign(key, { expiresIn: 60 }, { now: () => Date.now() - 3_600_000 }) })],
  ['a clock ahead', 'ClockSkew', (_, key) => ({ url: sign(key, {}, { now: () => Date.now() + 7_200_000 }) })],
  ['a key of nobody', 'UnknownKey', (url) => replaced(url, server.credentials.accessKeyId, 'TGAKNOBODYSKEY000001')],
  // No single change of a kind that happens by itself: nothing may be named.
  ['another signature', 'SignatureMismatch', (url) => replaced(url, /[0-9a-f]{12}$/, '0123456789ab')],
  ['another object', 'SignatureMismatch', (url, key) => replaced(url, encodedKey(key), `secret-${random(1e6)}`)],
  ['more uses', 'SignatureMismatch', (url) => replaced(url, /x-link-uses=\d/, 'x-link-uses=77')],
  ['a longer life', 'SignatureMismatch', (url) => replaced(url, 'X-Amz-Expires=900', 'X-Amz-Expires=604800')],
  ['another secret', 'SignatureMismatch', (_, key) => ({ url: sign(key, {}, { credentials: wrongSecret() }) })],
];

const encodedKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
const encodedTwice = (url: string): string =>
  `${url.slice(0, url.indexOf('?')).replaceAll('%', '%25')}?${rawQuery(url)}`;
const blankSecret = () => ({
  ...server.credentials,
  secretAccessKey: oneOf(` ${server.credentials.secretAccessKey}`, `${server.credentials.secretAccessKey}\n`),
});
const wrongSecret = () => ({ ...server.credentials, secretAccessKey: `other${server.credentials.secretAccessKey}` });
function changedCase(url: string, key: string): Sent | undefined {
  return /^[\x20-\x7e]*$/.test(key) && key.toLowerCase() === key
    ? replaced(url, encodedKey(key), encodedKey(key.toUpperCase()))
    : undefined;
}

function reasonOf({ url, method = 'GET', headers = {} }: Sent): Promise<string> {
  return new Promise((resolve, reject) => {
    // Sent as it stands: nothing may set it right on the way.
    const path = url.slice(url.indexOf('/', 'http://'.length));
    const options = {
      host: '127.0.0.1',
      port: server.port,
      path,
      method,
      agent,
      headers: { host: server.host, ...headers },
    };
    request(options, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('error', reject);
      answer.on('end', () => {
        const named = /<Reason>([^<]*)<\/Reason>/.exec(text)?.[1];
        resolve(named ?? `${answer.statusCode} ${/<Code>([^<]*)/.exec(text)?.[1] ?? ''}`);
      });
    })
      .on('error', reject)
      .end();
  });
}

test(`SIG-95 SIG-96 of ${count} links that were damaged at random the server names the cause of 95 in 100, and never another one (seed=${seed})`, async (t) => {
  const outcomes = new Map<string, { named: number; silent: number }>();
  const wrong: string[] = [];
  for (let n = 0; n < count; ) {
    const [what, reason, damage] = damages[random(damages.length)] ?? assert.fail();
    const key = makeKey();
    const sent = damage(makeLink(key), key);
    if (sent === undefined) continue;
    n += 1;
    const told = await reasonOf(sent);
    const outcome = outcomes.get(what) ?? { named: 0, silent: 0 };
    outcomes.set(what, outcome);
    if (told === reason) outcome.named += 1;
    else if (told === 'SignatureMismatch') outcome.silent += 1;
    else wrong.push(`${what} of ${key}: ${told} instead of ${reason}`);
  }
  const all = [...outcomes.values()];
  const silent = all.reduce((sum, outcome) => sum + outcome.silent, 0);
  t.diagnostic(
    `seed=${seed} ${[...outcomes].map(([what, { named, silent: missed }]) => `${what} ${named}/${named + missed}`).join(', ')}`,
  );
  assert.deepEqual(wrong, [], `seed=${seed}`);
  assert.ok(silent <= count * 0.05, `seed=${seed}: ${silent} causes of ${count} were not named`);
});
