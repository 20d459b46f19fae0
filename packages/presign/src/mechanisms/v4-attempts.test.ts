import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  added,
  admitted,
  answer,
  material,
  mismatch,
  missing,
  refused,
  replaced,
  signatureOf,
  signHeader,
  signQuery,
  without,
} from '../../test/hand-signed.ts';

describe('what a signature stands for', () => {
  test('SIG-47 SEC-101 SEC-102 a signature is compared as it is', () => {
    const { target } = signQuery();
    const signature = target.slice(-64);
    const flipped = signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    for (const other of [
      flipped,
      signature.toUpperCase(),
      signature.slice(1),
      `${signature}0`,
      'x'.repeat(64),
      'a'.repeat(10_240),
      '%00',
    ]) {
      const request = { ...signQuery(), target: target.slice(0, -64) + other };
      if (other !== signature) assert.equal(answer(request), mismatch, other.slice(0, 70));
    }
    assert.equal(answer({ ...signQuery(), target: target.slice(0, -64) }), missing);
  });

  test('SEC-105 another secret is a mismatch', () => {
    assert.equal(answer(signQuery({ secret: 'another' })), mismatch);
    assert.equal(answer(signHeader({ secret: 'another' })), mismatch);
  });

  test('SEC-113 a URL holds for the method it was signed for alone', () => {
    for (const signed of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
      for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
        const request = { ...signQuery({ method: signed }), method };
        if (signed === method) assert.equal(admitted(request).signedMethod, method);
        else assert.equal(answer(request), mismatch);
      }
    }
  });

  for (const path of ['/b/a/c', '/b/A/b', '/b/a/b/', '/b/a//b', '/b/a/./b', '/b/x/../a/b', '/b/a/b%00', '/b/a%252Fb']) {
    test(`SEC-114 the URL of a/b does not hold for ${path}`, () => {
      const { target, ...rest } = signQuery({ path: '/b/a/b' });
      assert.equal(answer({ ...rest, target: target.replace('/b/a/b', path) }), mismatch);
    });
  }

  test('SIG-11 SIG-12 SEC-114 the same key in another encoding holds', () => {
    const { target, ...rest } = signQuery({ path: '/b/a/(%C3%A9)', signedPath: '/b/a/%28%C3%A9%29' });
    for (const path of ['/b/a/(%C3%A9)', '/b/a%2F(%c3%a9)', '/b/a/%28%C3%A9%29', '/%62/a/(\u00c3\u00a9)']) {
      assert.equal(admitted({ ...rest, target: target.replace(/^[^?]*/, path) }).key, 'a/(é)', path);
    }
    assert.equal(admitted(signQuery({ path: '/b/a/(%c3%a9)' })).key, 'a/(é)', 'signed as sent');
  });

  for (const [name, value] of [
    ['versionId', '1'],
    ['response-content-type', 'text/html'],
    ['partNumber', '1'],
    ['uploadId', 'x'],
    ['x-link-uses', '1'],
    ['acl', ''],
    ['foo', ''],
  ] as const) {
    test(`SIG-14 SEC-115 ${name} cannot be added`, () => {
      assert.equal(answer(signQuery({ edit: added(name, value) })), mismatch);
    });
  }

  test('SIG-13 SIG-14 SEC-116 a signed limit cannot be removed or changed; order does not matter', () => {
    const query = [
      ['x-link-uses', '1'],
      ['x-link-id', 'a'],
    ] as const;
    assert.equal(answer(signQuery({ query, edit: without('x-link-uses') })), mismatch);
    assert.equal(answer(signQuery({ query, edit: replaced('x-link-uses', '9') })), mismatch);
    assert.deepEqual(admitted(signQuery({ query, edit: (pairs) => pairs.reverse() })).limits, { uses: 1, id: 'a' });
  });

  test('SEC-120 SIG-13 blanks written as plus and empty pieces are the same query', () => {
    const request = signQuery({ query: [['note', 'a b']] });
    assert.equal(admitted({ ...request, target: `${request.target.replace('a%20b', 'a+b')}&&` }).ok, true);
    assert.equal(answer({ ...request, target: `${request.target};` }), mismatch);
    assert.equal(answer({ ...request, target: `${request.target}&=x` }), mismatch);
  });

  test('SIG-79 all candidates are compared, and a text of another length never matches', () => {
    const head = signQuery({ path: '/b/(', signedPath: '/b/%28', method: 'HEAD', signedMethod: 'GET' });
    assert.equal(admitted(head, { allowHeadWithGetUrl: true }).headAsGet, true);
  });

  test('SIG-23 a key derived for one day and region serves the next request, and dies with its secret', () => {
    assert.equal(admitted(signQuery()).ok, true);
    assert.equal(answer(signQuery(), { key: { ...material, secretAccessKey: 'rotated' } }), mismatch);
    assert.equal(admitted(signQuery()).ok, true);
  });

  test('SIG-78 a mismatch says what was signed here, in text and bytes', () => {
    const { members } = refused(signQuery({ secret: 'another' }));
    assert.deepEqual(Object.keys(members), [
      'AWSAccessKeyId',
      'StringToSign',
      'SignatureProvided',
      'StringToSignBytes',
      'CanonicalRequest',
      'CanonicalRequestBytes',
    ]);
    const canonical = members['CanonicalRequest'] ?? '';
    assert.equal(
      Buffer.from((members['CanonicalRequestBytes'] ?? '').replaceAll(' ', ''), 'hex').toString(),
      canonical,
    );
    assert.match(
      members['StringToSign'] ?? '',
      /^AWS4-HMAC-SHA256\n20260115T120000Z\n20260115\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
    );
    assert.equal(
      signatureOf(canonical, '20260115T120000Z', '20260115/us-east-1/s3/aws4_request', 'another'),
      members['SignatureProvided'],
    );
  });
});

describe('the body rule', () => {
  const hex = 'A'.repeat(64);
  test('SIG-19 the header counts, even unsigned, then the parameter, then UNSIGNED-PAYLOAD', () => {
    assert.deepEqual(admitted(signQuery()).payload, { kind: 'unsigned' });
    const header = signQuery({
      headers: [['X-Amz-Content-Sha256', hex]],
      payload: hex,
      query: [['x-amz-content-sha256', 'b']],
    });
    assert.deepEqual(admitted(header).payload, { kind: 'sha256', hex: hex.toLowerCase() });
    assert.deepEqual(admitted(signQuery({ payload: hex, query: [['x-amz-Content-sha256', hex]] })).payload, {
      kind: 'sha256',
      hex: hex.toLowerCase(),
    });
  });

  test('SIG-20 64 hex digits in any case bind the body', () => {
    assert.deepEqual(admitted(signHeader({ payload: hex })).payload, { kind: 'sha256', hex: hex.toLowerCase() });
    assert.equal(
      refused(signQuery({ payload: 'garbage', query: [['X-Amz-Content-Sha256', 'garbage']] })).code,
      'InvalidArgument',
    );
  });

  test('SIG-66 SIG-67 SIG-68 SIG-69 streaming payloads say how the body is read, signed ones what comes before the first chunk', () => {
    for (const [payload, signed, trailer] of [
      ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', false, true],
      ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', true, false],
      ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', true, true],
    ] as const) {
      for (const request of [
        signHeader({ payload }),
        signQuery({ headers: [['x-amz-content-sha256', payload]], payload }),
      ]) {
        const verdict = admitted(request);
        assert.deepEqual(verdict.payload, { kind: 'chunked', signed, trailer });
        assert.equal(verdict.chunkSeed?.scope, signed ? '20260115/us-east-1/s3/aws4_request' : undefined);
        assert.equal(verdict.chunkSeed?.amzDate, signed ? '20260115T120000Z' : undefined);
        if (signed) assert.ok(JSON.stringify(request).includes(verdict.chunkSeed?.signature ?? 'none'));
      }
    }
  });
});
