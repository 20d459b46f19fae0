import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  accessKeyId,
  added,
  admitted,
  answer,
  judged,
  material,
  mismatch,
  now,
  refused,
  several,
  signForm,
  signHeader,
  signQuery,
  signQueryV2,
} from '../../test/hand-signed.ts';
import { decide, openRequest } from './judge.ts';
import { judge, rulesOf, verify } from './verify.ts';

test('SIG-22 the reference signature of the documentation comes out', () => {
  const verdict = judge(
    {
      method: 'GET',
      target:
        '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
      rawHeaders: ['Host', 'examplebucket.s3.amazonaws.com'],
    },
    {
      awsDomains: true,
      now: new Date('2013-05-24T00:00:00Z'),
      lookup: () => ({ secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }),
    },
  );
  assert.ok(verdict.ok);
  assert.equal(verdict.bucket, 'examplebucket');
  assert.equal(verdict.key, 'test.txt');
  assert.equal(verdict.fingerprint, 'lk_2qmtnddzobqx3cio');
});

test('SIG-21 the second signer and the verifier agree', () => {
  assert.equal(admitted(signQuery()).mechanism, 'sigv4-query');
  assert.equal(admitted(signHeader()).mechanism, 'sigv4-header');
  assert.equal(admitted(signQueryV2()).mechanism, 'sigv2-query');
  assert.equal(admitted(signForm()).mechanism, 'sigv4-post');
});

describe('which mechanism', () => {
  test('SIG-31 SEC-131 two mechanisms at once are refused before anything else', () => {
    const { method, target, rawHeaders } = signQuery();
    assert.equal(answer({ method, target, rawHeaders: [...rawHeaders, 'Authorization', 'x'] }), several);
    assert.equal(answer(signQuery({ edit: added('Signature', 'x') })), several);
    assert.equal(answer(signQuery({ edit: added('AWSAccessKeyId', 'x') })), several);
    const header = signHeader();
    assert.equal(answer({ ...header, target: `${header.target}?x-amz-date=1` }), several);
    assert.equal(answer({ ...header, rawHeaders: [...header.rawHeaders, 'Authorization', 'x y'] }), several);
    assert.deepEqual(
      refused({ ...header, rawHeaders: [...header.rawHeaders, 'Authorization', 'x y'] }).members['ArgumentName'],
      'Authorization',
    );
  });

  for (const name of [
    'X-Amz-Algorithm',
    'x-amz-credential',
    'X-AMZ-SIGNATURE',
    'X-Amz-Date',
    'x-Amz-Expires',
    'X-Amz-SignedHeaders',
    'X-Amz-Security-Token',
  ]) {
    test(`SIG-30 SIG-32 ${name} alone is authentication, and fails as such`, () => {
      const verdict = refused({ method: 'GET', target: `/b/k?${name}=1`, rawHeaders: ['Host', 'h'] });
      assert.equal(verdict.code, 'AuthorizationQueryParametersError');
    });
  }

  test('SIG-30 names of SigV2 are exact, and Expires alone is no marker', () => {
    for (const target of ['/b/k?Expires=1', '/b/k?signature=1', '/b/k?awsaccesskeyid=1', '/b/k']) {
      assert.equal(judged({ method: 'GET', target, rawHeaders: ['Host', 'h'] }).outcome, 'anonymous');
    }
    assert.equal(refused({ method: 'GET', target: '/b/k?Signature=1', rawHeaders: [] }).code, 'AccessDenied');
  });

  test('SIG-33 SIG-100 OPTIONS is never authenticated, whatever its query says', () => {
    for (const target of [signQuery().target, '/b/k?X-Amz-Signature=1', '*', '/%zz']) {
      assert.equal(
        judged({ method: 'OPTIONS', target, rawHeaders: ['Host', 'h', 'Authorization', 'x'] }).outcome,
        'unauthenticated',
      );
    }
  });

  test('SIG-34 a form is one only as a POST to a bucket', () => {
    assert.equal(admitted(signForm()).mechanism, 'sigv4-post');
    assert.equal(judged({ ...signForm(), target: '/b/k' }).outcome, 'anonymous');
    assert.equal(judged({ ...signForm(), method: 'PUT' }).outcome, 'anonymous');
  });
});

describe('keys and tokens', () => {
  const unknown = '403 InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.';
  const rotating = { ...material, secretAccessKey: 'the-new-secret', furtherSecrets: [material.secretAccessKey] };

  test('SEC-144 SEC-804 while a key is rotated each of its secrets signs, and the verdict says which', () => {
    for (const request of [signQuery(), signHeader(), signForm(), signQueryV2()]) {
      assert.equal(admitted(request, { key: material }).secretAt, 0);
      assert.equal(admitted(request, { key: rotating }).secretAt, 1);
      assert.match(answer(request, { key: { ...rotating, furtherSecrets: [] } }), /SignatureDoesNotMatch/);
      assert.match(answer(request, { key: { ...rotating, furtherSecrets: ['third'] } }), /SignatureDoesNotMatch/);
    }
    assert.equal(admitted(signQuery({ secret: 'the-new-secret' }), { key: rotating }).secretAt, 0);
  });

  test('SIG-79 SEC-144 what every secret would sign is computed, whichever of them matches', () => {
    const opened = openRequest(signQuery(), rulesOf({ now }));
    assert.ok(opened.kind === 'opened');
    for (const key of [rotating, { ...material, furtherSecrets: ['the-old-secret'] }]) {
      const asked: unknown[] = [];
      const attempts: typeof opened.claim.attempts = (secret) => {
        asked.push(secret.secretAccessKey);
        return opened.claim.attempts(secret);
      };
      assert.equal(decide({ ...opened, claim: { ...opened.claim, attempts } }, key).kind, 'admitted');
      assert.deepEqual(asked, [key.secretAccessKey, ...key.furtherSecrets]);
    }
  });

  test('SEC-144 SIG-95 the cause of a refusal is found for a link that an older secret signed, too', () => {
    const asPut = refused(signQuery({ method: 'PUT', signedMethod: 'GET' }), { key: rotating });
    assert.equal(asPut.reason, 'MethodChanged');
    const malformed = refused(signQuery({ query: [['x-link-uses', 'x']] }), { key: rotating });
    assert.equal(malformed.reason, 'LinkLimitMalformed');
    assert.equal(malformed.explanation.checks.find(({ name }) => name === 'signature')?.outcome, 'pass');
  });

  const token = 'FwoGZXIvYXdzEXAMPLE+token/with=equals==';
  const temporary = { ...material, sessionToken: token, expiration: new Date('2026-01-15T12:30:00Z') };

  test('SIG-74 SEC-104 an unknown, a disabled and a tokenless temporary key are the same answer', () => {
    const options = [{ key: undefined }, { key: { ...material, enabled: false } }, { key: temporary }];
    for (const option of options) {
      for (const request of [signQuery(), signHeader(), signForm()]) {
        assert.equal(answer(request, option), unknown);
        assert.deepEqual(refused(request, option).members, { AWSAccessKeyId: accessKeyId });
      }
    }
  });

  test('SIG-75 SEC-135 a token that was not issued with the key, or with none, is invalid', () => {
    const invalid = '400 InvalidToken: The provided token is malformed or otherwise invalid.';
    for (const [sent, key] of [
      ['other', temporary],
      [`${token} `, temporary],
      [token, material],
    ] as const) {
      assert.equal(answer(signQuery({ token: sent }), { key }), invalid);
      assert.equal(refused(signQuery({ token: sent }), { key }).members['Token-0'], sent);
    }
  });

  test('SIG-75 the token may be a signed header', () => {
    const request = signQuery({
      headers: [['X-Amz-Security-Token', token]],
      signedHeaders: 'host;x-amz-security-token',
    });
    assert.equal(admitted(request, { key: temporary }).sessionToken, token);
    assert.equal(admitted(signHeader({ headers: [['x-amz-security-token', token]] }), { key: temporary }).ok, true);
  });

  test('SIG-76 SEC-135 from their end on temporary credentials are refused, before the signature', () => {
    const ended = { key: temporary, now: new Date('2026-01-15T12:30:00Z') };
    assert.equal(answer(signQuery({ token }), ended), '400 ExpiredToken: The provided token has expired.');
    assert.equal(answer(signQuery({ token, secret: 'x' }), ended), '400 ExpiredToken: The provided token has expired.');
    assert.equal(admitted(signQuery({ token }), { key: temporary, now: new Date('2026-01-15T12:29:59Z') }).ok, true);
  });

  test('SIG-77 a link ends when its credentials end, if that is earlier', () => {
    assert.equal(
      admitted(signQuery({ token }), { key: temporary }).expiresAt?.toISOString(),
      '2026-01-15T12:30:00.000Z',
    );
    assert.equal(
      admitted(signQuery({ token, expires: '60' }), { key: temporary }).expiresAt?.toISOString(),
      '2026-01-15T12:01:00.000Z',
    );
  });

  test('SIG-77 a lookup may answer later, and learns the token', async () => {
    const seen: unknown[] = [];
    const lookup = (id: string, sent?: string) => {
      seen.push(id, sent);
      return Promise.resolve(temporary);
    };
    const verdict = await verify(signQuery({ token }), { lookup, now });
    assert.ok(verdict.ok);
    assert.deepEqual(seen, [accessKeyId, token]);
    await assert.rejects(verify(signQuery(), { lookup: () => Promise.reject(new Error('store')), now }), /store/);
  });
});

describe('HEAD and the methods that limits exchange', () => {
  const head = { method: 'HEAD', signedMethod: 'GET' } as const;
  test('SIG-101 HEAD with a GET URL is refused unless the operator allows it', () => {
    assert.equal(answer(signQuery(head)), mismatch);
    assert.equal(admitted(signQuery(head), { allowHeadWithGetUrl: true }).headAsGet, true);
    assert.equal(
      answer(signQuery({ method: 'HEAD', signedMethod: 'DELETE' }), { allowHeadWithGetUrl: true }),
      mismatch,
    );
    assert.equal(answer(signQuery({ method: 'GET', signedMethod: 'HEAD' }), { allowHeadWithGetUrl: true }), mismatch);
    assert.equal(answer(signHeader(), { allowHeadWithGetUrl: true, now: new Date('2026-01-16') }).slice(0, 3), '403');
  });

  for (const [limit, method, signedMethod] of [
    ['x-link-head', 'HEAD', 'GET'],
    ['x-link-confirm', 'POST', 'GET'],
    ['x-link-resumable', 'POST', 'PUT'],
    ['x-link-resumable', 'HEAD', 'PUT'],
    ['x-link-resumable', 'PATCH', 'PUT'],
    ['x-link-resumable', 'DELETE', 'PUT'],
  ] as const) {
    test(`SIG-101 ${method} stands for ${signedMethod} where ${limit}=1 is signed, and nowhere else`, () => {
      assert.equal(admitted(signQuery({ method, signedMethod, query: [[limit, '1']] })).signedMethod, signedMethod);
      assert.equal(answer(signQuery({ method, signedMethod })), mismatch);
      const other = signedMethod === 'GET' ? 'DELETE' : 'GET';
      assert.equal(answer(signQuery({ method: other, signedMethod, query: [[limit, '1']] })), mismatch);
      assert.equal(answer(signQuery({ method, signedMethod, query: [[limit, '0']] })), mismatch);
    });
  }
});

test('SIG-113 SIG-16 a Request and a request as text are read as well; a fragment is never part of a target', async () => {
  const { target } = signQuery({ path: '/b/%C3%A9' });
  const url = `https://tide.example.com${target}`;
  const options = { lookup: () => material, now };
  assert.equal((await verify(new Request(url), options)).outcome, 'ok');
  assert.equal((await verify({ url: `${url}#part` }, options)).outcome, 'ok');
  assert.equal((await verify({ url: url.replace('%C3%A9', 'é') }, options)).outcome, 'ok');
  assert.equal(
    (await verify({ url: url.replace('tide.example.com', 'inner'), headers: { host: 'tide.example.com' } }, options))
      .outcome,
    'ok',
  );
  assert.equal((await verify({ url, headers: new Headers({ 'x-amz-acl': 'private' }) }, options)).outcome, 'error');
  assert.equal((await verify({ url, headers: [['x-amz-acl', 'private']] }, options)).outcome, 'error');
});
