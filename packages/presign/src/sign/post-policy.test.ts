import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { deriveSigningKey } from '../hash/signing-key.ts';
import { PresignError } from '../values/presign-error.ts';
import { bucket } from './bucket.ts';
import type { BucketConfig, PostOptions } from './options.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const at = new Date('2026-01-15T12:00:00Z');
const local: BucketConfig = {
  endpoint: 'http://localhost:9000',
  region: 'us-east-1',
  credentials,
  store: 'tidegate',
  now: () => at,
};
const uploads = bucket('uploads', local);

type Policy = { readonly expiration: string; readonly conditions: readonly unknown[] };
function policyOf(fields: Record<string, string>): Policy {
  return JSON.parse(Buffer.from(fields['policy'] ?? '', 'base64').toString('utf8'));
}

/** Names that the conditions of a policy speak of, in lower case. */
function namedBy({ conditions }: Policy): Set<string> {
  const names = conditions.map((condition) =>
    Array.isArray(condition) ? String(condition[1]).replace('$', '') : (Object.keys(Object(condition))[0] ?? ''),
  );
  return new Set(names.map((name) => name.toLowerCase()));
}

const everything: PostOptions = {
  key: 'u/ä.png',
  type: 'image/png',
  size: { min: 1, max: '5MB' },
  metadata: { Owner: 'me' },
  redirect: 'https://app.example.com/done',
  status: 201,
  limits: { uses: 1, id: 'x', maxBytes: 10 },
  expiresIn: '1h',
};

test('SIG-81 SIG-82 a form carries the fields of SigV4 and the signature of its policy', () => {
  const { url, fields, expiresAt } = uploads.presignPost(everything);
  assert.equal(url, 'http://localhost:9000/uploads');
  assert.equal(fields['x-amz-algorithm'], 'AWS4-HMAC-SHA256');
  assert.equal(fields['x-amz-credential'], 'AKIDEXAMPLE/20260115/us-east-1/s3/aws4_request');
  assert.equal(fields['x-amz-date'], '20260115T120000Z');
  const key = deriveSigningKey('secret', '20260115', 'us-east-1');
  assert.equal(
    fields['x-amz-signature'],
    createHmac('sha256', key)
      .update(fields['policy'] ?? '')
      .digest('hex'),
  );
  assert.equal(expiresAt.toISOString(), '2026-01-15T13:00:00.000Z');
  assert.equal(policyOf(fields).expiration, '2026-01-15T13:00:00.000Z');
});

for (const [what, options] of [
  ['everything', everything],
  ['a prefix', { prefix: 'u/' }],
  ['a family of types', { prefix: 'u/', type: 'image/*' }],
] as const) {
  test(`SIG-87 every field of a form with ${what}, and the bucket, is named by a condition`, () => {
    const temporary = bucket('uploads', { ...local, credentials: { ...credentials, sessionToken: 't' } });
    const { fields } = temporary.presignPost(options);
    const named = namedBy(policyOf(fields));
    assert.ok(named.has('bucket'));
    for (const name of Object.keys(fields)) {
      if (name !== 'policy' && name !== 'x-amz-signature') assert.ok(named.has(name.toLowerCase()), name);
    }
    for (const name of named) {
      if (name !== 'bucket' && name !== 'content-length-range' && name !== '1') {
        assert.ok(
          Object.keys(fields).some((field) => field.toLowerCase() === name),
          `the policy demands ${name}`,
        );
      }
    }
  });
}

test('SIG-86 a prefix lets the browser name the object, and a size bounds it', () => {
  const { fields } = uploads.presignPost({ prefix: 'u/', size: { max: '5MB' } });
  assert.equal(fields['key'], `u/\${filename}`);
  const { conditions } = policyOf(fields);
  assert.deepEqual(conditions.slice(0, 3), [
    { bucket: 'uploads' },
    ['starts-with', '$key', 'u/'],
    ['content-length-range', 0, 5_000_000],
  ]);
});

test('SIG-86 further conditions are added to the policy unchanged', () => {
  const condition = ['starts-with', '$x-amz-meta-note', ''];
  assert.ok(
    policyOf(uploads.presignPost({ key: 'k', conditions: [condition] }).fields).conditions.some(
      (one) => JSON.stringify(one) === JSON.stringify(condition),
    ),
  );
});

test('SIG-89 limits are fields with exact conditions', () => {
  const { fields } = uploads.presignPost(everything);
  assert.deepEqual([fields['x-link-uses'], fields['x-link-id'], fields['x-link-max-bytes']], ['1', 'x', '10']);
  const { conditions } = policyOf(fields);
  for (const [name, value] of [
    ['x-link-uses', '1'],
    ['x-link-id', 'x'],
    ['x-link-max-bytes', '10'],
  ] as const) {
    assert.ok(conditions.some((one) => JSON.stringify(one) === JSON.stringify({ [name]: value })));
  }
});

test('SIG-81 SIG-89 a form of SigV2 has its own fields, and may carry limits', () => {
  const old = bucket('uploads', { ...local, signatureVersion: 'v2' });
  const { fields } = old.presignPost({ key: 'k', limits: { https: true } });
  assert.deepEqual(Object.keys(fields), ['key', 'x-link-https', 'policy', 'AWSAccessKeyId', 'signature']);
  assert.equal(
    fields['signature'],
    createHmac('sha1', 'secret')
      .update(fields['policy'] ?? '')
      .digest('base64'),
  );
});

test('SIG-80 the fields of the form come in order, the file last', () => {
  const signed = uploads.presignPost({ prefix: 'u/', type: 'image/*' });
  const form = signed.form(new Blob(['x'], { type: 'image/webp' }), 'photo.webp');
  const names = [...form.keys()];
  assert.deepEqual(names, [...Object.keys(signed.fields), 'file']);
  assert.equal(form.get('Content-Type'), 'image/webp');
  const file = form.get('file');
  assert.ok(file instanceof File);
  assert.equal(file.name, 'photo.webp');
});

test('SIG-77 a form does not outlive the credentials of its signer', () => {
  const ending = bucket('uploads', { ...local, credentials: { ...credentials, expiration: '2026-01-15T12:05:00Z' } });
  assert.equal(ending.presignPost({ key: 'k', expiresIn: 'max' }).expiresAt.toISOString(), '2026-01-15T12:05:00.000Z');
});

for (const [code, options] of [
  ['OptionInvalid', {}],
  ['OptionInvalid', { key: 'k', prefix: 'p' }],
  ['KeyInvalid', { key: '' }],
  ['KeyInvalid', { prefix: 'é'.repeat(600) }],
  ['SizeInvalid', { key: 'k', size: { min: 2, max: 1 } }],
  ['SizeInvalid', { key: 'k', size: { max: '6GiB' } }],
  ['LimitNotForOperation', { key: 'k', limits: { head: true } }],
  ['LimitNotForOperation', { key: 'a/', limits: { grant: true } }],
] as const) {
  test(`SIG-111 a form of ${JSON.stringify(options).slice(0, 50)} is ${code}`, () => {
    assert.throws(
      () => uploads.presignPost(options),
      (error) => error instanceof PresignError && error.code === code,
    );
  });
}

test('LNK-8 a form for another store carries no limits', () => {
  assert.throws(() => bucket('uploads', { ...local, store: 'minio' }).presignPost({ key: 'k', limits: { uses: 1 } }), {
    code: 'LimitNotEnforced',
  });
});
