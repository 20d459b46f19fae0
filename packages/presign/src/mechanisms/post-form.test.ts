import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cpuMs } from '../../../../test/cpu-time.ts';
import {
  accessKeyId,
  admitted,
  answer,
  judged,
  mismatch,
  refused,
  signatureV2,
  signForm,
} from '../../test/hand-signed.ts';
import type { RawRequest } from '../wire/request.ts';

const policyOf = (document: unknown): string =>
  Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)).toString('base64');
const failed = (list: string) => `403 AccessDenied: Invalid according to Policy: Policy Condition failed: [${list}]`;
const extra = (name: string) => `403 AccessDenied: Invalid according to Policy: Extra input fields: ${name}`;
const invalid = (text: string) => `400 InvalidPolicyDocument: Invalid Policy: ${text}`;
const needs = (name: string) =>
  `400 InvalidArgument: Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`;

function withFields(
  request: RawRequest,
  edit: (fields: (readonly [string, string])[]) => readonly (readonly [string, string])[],
): RawRequest {
  const form = request.form ?? { fields: [] };
  return { ...request, form: { ...form, fields: edit([...form.fields]) } };
}

function signFormV2(conditions: readonly unknown[], fields: readonly (readonly [string, string])[]): RawRequest {
  const policy = policyOf({ expiration: '2026-01-15T13:00:00Z', conditions: [{ bucket: 'b' }, ...conditions] });
  const all = [
    ...fields,
    ['AWSAccessKeyId', accessKeyId],
    ['policy', policy],
    ['signature', signatureV2(policy)],
  ] as const;
  return { ...signForm(), form: { fields: all, file: { filename: 'a.txt', size: 3 } } };
}

describe('the shape of a form', () => {
  test('SIG-80 names are without case, and a file and a key must be there', () => {
    const loud = withFields(signForm(), (fields) => fields.map(([name, value]) => [name.toUpperCase(), value]));
    assert.equal(admitted(loud).formKey, 'up/a.txt');
    assert.equal(
      answer(signForm({ file: undefined })),
      '400 InvalidArgument: POST requires exactly one file upload per request.',
    );
    assert.equal(answer(signForm({ fields: [] })), needs('key'));
    assert.equal(answer(signForm({ fields: [['key', '']] })), needs('key'));
  });

  test('SIG-80 the fields together have at most 20 KB, and none stands twice', () => {
    assert.match(
      answer(
        signForm({
          fields: [
            ['key', 'k'],
            ['x-ignore-a', 'x'.repeat(20_480)],
          ],
        }),
      ),
      /^400 MaxPostPreDataLengthExceededError/,
    );
    assert.match(
      answer(
        signForm({
          fields: [
            ['key', 'k'],
            ['Key', 'l'],
          ],
        }),
      ),
      /^400 InvalidArgument/,
    );
  });

  for (const [field, name] of [
    ['policy', 'policy'],
    ['x-amz-algorithm', 'X-Amz-Algorithm'],
    ['x-amz-credential', 'X-Amz-Credential'],
    ['x-amz-date', 'X-Amz-Date'],
    ['x-amz-signature', 'X-Amz-Signature'],
  ] as const) {
    test(`SIG-81 without ${field} it is refused by name`, () => {
      assert.equal(
        answer(withFields(signForm(), (fields) => fields.filter(([other]) => other !== field))),
        needs(name),
      );
    });
  }

  test('SIG-81 a policy without a signature is denied, nothing at all is anonymous, both versions are SIG-31', () => {
    const only = (...names: string[]) =>
      withFields(signForm(), (fields) => fields.filter(([name]) => names.includes(name)));
    assert.equal(answer(only('key', 'policy')), '403 AccessDenied: Access Denied');
    assert.equal(judged(only('key')).outcome, 'anonymous');
    assert.match(
      answer(withFields(signForm(), (fields) => [...fields, ['signature', 'x']])),
      /^400 InvalidArgument: Only one auth/,
    );
    assert.match(answer({ ...signForm(), target: '/b?X-Amz-Signature=1' }), /^400 InvalidArgument: Only one auth/);
  });

  test('SIG-81 SIG-82 a SigV2 form is signed over the policy as received', () => {
    const verdict = admitted(signFormV2([['eq', '$key', 'k']], [['key', 'k']]));
    assert.equal(verdict.mechanism, 'sigv2-post');
    assert.equal(answer(signFormV2([], [['key', 'k']]), { sigv2: 'off' }).slice(0, 18), '400 InvalidRequest');
  });
});

describe('the signature of a form', () => {
  test('SIG-82 the policy counts exactly as received', () => {
    const rewrapped = withFields(signForm(), (fields) =>
      fields.map(([name, value]) => [name, name === 'policy' ? `${value.slice(0, 20)}\n${value.slice(20)}` : value]),
    );
    assert.equal(answer(rewrapped), mismatch);
  });

  for (const [credential, message] of [
    [
      'x',
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    ],
    [
      `${accessKeyId}/20260115/us-east-1/sts/aws4_request`,
      'Error parsing the X-Amz-Credential parameter; incorrect service "sts". This endpoint belongs to "s3".',
    ],
    [
      `${accessKeyId}/20260114/us-east-1/s3/aws4_request`,
      'Invalid credential date "20260114". This date is not the same as X-Amz-Date: "20260115".',
    ],
  ] as const) {
    test(`SIG-82 SIG-83 the scope of ${credential} is refused before the key`, () => {
      const request = withFields(signForm(), (fields) =>
        fields.map(([name, value]) => [name, name === 'x-amz-credential' ? credential : value]),
      );
      assert.equal(answer(request, { key: undefined }), `400 AuthorizationQueryParametersError: ${message}`);
    });
  }

  test('SIG-83 SEC-136 a policy is parsed only after its signature matched', () => {
    const broken = signForm({ policy: 'not base64!' });
    assert.equal(answer(broken), invalid('Invalid JSON.'));
    assert.equal(
      answer(
        withFields(broken, (fields) => fields.map(([name, value]) => [name, name === 'x-amz-signature' ? 'f' : value])),
      ),
      mismatch,
    );
  });
});

describe('the policy document', () => {
  const expiration = '2026-01-15T13:00:00Z';
  for (const [what, document, text] of [
    ['no JSON', '{', 'Invalid JSON.'],
    ['a list', [], 'Invalid JSON.'],
    ['a name twice', '{"expiration":"2026-01-15T13:00:00Z","conditions":[],"conditions":[]}', 'Invalid JSON.'],
    ['10,000 levels', '['.repeat(10_000), 'Invalid JSON.'],
    ['no expiration', { conditions: [] }, 'Policy missing expiration.'],
    ['another case', { Expiration: expiration, conditions: [] }, 'Policy missing expiration.'],
    [
      'a date without T',
      { expiration: '2026-01-15 13:00:00', conditions: [] },
      "Invalid 'expiration' value: '2026-01-15 13:00:00'",
    ],
    ['no conditions', { expiration }, 'Policy missing conditions.'],
    ['conditions as object', { expiration, conditions: {} }, 'Policy missing conditions.'],
    [
      'two properties',
      { expiration, conditions: [{ a: 'b', c: 'd' }] },
      'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
    ],
    [
      'no property',
      { expiration, conditions: [{}] },
      'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
    ],
    [
      'an unknown operator',
      { expiration, conditions: [['ends-with', '$key', 'x']] },
      "Invalid Condition: unknown operation 'ends-with'.",
    ],
    ['a bare text', { expiration, conditions: ['x'] }, "Invalid Condition: unknown operation ''."],
  ] as const) {
    test(`SIG-84 SEC-136 a policy with ${what} is refused at once`, () => {
      const refuse = () => assert.equal(answer(signForm({ policy: policyOf(document) })), invalid(text));
      assert.ok(cpuMs(refuse, 50) < 50);
    });
  }

  for (const [written, key] of [
    ['\\$a', '$a'],
    ['a\\vb', 'a\u000bb'],
    ['\\\\$a', '\\$a'],
    ['\\u0024a', '$a'],
    ['\\"\\\\v', '"\\v'],
  ] as const) {
    test(`SIG-84 the characters that AWS escapes in policies are read: ${written}`, () => {
      const { form } = signForm();
      const named = form?.fields.filter(([name]) => name.startsWith('x-amz-') && name !== 'x-amz-signature') ?? [];
      const listed = named.map(([name, value]) => JSON.stringify({ [name]: value })).join(',');
      const conditions = `[{"bucket":"b"},${listed},["eq","$key","${written}"]]`;
      const policy = policyOf(`{"expiration":"${expiration}","conditions":${conditions}}`);
      assert.equal(admitted(signForm({ policy, fields: [['key', key]] })).formKey, key);
    });
  }

  test('SEC-136 bytes that are not UTF-8 are no policy, and whitespace in the base64 is ignored', () => {
    assert.equal(
      answer(signForm({ policy: Buffer.from([0x7b, 0xff, 0x7d]).toString('base64') })),
      invalid('Invalid JSON.'),
    );
    const document = policyOf({ expiration, conditions: [] });
    assert.equal(answer(signForm({ policy: document.replace(/.{20}/g, '$& \r\n') })), extra('key'));
  });

  test('SIG-85 a policy ends at its expiration, and at the latest seven days after the day of its signing key', () => {
    const at = (iso: string) => ({ now: new Date(iso) });
    assert.equal(
      admitted(signForm(), at('2026-01-15T13:00:00.000Z')).expiresAt?.toISOString(),
      '2026-01-15T13:00:00.000Z',
    );
    const verdict = refused(signForm(), at('2026-01-15T13:00:00.001Z'));
    assert.equal(verdict.message, 'Invalid according to Policy: Policy expired.');
    assert.equal(verdict.reason, 'LinkExpired');
    const long = signForm({ expiration: '2099-01-15T13:00:00.000Z' });
    assert.equal(admitted(long).expiresAt?.toISOString(), '2026-01-22T23:59:59.999Z');
    assert.equal(admitted(long, at('2026-01-22T23:59:59.999Z')).ok, true);
    assert.equal(refused(long, at('2026-01-23T00:00:00.000Z')).reason, 'LinkExpired');
    assert.equal(admitted(long, at('2026-01-14T23:50:00.000Z')).ok, true, 'clocks may differ');
    assert.equal(refused(long, at('2026-01-14T12:00:00.000Z')).message, 'Request is not yet valid');
    const old = signFormV2([['starts-with', '$key', '']], [['key', 'k']]);
    assert.equal(admitted(old).expiresAt?.toISOString(), '2026-01-15T13:00:00.000Z', 'SigV2 has no signing key');
  });
});

describe('conditions', () => {
  const key = ['starts-with', '$key', 'up/'];
  const form = (conditions: readonly unknown[], fields: readonly (readonly [string, string])[] = []) =>
    signForm({ conditions: [key, ...conditions], fields: [['key', 'up/a.txt'], ...fields] });

  for (const [conditions, fields, expected] of [
    [[{ acl: 'private' }], [['acl', 'private']], undefined],
    [[['EQ', '$ACL', 'private']], [['Acl', 'private']], undefined],
    [[{ acl: 'private' }], [['acl', 'Private']], failed('"eq", "$acl", "private"')],
    [[{ acl: 'private' }], [], failed('"eq", "$acl", "private"')],
    [[['starts-with', '$Content-Type', 'image/']], [['Content-Type', 'image/png, image/gif']], undefined],
    [
      [['starts-with', '$Content-Type', 'image/']],
      [['Content-Type', 'image/png,text/html']],
      failed('"starts-with", "$Content-Type", "image/"'),
    ],
    [[['starts-with', '$x-amz-meta-a', '']], [['x-amz-meta-a', 'anything']], undefined],
    [[['starts-with', '$__proto__', '']], [], failed('"starts-with", "$__proto__", ""')],
    [[], [['__proto__', 'x']], extra('__proto__')],
    [[], [['Content-Type', 'x']], extra('Content-Type')],
    [[], [['acl', 'x']], extra('acl')],
    [[], [['x-amz-meta-a', 'x']], extra('x-amz-meta-a')],
    [[], [['x-link-uses', '1']], extra('x-link-uses')],
    [[], [['x-ignore-me', 'x']], undefined],
    [[], [['X-Amz-Checksum-SHA256', 'x']], undefined],
    [[], [['x-amz-checksum-crc32c', 'x']], undefined],
    [[{ 'x-amz-checksum-sha1': 'a' }], [['x-amz-checksum-sha1', 'b']], failed('"eq", "$x-amz-checksum-sha1", "a"')],
    [[], [['x-amz-checksum-algorithm', 'x']], extra('x-amz-checksum-algorithm')],
  ] as const) {
    test(`SIG-86 SIG-87 SEC-137 ${JSON.stringify(conditions)} with ${JSON.stringify(fields)}: ${expected ?? 'holds'}`, () => {
      const request = form(conditions, fields);
      if (expected === undefined) assert.equal(admitted(request).ok, true);
      else assert.equal(answer(request), expected);
    });
  }

  test('SIG-86 SEC-137 the bucket is the addressed one, and must be named', () => {
    assert.equal(answer(signForm({ target: '/c' })), failed('"eq", "$bucket", "b"'));
    const auth = [
      ['starts-with', '$x-amz-algorithm', ''],
      ['starts-with', '$x-amz-credential', ''],
      ['starts-with', '$x-amz-date', ''],
    ];
    const policy = policyOf({ expiration: '2026-01-15T13:00:00Z', conditions: [key, ...auth] });
    assert.equal(answer(signForm({ policy })), extra('bucket'));
    assert.equal(
      answer(signForm({ policy: policyOf({ expiration: '2026-01-15T13:00:00Z', conditions: [] }) })),
      extra('key'),
    );
  });

  for (const [filename, expected] of [
    ['a b.txt', 'up/a b.txt'],
    ['../../x', 'up/x'],
    ['u/../../x', 'up/x'],
    ['C:\\dir\\x', 'up/x'],
    ['x\r\ny', 'up/x\r\ny'],
    ['$&', 'up/$&'],
    ['', 'up/'],
    [undefined, 'up/${filename}'],
  ] as const) {
    test(`SIG-86 SEC-139 the file name ${JSON.stringify(filename)} gives the key ${JSON.stringify(expected)}`, () => {
      const file = filename === undefined ? { size: 1 } : { filename, size: 1 };
      const verdict = admitted(signForm({ conditions: [key], fields: [['key', 'up/${filename}']], file }));
      assert.equal(verdict.formKey, expected);
    });
  }

  test('SEC-139 SIG-7 conditions are judged after expansion, and a key of 5 KB is too long', () => {
    const fields = [['key', '${filename}']] as const;
    assert.equal(
      answer(signForm({ conditions: [key], fields, file: { filename: 'a', size: 1 } })),
      failed('"starts-with", "$key", "up/"'),
    );
    assert.equal(
      answer(signForm({ fields, file: { filename: 'x'.repeat(5000), size: 1 } })),
      '400 KeyTooLongError: Your key is too long',
    );
  });

  for (const [condition, list] of [
    [['content-length-range', 'small', 10], '"content-length-range", "small", "10"'],
    [['content-length-range', 0, '1e3'], '"content-length-range", "0", "1e3"'],
    [['eq', 'key', 'k'], '"eq", "key", "k"'],
    [['starts-with', 'key', ''], '"starts-with", "key", ""'],
  ] as const) {
    test(`SIG-86 no form fulfills the condition ${JSON.stringify(condition)}`, () => {
      const conditions = [['starts-with', '$key', ''], condition];
      assert.equal(answer(signForm({ conditions, file: { filename: 'a', size: 1 } })), failed(list));
    });
  }

  test('SIG-88 the size is held against every range where it is known, else the range comes back', () => {
    const conditions = [
      ['starts-with', '$key', ''],
      ['content-length-range', 5, 20],
      ['content-length-range', '10', 50],
    ];
    const sized = (size: number) => signForm({ conditions, file: { filename: 'a', size } });
    assert.equal(admitted(sized(10)).ok, true);
    const small = refused(sized(9));
    assert.deepEqual(
      [small.status, small.code, small.members],
      [400, 'EntityTooSmall', { ProposedSize: '9', MinSizeAllowed: '10' }],
    );
    const large = refused(sized(21));
    assert.deepEqual(
      [large.status, large.code, large.members],
      [400, 'EntityTooLarge', { ProposedSize: '21', MaxSizeAllowed: '20' }],
    );
    assert.deepEqual(admitted(signForm({ conditions, file: { filename: 'a' } })).policy?.contentLength, {
      min: 10,
      max: 20,
    });
    assert.match(answer(signForm({ conditions: [['content-length-range', -1, 'x']] })), /^400 InvalidPolicyDocument/);
  });

  test('SIG-89 a limit is a field with an exact condition; in SigV2 forms too', () => {
    const limit = ['x-link-max-bytes', '5'] as const;
    assert.deepEqual(admitted(form([{ 'x-link-max-bytes': '5' }], [limit])).limits, { maxBytes: 5 });
    assert.deepEqual(admitted(signFormV2([key, { 'x-link-max-bytes': '5' }], [['key', 'up/a'], limit])).limits, {
      maxBytes: 5,
    });
    assert.equal(refused(form([['starts-with', '$x-link-max-bytes', '']], [limit])).reason, 'LinkLimitMalformed');
    assert.equal(answer(form([{ 'x-link-max-bytes': '5' }])), failed('"eq", "$x-link-max-bytes", "5"'));
    assert.equal(refused({ ...form([]), target: '/b?x-link-uses=1' }).reason, 'LinkLimitUnsigned');
    assert.equal(refused(form([{ 'x-link-grant': 'a/' }], [['x-link-grant', 'a/']])).reason, 'LinkLimitMalformed');
    assert.equal(
      refused(
        form(
          [{ 'x-link-uses': '1' }],
          [
            ['x-link-uses', '1'],
            ['x-link-uses', '1'],
          ],
        ),
      ).reason,
      'LinkLimitDuplicate',
    );
  });
});
