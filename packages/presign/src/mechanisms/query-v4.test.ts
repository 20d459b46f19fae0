import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  accessKeyId,
  admitted,
  answer,
  mismatch,
  missing,
  now,
  queryError,
  refused,
  renamed,
  replaced,
  signQuery,
  without,
} from '../../test/hand-signed.ts';
import { verify } from '../verify/verify.ts';

describe('the form of a SigV4 URL', () => {
  for (const algorithm of ['none', 'AWS4-HMAC-SHA1', 'AWS4-ECDSA-P256-SHA256', 'aws4-hmac-sha256']) {
    test(`SIG-40a SEC-134 the algorithm ${algorithm} is refused`, () => {
      assert.equal(answer(signQuery({ algorithm })), `${queryError}X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"`);
    });
  }

  for (const name of [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
  ]) {
    test(`SIG-40b SEC-103 SEC-118 without ${name}, or with its name in lower case, it is refused`, () => {
      assert.equal(answer(signQuery({ edit: without(name) })), missing);
      assert.equal(answer(signQuery({ edit: renamed(name, name.toLowerCase()) })), missing);
    });

    test(`SIG-40c SEC-117 ${name} twice is refused, though the values are equal`, () => {
      const request = signQuery();
      const value = new RegExp(`${name}=([^&]*)`).exec(request.target)?.[1] ?? '';
      assert.equal(
        answer({ ...request, target: `${request.target}&${name}=${value}` }),
        `${queryError}Query-string authentication version 4 requires exactly one value for ${name}.`,
      );
    });
  }

  test('SIG-40c a token twice is refused, in whatever case', () => {
    for (const name of ['X-Amz-Security-Token', 'x-amz-security-token']) {
      assert.match(
        answer(signQuery({ token: 't', query: [[name, 't']] })),
        /exactly one value for X-Amz-Security-Token\.$/,
      );
    }
  });

  for (const date of ['20260230T000000Z', '2026-01-01T00:00:00Z', '20261301T000000Z', '20260115T120000']) {
    test(`SIG-40d SEC-109 the date ${date} is refused`, () => {
      assert.equal(
        answer(signQuery({ date })),
        `${queryError}X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`,
      );
    });
  }

  for (const [expires, message] of [
    ['1e3', 'X-Amz-Expires should be a number'],
    ['10.5', 'X-Amz-Expires should be a number'],
    [' 60', 'X-Amz-Expires should be a number'],
    ['0x10', 'X-Amz-Expires should be a number'],
    ['٣', 'X-Amz-Expires should be a number'],
    ['', 'X-Amz-Expires should be a number'],
    ['9'.repeat(30), 'X-Amz-Expires should be a number'],
    ['9223372036854775808', 'X-Amz-Expires should be a number'],
    ['-9223372036854775809', 'X-Amz-Expires should be a number'],
    ['-1', 'X-Amz-Expires must be non-negative'],
    ['-9223372036854775808', 'X-Amz-Expires must be non-negative'],
    [
      '604801',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    ],
    [
      '9223372036854775807',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    ],
  ] as const) {
    test(`SIG-40e SIG-40f SIG-40g SEC-107 X-Amz-Expires ${JSON.stringify(expires)}: ${message.slice(0, 40)}`, () => {
      assert.equal(answer(signQuery({ expires })), queryError + message);
    });
  }

  for (const expires of ['604800', '+3600', '003600', '00000000000000000000000000003600']) {
    test(`SIG-40e SIG-40g X-Amz-Expires ${expires} is a number within a week`, () => {
      assert.equal(admitted(signQuery({ expires })).ok, true);
    });
  }
});

describe('time', () => {
  const at = (iso: string) => ({ now: new Date(iso) });

  test('SIG-91 SEC-106 the last second is still valid, the next is not', () => {
    assert.equal(admitted(signQuery(), at('2026-01-15T13:00:00.000Z')).ok, true);
    const verdict = refused(signQuery(), at('2026-01-15T13:00:00.001Z'));
    assert.equal(`${verdict.status} ${verdict.code}: ${verdict.message}`, '403 AccessDenied: Request has expired');
    assert.deepEqual(verdict.members, {
      'X-Amz-Expires': '3600',
      Expires: '2026-01-15T13:00:00Z',
      ServerTime: '2026-01-15T13:00:00Z',
    });
    assert.equal(verdict.reason, 'LinkExpired');
  });

  test('SIG-90 SEC-108 a link may be signed 900 s ahead of the clock, not more', () => {
    assert.equal(admitted(signQuery(), at('2026-01-15T11:45:00Z')).ok, true);
    const verdict = refused(signQuery(), at('2026-01-15T11:44:59Z'));
    assert.equal(verdict.message, 'Request is not yet valid');
    assert.deepEqual(verdict.members, {
      'X-Amz-Date': '1768478400000',
      Expires: '2026-01-15T13:00:00Z',
      ServerTime: '2026-01-15T11:44:59Z',
    });
  });

  test('SIG-92 SEC-107 a lifetime of nought passes the form and has always expired', () => {
    for (const iso of ['2026-01-15T12:00:00Z', '2026-01-15T11:59:00Z']) {
      assert.equal(refused(signQuery({ expires: '0' }), at(iso)).message, 'Request has expired');
    }
  });

  test('SIG-93 a Date header says nothing to a presigned URL; an x-amz-date header must be signed', () => {
    const old = ['Date', 'Mon, 01 Jan 2001 00:00:00 GMT'];
    const request = signQuery();
    assert.equal(admitted({ ...request, rawHeaders: [...request.rawHeaders, ...old] }).ok, true);
    const signed = signQuery({ headers: [['x-amz-date', '20010101T000000Z']], signedHeaders: 'host;x-amz-date' });
    assert.equal(admitted(signed).ok, true);
  });

  test('SIG-41 SIG-94 expiry is decided at the time that is given, before scope, key and signature', () => {
    const late = at('2026-01-15T14:00:00Z');
    assert.equal(refused(signQuery({ credential: 'x/y' }), late).message, 'Request has expired');
    assert.equal(refused(signQuery({ secret: 'other' }), late).message, 'Request has expired');
  });
});

describe('the scope', () => {
  const credential = (scope: string) => ({ credential: `${accessKeyId}/${scope}` });
  const prefix = `${queryError}Error parsing the X-Amz-Credential parameter; `;
  const malformed = `${prefix}the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`;
  for (const [rule, scope, message] of [
    ['SIG-42a', '20260115/us-east-1/s3', malformed],
    ['SIG-42a', 'x/20260115/us-east-1/s3/aws4_request', malformed],
    [
      'SIG-42b',
      '2026-01-15/us-east-1/s3/aws4_request',
      `${prefix}incorrect date format "2026-01-15". This date in the credential must be in the format "yyyyMMdd".`,
    ],
    [
      'SIG-42b',
      '20260230/us-east-1/s3/aws4_request',
      `${prefix}incorrect date format "20260230". This date in the credential must be in the format "yyyyMMdd".`,
    ],
    ['SIG-42c', '20260115//s3/aws4_request', `${prefix}a non-empty region must be provided in the credential.`],
    [
      'SIG-42e',
      '20260115/us-east-1/sts/aws4_request',
      `${prefix}incorrect service "sts". This endpoint belongs to "s3".`,
    ],
    [
      'SIG-42e',
      '20260115/us-east-1/s3tables/aws4_request',
      `${prefix}incorrect service "s3tables". This endpoint belongs to "s3".`,
    ],
    [
      'SIG-42f',
      '20260115/us-east-1/s3/aws5_request',
      `${prefix}incorrect terminal "aws5_request". This endpoint uses "aws4_request".`,
    ],
    [
      'SIG-42g SEC-110',
      '20260114/us-east-1/s3/aws4_request',
      `${queryError}Invalid credential date "20260114". This date is not the same as X-Amz-Date: "20260115".`,
    ],
  ] as const) {
    test(`${rule} SEC-111 the scope ${scope} is refused`, () => {
      assert.equal(answer(signQuery(credential(scope))), message);
    });
  }

  test('SIG-42a an empty access key id is no credential', () => {
    assert.equal(answer(signQuery({ credential: '/20260115/us-east-1/s3/aws4_request' })), malformed);
  });

  test('SIG-42d SEC-111 any region is accepted unless regions are given; the signature must hold with it', () => {
    assert.equal(admitted(signQuery({ region: 'mars-1' })).scope?.region, 'mars-1');
    const verdict = refused(signQuery({ region: 'mars-1' }), { region: ['eu-west-1', 'us-east-1'] });
    assert.equal(
      verdict.message,
      "Error parsing the X-Amz-Credential parameter; the region 'mars-1' is wrong; expecting 'eu-west-1'",
    );
    assert.deepEqual(verdict.members, { Region: 'eu-west-1' });
    assert.equal(refused(signQuery({ region: 'US-EAST-1' }), { region: 'us-east-1' }).reason, 'RegionMismatch');
    assert.equal(
      answer(signQuery({ edit: replaced('X-Amz-Credential', `${accessKeyId}/20260115/mars-1/s3/aws4_request`) })),
      mismatch,
    );
  });

  test('SIG-43 form, time, scope and headers are judged before any key is looked up', async () => {
    let lookups = 0;
    const lookup = () => {
      lookups++;
      return undefined;
    };
    const faulty = [
      signQuery({ expires: 'x' }),
      signQuery({ date: '20260116T120000Z' }),
      signQuery({ credential: 'x' }),
      signQuery({ signedHeaders: 'date' }),
    ];
    for (const request of faulty) await verify(request, { lookup, now });
    assert.equal(lookups, 0);
    await verify(signQuery(), { lookup, now });
    assert.equal(lookups, 1);
  });
});
