import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  accessKeyId,
  admitted,
  answer,
  type HandSignedV2,
  mismatch,
  refused,
  signatureV2,
  signHeader,
  signQueryV2,
} from '../../test/hand-signed.ts';
import type { RawRequest } from '../wire/request.ts';

const three =
  '403 AccessDenied: Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters';
const off =
  '400 InvalidRequest: The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
const noDate = (text: string): string => `Invalid date (should be seconds since epoch): ${text}`;
const date = 'Thu, 15 Jan 2026 12:00:00 GMT';

function cut(name: string): RawRequest {
  const request = signQueryV2();
  return { ...request, target: request.target.replace(new RegExp(`${name}=[^&]*&?`), '').replace(/&$/, '') };
}

function headerV2(text: string, more: Partial<RawRequest> & { readonly headers?: readonly string[] } = {}): RawRequest {
  const { headers = ['Date', date], ...rest } = more;
  const rawHeaders = [
    'Host',
    'tide.example.com',
    ...headers,
    'Authorization',
    `AWS ${accessKeyId}:${signatureV2(text)}`,
  ];
  return { method: 'GET', target: '/b/k', rawHeaders, ...rest };
}

describe('SigV2 in the query', () => {
  for (const name of ['AWSAccessKeyId', 'Signature', 'Expires']) {
    test(`SIG-50 ${name} missing, empty or given twice is refused`, () => {
      assert.equal(answer(cut(name)), three);
      const { target, ...request } = signQueryV2();
      const parameter = new RegExp(`([?&]${name}=)([^&]*)`);
      const empty = answer({ ...request, target: target.replace(parameter, '$1') });
      assert.equal(empty, name === 'Expires' ? `403 AccessDenied: ${noDate('')}` : three);
      // The same value again, and another one before it or behind it.
      for (const [first, second] of [
        ['$2', '$2'],
        ['x', '$2'],
        ['$2', 'x'],
      ]) {
        const twice = target.replace(parameter, `$1${first}&${name}=${second}`);
        assert.equal(answer({ ...request, target: twice }), three);
      }
    });
  }

  for (const expires of ['', 'x', '1.5', '1e9', '2147483648', '9'.repeat(40)]) {
    test(`SIG-51 Expires ${JSON.stringify(expires)} is no date`, () => {
      assert.equal(
        answer(signQueryV2({ expires })),
        `403 AccessDenied: Invalid date (should be seconds since epoch): ${expires}`,
      );
    });
  }

  test('SIG-51 SEC-131 strict mode refuses more than seven days ahead, aws mode does not', () => {
    const week = Date.parse('2026-01-15T12:01:00Z') / 1000 + 604_800;
    assert.equal(admitted(signQueryV2({ expires: String(week) })).ok, true);
    const far = signQueryV2({ expires: String(week + 1) });
    assert.equal(
      answer(far),
      '403 AccessDenied: Expires must be at most 604800 seconds ahead on this server for Signature Version 2',
    );
    assert.equal(admitted(far, { sigv2: 'aws' }).ok, true);
  });

  test('SIG-52 the last second is valid, the next is not; a negative time is long past', () => {
    assert.equal(admitted(signQueryV2(), { now: new Date('2026-01-15T13:00:00Z') }).ok, true);
    const verdict = refused(signQueryV2(), { now: new Date('2026-01-15T13:00:00.001Z') });
    assert.equal(verdict.message, 'Request has expired');
    assert.deepEqual(verdict.members, { Expires: '2026-01-15T13:00:00Z', ServerTime: '2026-01-15T13:00:00Z' });
    assert.equal(refused(signQueryV2({ expires: '-1' })).message, 'Request has expired');
  });

  test('SIG-59 with sigv2 off, every SigV2 request is refused first', () => {
    for (const request of [signQueryV2(), cut('Expires'), headerV2('')])
      assert.equal(answer(request, { sigv2: 'off' }), off);
  });

  test('SIG-53 a token is a parameter in any case, or a header, and is in the string to sign', () => {
    const key = { secretAccessKey: 'tG4+fake/SECRETkey0for/vectors+only0000', sessionToken: 't/k' };
    const amz = 'x-amz-security-token:t/k\n';
    assert.equal(admitted(signQueryV2({ amz, query: [['X-Amz-Security-Token', 't/k']] }), { key }).ok, true);
    assert.equal(
      admitted(signQueryV2({ amz, headers: [['x-amz-security-token', 't/k']] }), { key }).sessionToken,
      't/k',
    );
    assert.equal(refused(signQueryV2(), { key }).code, 'InvalidAccessKeyId');
    assert.equal(refused(signQueryV2({ query: [['x-amz-security-token', 'z']] }), { key }).code, 'InvalidToken');
  });

  for (const [name, request] of [
    ['content type', { method: 'PUT', contentType: 'text/plain', headers: [['Content-Type', ' text/plain ']] }],
    [
      'x-amz headers sorted and joined',
      {
        amz: 'x-amz-a:1,2\nx-amz-b:3\n',
        headers: [
          ['X-Amz-B', '3'],
          ['x-amz-a', '1'],
          ['X-AMZ-A', '2'],
        ],
      },
    ],
    ['a parameter as a header', { amz: 'x-amz-a:query\n', query: [['X-Amz-A', 'query']] }],
    ['a bucket with the slash that botocore adds', { path: '/b', resource: '/b/' }],
    ['a bucket as it stands', { path: '/b', resource: '/b' }],
    [
      'sub-resources sorted by name',
      {
        resource: '/b/k?acl&versionId=1/2',
        query: [
          ['versionId', '1/2'],
          ['acl', ''],
          ['prefix', 'x'],
        ],
      },
    ],
    ['a value that botocore signs', { resource: '/b/k?tagging=x', query: [['tagging', 'x']] }],
    ['the same by name only', { resource: '/b/k?tagging', query: [['tagging', 'x']] }],
    ['a decoded override', { resource: '/b/k?response-content-type=ä b', query: [['response-content-type', 'ä b']] }],
  ] as const satisfies readonly (readonly [string, HandSignedV2])[]) {
    test(`SIG-54 SIG-55 SIG-56 SIG-57 ${name} is what was signed`, () => {
      assert.equal(admitted(signQueryV2(request)).mechanism, 'sigv2-query');
    });
  }

  test('SIG-55 a header cannot replace a signed parameter of its name', () => {
    for (const name of ['x-amz-copy-source', 'x-amz-acl', 'x-amz-security-token', 'x-amz-content-sha256']) {
      const request = signQueryV2({ amz: `${name}:signed\n`, query: [[name, 'signed']], headers: [[name, 'other']] });
      const verdict = refused(request);
      assert.equal(`${verdict.status} ${verdict.code} ${verdict.reason}`, '403 AccessDenied UnsignedHeader');
      assert.deepEqual(verdict.members, { HeadersNotSigned: name });
    }
  });

  test('SIG-55 a header that repeats the signed value replaces nothing', () => {
    const acl = ['x-amz-acl', 'private'] as const;
    assert.equal(admitted(signQueryV2({ amz: 'x-amz-acl:private\n', query: [acl], headers: [acl] })).ok, true);
  });

  test('SIG-55 a second parameter of a name, or a line break, leaves no line to be read in two ways', () => {
    const amz = 'x-amz-acl:private\nx-amz-meta-a:1\n';
    const twice = 'requires exactly one value for x-amz-acl.';
    for (const [query, message] of [
      [
        [
          ['x-amz-acl', 'public-read'],
          ['x-amz-acl', 'private'],
          ['x-amz-meta-a', '1'],
        ],
        twice,
      ],
      [
        [
          ['x-amz-acl', 'private'],
          ['X-Amz-Acl', 'public-read'],
          ['x-amz-meta-a', '1'],
        ],
        twice,
      ],
      [[['x-amz-acl', 'private\nx-amz-meta-a:1']], 'cannot sign the parameter x-amz-acl.'],
      [[['x-amz-acl:private\nx-amz-meta-a', '1']], 'cannot sign the parameter x-amz-acl:private?x-amz-meta-a.'],
    ] as const) {
      assert.equal(
        answer(signQueryV2({ amz, query })),
        `403 AccessDenied: Query-string authentication version 2 ${message}`,
      );
    }
  });

  test('SIG-57 strict mode refuses values that make the string to sign ambiguous', () => {
    const resource = '/b/k?response-content-type=text/plain&versionId=1';
    const folded = signQueryV2({ resource, query: [['response-content-type', 'text/plain&versionId=1']] });
    for (const value of ['text/plain&versionId=1', 'a?b', 'a\rb', 'a\nb']) {
      const name = 'response-content-type';
      assert.equal(
        answer(signQueryV2({ resource: `/b/k?${name}=${value}`, query: [[name, value]] })),
        "403 AccessDenied: A value of 'response-content-type' with & ? CR or LF needs Signature Version 4 on this server",
      );
    }
    assert.equal(admitted(folded, { sigv2: 'aws' }).ok, true);
  });

  test('SIG-54 SIG-57 content type, x-amz headers and sub-resources cannot be added', () => {
    const request = signQueryV2();
    assert.equal(answer({ ...request, rawHeaders: [...request.rawHeaders, 'Content-Type', 'x'] }), mismatch);
    assert.equal(answer({ ...request, rawHeaders: [...request.rawHeaders, 'x-amz-acl', 'x'] }), mismatch);
    assert.equal(answer({ ...request, target: `${request.target}&acl` }), mismatch);
    assert.equal(refused({ ...request, target: `${request.target}&acl` }).members['CanonicalRequest'], undefined);
  });

  test('SIG-57 strict mode refuses an operation that the signature does not cover, after it held', () => {
    const request = signQueryV2({ query: [['session', '']] });
    assert.equal(
      answer(request),
      "403 AccessDenied: The sub-resource 'session' needs Signature Version 4 on this server",
    );
    assert.equal(admitted(request, { sigv2: 'aws' }).ok, true);
    assert.equal(
      admitted(
        signQueryV2({
          query: [
            ['list-type', '2'],
            ['x-id', 'GetObject'],
          ],
        }),
      ).ok,
      true,
    );
  });

  test('SIG-58 limits on a SigV2 URL are refused, and not before the signature held', () => {
    for (const name of ['x-link-uses', 'X_Link_Uses']) {
      const verdict = refused(signQueryV2({ query: [[name, '1']] }));
      assert.equal(
        `${verdict.status} ${verdict.code}: ${verdict.message}`,
        '400 InvalidArgument: x-link-* limits need a Signature Version 4 URL',
      );
      assert.equal(verdict.reason, 'LinkLimitUnsigned');
    }
    assert.equal(answer(signQueryV2({ query: [['x-link-uses', '1']], resource: '/other' })), mismatch);
  });

  test('SIG-101 HEAD with a SigV2 GET URL follows the same switch', () => {
    const request = { ...signQueryV2(), method: 'HEAD' };
    assert.equal(answer(request), mismatch);
    assert.equal(admitted(request, { allowHeadWithGetUrl: true }).headAsGet, true);
  });
});

describe('SigV2 in the Authorization header', () => {
  test('SIG-59 the date is the Date header, or empty beside x-amz-date', () => {
    assert.equal(admitted(headerV2(`GET\n\n\n${date}\n/b/k`)).mechanism, 'sigv2-header');
    const headers = ['Date', 'Mon, 01 Jan 2001 00:00:00 GMT', 'x-amz-date', date];
    assert.equal(admitted(headerV2(`GET\n\n\n\nx-amz-date:${date}\n/b/k`, { headers })).ok, true);
    assert.equal(admitted(headerV2(`GET\n\n\n${date}\n/b/?acl`, { target: '/b?acl' })).ok, true);
  });

  test('SIG-59 SIG-62 SIG-63 SEC-112 without a date, or one far from the clock, it is refused', () => {
    assert.equal(
      answer(headerV2('', { headers: [] })),
      '403 AccessDenied: AWS authentication requires a valid Date or x-amz-date header',
    );
    assert.equal(
      refused(headerV2('', { headers: ['Date', 'Thu, 15 Jan 2026 11:00:00 GMT'] })).code,
      'RequestTimeTooSkewed',
    );
  });

  test('SIG-59 SIG-78 another signature, key, or a header more is refused', () => {
    assert.equal(answer(headerV2('other')), mismatch);
    const added = headerV2(`GET\n\n\n${date}\n/b/k`);
    assert.equal(answer({ ...added, rawHeaders: ['x-amz-acl', 'private', ...added.rawHeaders] }), mismatch);
    assert.equal(refused(headerV2(''), { key: undefined }).code, 'InvalidAccessKeyId');
  });

  test('SIG-59 SIG-57 limits and uncovered operations are refused here too', () => {
    assert.equal(
      refused(headerV2(`GET\n\n\n${date}\n/b/k`, { target: '/b/k?x-link-uses=1' })).reason,
      'LinkLimitUnsigned',
    );
    assert.equal(refused(headerV2(`GET\n\n\n${date}\n/b/k`, { target: '/b/k?renameObject' })).code, 'AccessDenied');
  });

  for (const text of ['AWS x', 'AWS :y', 'AWS x:', 'AWS ']) {
    test(`SIG-59 SEC-131 ${JSON.stringify(text)} is no key and signature`, () => {
      const message = '400 InvalidArgument: AWS authorization header is invalid.  Expected AwsAccessKeyId:signature';
      const authorization = () => text;
      if (text.trim() !== 'AWS') assert.equal(answer(signHeader({ authorization })), message);
      else assert.match(answer(signHeader({ authorization })), /^400 InvalidArgument/);
    });
  }
});
