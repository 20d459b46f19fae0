import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type CauseId, reasonOfCause } from '../explain/reasons.ts';
import type { PostForm, RawRequest } from '../wire/request.ts';
import type { KeyMaterial } from './key-material.ts';
import type { RefusedVerdict, Verdict } from './verdict.ts';
import { type VerifyOptions, verify } from './verify.ts';

type Server = {
  regions: string[] | '*';
  baseDomains: string[];
  allowHeadWithGetUrl: boolean;
  sigv2: 'strict' | 'aws' | 'off';
};
type Credential = {
  accessKeyId: string;
  secretAccessKey: string;
  identity?: string;
  sessionToken?: string;
  sessionExpires?: string;
  disabled?: boolean;
};
type Vector = {
  id: string;
  group: string;
  time: string;
  server?: Partial<Server>;
  credentials?: Credential[];
  request: {
    method: string;
    target: string;
    headers: [string, string][];
    form?: { fields: [string, string][]; file?: { filename?: string; contentType?: string; contentBase64: string } };
  };
  context?: { existingKeys?: string[] };
  canonicalRequest?: string;
  stringToSign?: string;
  expect: {
    outcome: 'ok' | 'error' | 'anonymous' | 'unauthenticated';
    mechanism?: string;
    identity?: string;
    accessKeyId?: string;
    bucket?: string;
    key?: string;
    formKey?: string;
    expiresAt?: string;
    status?: number;
    code?: string;
    message?: string;
    members?: Record<string, string>;
    cause?: CauseId;
    detail?: string;
  };
};
type VectorFile = { server: Server; credentials: Credential[]; vectors: Vector[] };

function load(name: string): VectorFile {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'));
}

/** Vectors whose outcome depends on bytes of the body: here everything before the body must hold. */
const decidedByBody = [
  'hand-content-sha-query-mismatch',
  'h-body--boto-header-put-signed-body',
  'chunk-sig--chunked-small',
  'chunk-cut--chunked-small',
  'chunk-data--chunked-small-trailer',
  'chunk-sig--chunked-small-trailer',
  'chunk-last-sig--chunked-small-trailer',
  'chunk-cut--chunked-small-trailer',
  'chunk-no-signature--chunked-small-trailer',
  'trailer-checksum--boto-header-put-chunked-trailer',
  'chunk-short--boto-header-put-chunked-trailer',
];

function rawRequest({ request }: Vector): RawRequest {
  const { method, target, headers, form } = request;
  return { method, target, rawHeaders: headers.flat(), form: form === undefined ? undefined : postForm(form) };
}

function postForm({ fields, file }: NonNullable<Vector['request']['form']>): PostForm {
  if (file === undefined) return { fields };
  const { filename, contentType, contentBase64 } = file;
  return { fields, file: { filename, contentType, size: Buffer.from(contentBase64, 'base64').length } };
}

function optionsFor(vector: Vector, file: VectorFile): VerifyOptions {
  const server = { ...file.server, ...vector.server };
  const known = new Map((vector.credentials ?? file.credentials).map((entry) => [entry.accessKeyId, material(entry)]));
  return {
    lookup: (id) => known.get(id),
    region: server.regions === '*' ? undefined : server.regions,
    now: new Date(vector.time),
    sigv2: server.sigv2,
    domains: server.baseDomains,
    allowHeadWithGetUrl: server.allowHeadWithGetUrl,
    existingKeys: vector.context?.existingKeys ?? [],
  };
}

function material(entry: Credential): KeyMaterial {
  const { secretAccessKey, identity, sessionToken, sessionExpires, disabled } = entry;
  const expiration = sessionExpires === undefined ? undefined : new Date(sessionExpires);
  return { secretAccessKey, identity, sessionToken, expiration, enabled: disabled !== true };
}

function refused(verdict: Verdict): RefusedVerdict {
  if (verdict.outcome === 'error') return verdict;
  assert.fail(`expected a refusal, got ${verdict.outcome}`);
}

const verification = load('presigned.json');
const explanations = load('explain.json');

describe('verification vectors', () => {
  test('every vector is here', () => {
    assert.equal(verification.vectors.length, 466);
    assert.equal(explanations.vectors.length, 64);
  });

  for (const vector of verification.vectors) {
    const { id, expect } = vector;
    test(`vector ${id}: ${expect.mechanism ?? expect.code ?? expect.outcome}`, async () => {
      const verdict = await verify(rawRequest(vector), optionsFor(vector, verification));
      if (decidedByBody.includes(id)) {
        assert.ok(verdict.ok, `${id} must hold until its body is read`);
        assert.notEqual(verdict.payload.kind, 'unsigned');
        if (verdict.payload.kind === 'chunked' && verdict.payload.signed) assert.ok(verdict.chunkSeed);
        return;
      }
      assert.equal(verdict.outcome, expect.outcome, JSON.stringify(verdict));
      if (verdict.outcome === 'error') {
        assert.equal(verdict.status, expect.status);
        assert.equal(verdict.code, expect.code);
        if (expect.message !== undefined) assert.equal(verdict.message, expect.message);
        for (const [name, value] of Object.entries(expect.members ?? {}))
          assert.equal(verdict.members[name], value, name);
      }
      if (verdict.ok) {
        const { mechanism, accessKeyId, identity, bucket, key, formKey, expiresAt } = verdict;
        assert.deepEqual(
          {
            mechanism,
            accessKeyId,
            identity,
            bucket,
            key,
            formKey,
            expiresAt: expiresAt?.toISOString().replace('.000Z', 'Z'),
          },
          {
            mechanism: expect.mechanism,
            accessKeyId: expect.accessKeyId,
            identity: expect.identity,
            bucket: expect.bucket,
            key: expect.key,
            formKey: expect.formKey,
            expiresAt: expect.expiresAt,
          },
        );
      }
    });
  }
});

describe('explanation vectors', () => {
  for (const vector of explanations.vectors) {
    const { id, expect } = vector;
    test(`SIG-95 vector ${id}: ${expect.cause}`, async () => {
      const verdict = refused(await verify(rawRequest(vector), optionsFor(vector, explanations)));
      assert.equal(verdict.status, expect.status);
      assert.equal(verdict.code, expect.code);
      const { cause } = verdict.explanation;
      assert.equal(cause?.id, expect.cause);
      assert.equal(cause?.detail, expect.detail);
      if (expect.cause !== undefined) assert.equal(verdict.reason, reasonOfCause[expect.cause]);
      assert.ok(verdict.hint);
    });
  }
});
