import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accessKeyId, admitted, answer, mismatch, refused, signHeader } from '../../test/hand-signed.ts';

const three =
  '400 AuthorizationHeaderMalformed: The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.';
const at = (iso: string) => ({ now: new Date(iso) });

describe('SigV4 in the Authorization header', () => {
  test('SIG-60 SEC-131 the scheme is one that is known, and a space follows it', () => {
    const as = (text: string) => answer(signHeader({ authorization: () => text }));
    assert.equal(
      as('AWS4-HMAC-SHA256'),
      "400 InvalidArgument: Authorization header is invalid -- one and only one ' ' (space) required",
    );
    for (const text of ['Bearer x', 'Basic x', 'aws4-hmac-sha256 x', 'AWS4-HMAC-SHA1 x']) {
      assert.equal(as(text), '400 InvalidArgument: Unsupported Authorization Type');
    }
    assert.deepEqual(refused(signHeader({ authorization: () => 'Basic x' })).members, {
      ArgumentName: 'Authorization',
      ArgumentValue: 'Basic x',
    });
  });

  test('SIG-61 x-amz-content-sha256 must be sent, and say something that is known', () => {
    const request = signHeader();
    const without = request.rawHeaders.filter(
      (_, index, all) => !/content-sha256/.test(all[index - (index % 2)] ?? ''),
    );
    assert.equal(
      answer({ ...request, rawHeaders: without }),
      '400 InvalidRequest: Missing required header for this request: x-amz-content-sha256',
    );
    for (const payload of ['x', 'unsigned-payload', 'a'.repeat(63), 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD']) {
      assert.match(
        answer(signHeader({ payload })),
        /^400 InvalidArgument: x-amz-content-sha256 must be UNSIGNED-PAYLOAD, /,
      );
    }
  });

  test('SIG-61 STS-1 a service that is not S3, and a body whose hash is not said, are taken where the server asks for them', () => {
    const payload = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const signed = signHeader({
      payload,
      signedHeaders: 'host;x-amz-date',
      credential: `${accessKeyId}/20260115/us-east-1/sts/aws4_request`,
    });
    const request = {
      ...signed,
      rawHeaders: signed.rawHeaders.filter((text) => text !== 'x-amz-content-sha256' && text !== payload),
    };
    const asked = { services: ['sts', 's3'], bodySha256: payload };
    assert.equal(admitted(request, asked).scope?.service, 'sts');
    assert.equal(answer(request, { ...asked, bodySha256: 'a'.repeat(64) }), mismatch);
    assert.match(answer(request, { services: asked.services }), /^400 InvalidRequest/);
    assert.match(answer(request, { bodySha256: payload }), /incorrect service "sts". This endpoint belongs to "s3"/);
    assert.equal(admitted(signHeader(), asked).scope?.service, 's3');
  });

  test('SIG-62 the date may be in a Date header', () => {
    const headers = [['Date', 'x']] as const;
    assert.equal(
      answer(signHeader({ date: 'x', headers })),
      '403 AccessDenied: AWS authentication requires a valid Date or x-amz-date header',
    );
  });

  test('SIG-62 a date in the form of HTTP may be signed as sent or in ISO form', () => {
    const date = 'Thu, 15 Jan 2026 12:00:00 GMT';
    const credential = `${accessKeyId}/20260115/us-east-1/s3/aws4_request`;
    assert.equal(admitted(signHeader({ date, credential })).ok, true);
    assert.equal(admitted(signHeader({ date, credential, signedDate: '20260115T120000Z' })).ok, true);
    const verdict = refused(signHeader({ date, credential, signedDate: '20260115T120001Z' }));
    assert.equal(verdict.code, 'SignatureDoesNotMatch');
  });

  test('SIG-63 SEC-112 fifteen minutes of skew are allowed, not more', () => {
    assert.equal(admitted(signHeader(), at('2026-01-15T12:15:00Z')).ok, true);
    assert.equal(admitted(signHeader(), at('2026-01-15T11:45:00Z')).ok, true);
    for (const iso of ['2026-01-15T12:16:00Z', '2026-01-15T11:44:00Z']) {
      const verdict = refused(signHeader(), at(iso));
      assert.equal(`${verdict.status} ${verdict.code}`, '403 RequestTimeTooSkewed');
      assert.deepEqual(verdict.members, {
        RequestTime: '20260115T120000Z',
        ServerTime: iso,
        MaxAllowedSkewMilliseconds: '900000',
      });
      assert.equal(verdict.reason, 'ClockSkew');
    }
  });

  test('SIG-64 the three components come in any order, each once', () => {
    const parts = (edit: (list: string[]) => string[]) =>
      signHeader({
        authorization: (text) => {
          const space = text.indexOf(' ');
          return `${text.slice(0, space)} ${edit(text.slice(space + 1).split(', ')).join(',  ')}`;
        },
      });
    assert.equal(admitted(parts((list) => list.reverse())).ok, true);
    assert.equal(answer(parts((list) => list.slice(1))), three);
    assert.equal(answer(parts((list) => list.slice(0, 2))), three);
    assert.equal(answer(parts((list) => [...list, list[0] ?? ''])), three);
    assert.equal(answer(parts((list) => [...list, 'Extra=1'])), three);
    assert.equal(answer(parts(() => ['x'])), three);
  });

  test('SIG-64 SEC-111 faults of the scope have the texts of the header', () => {
    const prefix = '400 AuthorizationHeaderMalformed: The authorization header is malformed; ';
    const as = (credential: string) => answer(signHeader({ credential }));
    assert.equal(
      as('k/20260115/us-east-1/sts/aws4_request'),
      `${prefix}incorrect service "sts". This endpoint belongs to "s3".`,
    );
    assert.equal(
      as('k/x'),
      `${prefix}the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`,
    );
    assert.equal(
      as('k/20260114/us-east-1/s3/aws4_request'),
      `${prefix}Invalid credential date. Date is not the same as X-Amz-Date.`,
    );
  });

  test('SIG-65 the query is signed, X-Amz-Expires in it would be a second mechanism, and a limit is refused', () => {
    assert.equal(admitted(signHeader({ query: [['prefix', 'a b']] })).query.join(), 'prefix,a b');
    const request = signHeader();
    assert.equal(answer({ ...request, target: `${request.target}?prefix=a` }), mismatch);
    const limited = refused(signHeader({ query: [['x-link-uses', '1']] }));
    assert.equal(`${limited.status} ${limited.code} ${limited.reason}`, '400 InvalidArgument LinkLimitUnsigned');
  });

  test('SEC-125 an invented signature is no better with a streaming payload', () => {
    const authorization = (text: string) => text.replace(/.{64}$/, 'f'.repeat(64));
    assert.equal(
      answer(signHeader({ method: 'PUT', payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', authorization })),
      mismatch,
    );
  });
});
