import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type CauseId, reasonOfCause } from '@tidegate/presign/internal';
import { createChecksum, parseDeclaredChecksum, refusal, S3Error } from '@tidegate/protocol';
import { type Authority, authenticate, type FoundKey } from '../src/auth/authenticate.ts';
import { OpenBody } from '../src/auth/open-body.ts';
import type { Received } from '../src/auth/received.ts';
import { parseRequestTarget } from '../src/auth/request-target.ts';
import { Secret } from '../src/stores/keys/secret.ts';

type Credential = {
  accessKeyId: string;
  secretAccessKey: string;
  identity: string;
  sessionToken?: string;
  sessionExpires?: string;
  disabled?: boolean;
};
type VectorServer = {
  regions: string[] | '*';
  baseDomains: string[];
  allowHeadWithGetUrl: boolean;
  sigv2: 'strict' | 'aws' | 'off';
};
type Vector = {
  id: string;
  time: string;
  request: {
    method: string;
    target: string;
    headers: [string, string][];
    body?: string;
    bodyBase64?: string;
    form?: {
      fields: [string, string][];
      file: { filename?: string; contentType?: string; contentBase64: string };
    };
  };
  server?: Partial<VectorServer>;
  credentials?: Credential[];
  expect: {
    outcome: string;
    mechanism?: string;
    identity?: string;
    accessKeyId?: string;
    bucket?: string;
    key?: string;
    formKey?: string;
    expiresAt?: string;
    decodedSha256?: string;
    status?: number;
    code?: string;
    message?: string;
    members?: Record<string, string>;
    cause?: CauseId;
  };
  context?: { existingKeys?: string[] };
};

const file: { server: VectorServer; credentials: Credential[]; vectors: Vector[] } = JSON.parse(
  readFileSync(new URL('../../presign/src/vectors/presigned.json', import.meta.url), 'utf8'),
);

function foundKey(credential: Credential): FoundKey {
  const { accessKeyId, secretAccessKey, identity, sessionToken, sessionExpires, disabled } = credential;
  return {
    record: {
      accessKeyId,
      account: { id: identity, name: identity, displayName: identity },
      role: 'owner',
      buckets: [],
      prefixes: [],
      note: undefined,
      createdAtMs: 0,
      disabledAtMs: disabled === true ? 1 : undefined,
    },
    secret: new Secret(secretAccessKey),
    secrets: [{ secret: new Secret(secretAccessKey), generation: 1, serial: 1 }],
    session:
      sessionToken === undefined
        ? undefined
        : {
            accessKeyId,
            token: sessionToken,
            endsAtMs: Date.parse(sessionExpires ?? '2999-01-01T00:00:00Z'),
            name: '',
            policy: undefined,
            isTakenBack: () => false,
          },
  };
}

function authorityFor(vector: Vector): Authority {
  const server = { ...file.server, ...vector.server };
  const credentials = vector.credentials ?? file.credentials;
  return {
    keys: {
      readKey: (accessKeyId) => credentials.filter((one) => one.accessKeyId === accessKeyId).map(foundKey)[0],
      readSession: () => undefined,
      noteUse: () => undefined,
    },
    clock: { nowMs: () => Date.parse(vector.time), monotonicMs: () => 0, after: () => () => undefined },
    addressing: { domains: server.baseDomains, awsDomains: false },
    regions: server.regions === '*' ? undefined : server.regions,
    sigv2: server.sigv2,
    allowHeadWithGetUrl: server.allowHeadWithGetUrl,
    formLimits: { maxPostFieldBytes: 20_480, maxPostFields: 100 },
    explainWithin: (search) => search(),
  };
}

/** A multipart body as browsers write it. */
function formBody(form: NonNullable<Vector['request']['form']>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of form.fields) {
    parts.push(Buffer.from(`------tide\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
  }
  const { filename, contentType, contentBase64 } = form.file;
  const named = filename === undefined ? '' : `; filename="${filename}"`;
  const typed = contentType === undefined ? '' : `\r\nContent-Type: ${contentType}`;
  parts.push(Buffer.from(`------tide\r\nContent-Disposition: form-data; name="file"${named}${typed}\r\n\r\n`));
  parts.push(Buffer.from(contentBase64, 'base64'), Buffer.from('\r\n------tide--\r\n'));
  return Buffer.concat(parts);
}

/** The bytes in pieces of a size that puts the joints everywhere in the course of all vectors. */
function inPieces(bytes: Buffer, size: number): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return Readable.from(pieces, { objectMode: false });
}

function receivedOf(vector: Vector, pieceBytes: number): { received: Received; hasBody: boolean } {
  const { method, target, headers, form, body, bodyBase64 } = vector.request;
  const bytes =
    form === undefined
      ? Buffer.from(bodyBase64 ?? body ?? '', bodyBase64 === undefined ? 'utf8' : 'base64')
      : formBody(form);
  const rawHeaders = headers.flat();
  const hasLength = headers.some(([name]) => name.toLowerCase() === 'content-length');
  if (!hasLength && bytes.length > 0) rawHeaders.push('Content-Length', String(bytes.length));
  const received = {
    method,
    target,
    rawHeaders,
    body: inPieces(bytes, pieceBytes),
    forwardedHost: undefined,
    expectBody: () => undefined,
  };
  return { received, hasBody: bytes.length > 0 };
}

/** Everything of a request that the auth rooms judge, to the end of its body. */
async function run(vector: Vector, pieceBytes: number) {
  const { received, hasBody } = receivedOf(vector, pieceBytes);
  const authority = authorityFor(vector);
  const target = parseRequestTarget(received, authority.addressing);
  const expects = vector.request.form === undefined ? 'request' : 'form';
  const known = await authenticate(received, target, expects, authority);
  const verified = known.caller.kind === 'signed' ? known.caller.verified : undefined;
  const allowed = verified?.policy?.contentLength;
  await using body = new OpenBody({
    received,
    head: known.head,
    payload: verified?.payload ?? { kind: 'unsigned' },
    chunkSeed: verified?.chunkSeed,
    form:
      known.form === undefined
        ? undefined
        : { opened: known.form, size: { minBytes: allowed?.min ?? 0, maxBytes: allowed?.max ?? 2 ** 40 } },
    wants: hasBody ? 'stream' : 'nothing',
    checksumOf: 'body',
    maxTrailerBytes: 4096,
  });
  const chunks: Buffer[] = [];
  if (hasBody) for await (const chunk of body.stream) chunks.push(chunk);
  else await body.judgeUnwanted();
  const bytes = Buffer.concat(chunks);
  compareTrailer(bytes, body.trailers());
  return { known, verified, target, bytes };
}

/** What a store does with the checksum of a trailer. */
function compareTrailer(bytes: Uint8Array, trailers: ReadonlyMap<string, string>): void {
  const declared = parseDeclaredChecksum(trailers);
  if (declared === undefined) return;
  const checksum = createChecksum(declared.algorithm);
  checksum.update(bytes);
  if (checksum.digest() !== declared.value) throw refusal('BadDigest', {});
}

for (const [index, vector] of file.vectors.entries()) {
  const { expect } = vector;
  const pieceBytes = [1, 7, 64, 65_536][index % 4] ?? 1;
  test(`SIG-1 vector ${vector.id} is judged by the server's auth rooms: ${expect.code ?? expect.outcome}`, async () => {
    if (expect.outcome === 'error') {
      await assert.rejects(run(vector, pieceBytes), (error) => {
        assert.ok(error instanceof S3Error, String(error));
        assert.equal(`${error.status} ${error.code}`, `${expect.status} ${expect.code}`);
        if (expect.message) assert.equal(error.message, expect.message);
        for (const [name, value] of Object.entries(expect.members ?? {})) {
          assert.equal(String(error.fields[name]), value, name);
        }
        return true;
      });
      return;
    }
    const { known, verified, target, bytes } = await run(vector, pieceBytes);
    if (expect.outcome !== 'ok') {
      assert.equal(known.caller.kind, 'anonymous');
      return;
    }
    assert.ok(known.caller.kind === 'signed' && verified !== undefined);
    assert.equal(verified.mechanism, expect.mechanism);
    assert.equal(known.caller.key.account.name, expect.identity);
    assert.equal(verified.accessKeyId, expect.accessKeyId);
    assert.equal(target.bucket, expect.bucket);
    assert.equal(target.key, expect.key);
    assert.equal(verified.formKey, expect.formKey);
    if (expect.expiresAt !== undefined) assert.equal(verified.expiresAt?.getTime(), Date.parse(expect.expiresAt));
    if (expect.decodedSha256 !== undefined) {
      assert.equal(createHash('sha256').update(bytes).digest('hex'), expect.decodedSha256);
    }
    if (vector.request.form !== undefined) {
      assert.deepEqual(bytes, Buffer.from(vector.request.form.file.contentBase64, 'base64'));
    }
  });
}

test('SIG-1 all 466 vectors were judged', () => {
  assert.equal(file.vectors.length, 466);
});

const explained: typeof file = JSON.parse(
  readFileSync(new URL('../../presign/src/vectors/explain.json', import.meta.url), 'utf8'),
);

for (const vector of explained.vectors) {
  const { id, expect, context } = vector;
  test(`SIG-95 SIG-97 vector ${id} is refused by the server's auth rooms with its cause: ${expect.cause}`, async () => {
    const { credentials = explained.credentials } = vector;
    const refused = run({ ...vector, server: { ...explained.server, ...vector.server }, credentials }, 65_536);
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof S3Error, String(error));
      assert.equal(`${error.status} ${error.code}`, `${expect.status} ${expect.code}`);
      assert.ok(expect.cause !== undefined);
      // Which objects there are is for nobody to learn from a refusal: a cause that only they tell may stay unnamed.
      const isHidden = context?.existingKeys !== undefined && error.reason === reasonOfCause.unknown;
      assert.ok(isHidden || error.reason === reasonOfCause[expect.cause], error.reason);
      return true;
    });
  });
}
