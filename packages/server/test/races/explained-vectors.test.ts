import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type CauseId, reasonOfCause } from '@tidegate/presign/internal';
import { override } from '../../../../test/override.ts';
import { Secret } from '../../src/stores/keys/secret.ts';
import { systemClock } from '../../src/world/clock.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

type Vector = {
  readonly id: string;
  readonly time: string;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: string;
    readonly bodyBase64?: string;
  };
  readonly expect: { readonly status: number; readonly code: string; readonly cause: CauseId };
  readonly context?: { readonly existingKeys?: readonly string[] };
  readonly credentials?: readonly Credential[];
};
type Credential = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly disabled?: boolean;
};
type VectorFile = {
  readonly server: { readonly baseDomains: readonly string[] };
  readonly credentials: readonly Credential[];
  readonly vectors: readonly Vector[];
};

const file: VectorFile = JSON.parse(
  readFileSync(new URL('../../../presign/src/vectors/explain.json', import.meta.url), 'utf8'),
);
const time = { nowMs: 0 };
let server: TestServer;

before(async () => {
  server = await startTestServer({
    toml: `domains = ${JSON.stringify(file.server.baseDomains)}\nregion = "us-east-1"\nstrict_region = true\nsigv2 = "strict"\n[limits]\nexplain_cpu_percent = 100\n`,
    world: { clock: override(systemClock, { nowMs: () => time.nowMs || Date.now() }) },
  });
  for (const { accessKeyId, secretAccessKey, sessionToken, disabled } of file.credentials) {
    // Temporary credentials of somebody else are nothing that this server gives out.
    if (sessionToken !== undefined) continue;
    const secret = new Secret(secretAccessKey);
    const key = {
      accessKeyId,
      secret,
      accountName: 'root',
      role: 'owner',
      buckets: [],
      prefixes: [],
      note: undefined,
    } as const;
    await server.running.keys.createKey(key);
    if (disabled === true) await server.running.keys.setKeyEnabled(accessKeyId, 'disabled');
  }
});
after(async () => {
  time.nowMs = 0;
  await server.stop();
});

const foreign = file.credentials.flatMap(({ accessKeyId, sessionToken }) =>
  sessionToken === undefined ? [] : [accessKeyId],
);
/** `POST` of an object is no operation of S3: the request is refused before anybody looks at who signed it. */
const notRouted = ['post-of-put'];
const vectors = file.vectors.filter(
  ({ id, request, credentials }) =>
    credentials === undefined && !notRouted.includes(id) && !foreign.some((key) => request.target.includes(key)),
);

/** A request byte for byte, on a connection of its own. */
async function answerTo({ request }: Vector): Promise<string> {
  const { method, target, headers, body, bodyBase64 } = request;
  const bytes = bodyBase64 === undefined ? Buffer.from(body ?? '') : Buffer.from(bodyBase64, 'base64');
  const has = (name: string): boolean => headers.some(([header]) => header.toLowerCase() === name);
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (!has('content-length') && method !== 'GET' && method !== 'HEAD') lines.push(`Content-Length: ${bytes.length}`);
  lines.push('Connection: close', '', '');
  const head = Buffer.from(lines.join('\r\n'), 'latin1');
  return await server.raw(Buffer.concat([head, bytes]), { quietMs: 20_000 });
}

for (const vector of vectors) {
  const { id, expect, context } = vector;
  test(`SIG-95 SIG-97 the answer of a running server to vector ${id} names its cause: ${expect.cause}`, async () => {
    time.nowMs = Date.parse(vector.time);
    const answer = await answerTo(vector);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${expect.status} `));
    const reason = /^x-tidegate-reason: (\w+)/im.exec(answer)?.[1];
    // Which objects there are is for nobody to learn from a refusal: a cause that only they tell may stay unnamed.
    const isHidden = context?.existingKeys !== undefined && reason === reasonOfCause.unknown;
    assert.ok(isHidden || reason === reasonOfCause[expect.cause], `${reason} for ${expect.cause}\n${answer}`);
    if (vector.request.method === 'HEAD') return;
    assert.match(answer, new RegExp(`<Code>${expect.code}</Code>`));
    assert.match(answer, new RegExp(`<Reason>${reason}</Reason>`));
  });
}

test('SIG-95 nearly all vectors are of keys that a server may have', () => {
  assert.ok(vectors.length >= 58, String(vectors.length));
});

test('SEC-911 SIG-95 a flood of near misses takes no more than its share of the time: past it refusals are plain, and quick', async () => {
  time.nowMs = 0;
  const flooded = await startTestServer({ toml: '[log]\nrequests = false\n', settings: { explainCpuPercent: 0.01 } });
  try {
    const { presignAnything } = await import('../test-server.ts');
    const reasons = new Map<string, number>();
    for (let n = 0; n < 600; n += 1) {
      // Signed with a blank behind the secret: the last candidate of all.
      const other = {
        ...flooded,
        credentials: { ...flooded.credentials, secretAccessKey: `${flooded.credentials.secretAccessKey}\n` },
      };
      const answer = await fetch(presignAnything(other, 'GET', `/flood/${n}`, []));
      assert.equal(answer.status, 403);
      await answer.text();
      const reason = answer.headers.get('x-tidegate-reason') ?? '';
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    const unknown = reasons.get(reasonOfCause.unknown) ?? 0;
    // A hundredth of a percent of a minute is 6 ms.
    assert.ok(unknown > 300, JSON.stringify([...reasons]));
    assert.ok(reasons.size === 2, JSON.stringify([...reasons]));
  } finally {
    await flooded.stop();
  }
});
