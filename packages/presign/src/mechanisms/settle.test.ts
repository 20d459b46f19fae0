import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { admitted, answer, mismatch, refused, signQuery, signQueryV2 } from '../../test/hand-signed.ts';

describe('limits and grants', () => {
  const limited = (...query: (readonly [string, string])[]) => refused(signQuery({ query }));

  test('SEC-117 SEC-118 SIG-14 limits that cannot be read are refused once the signature holds', () => {
    for (const [verdict, reason] of [
      [limited(['x-link-uses', '1'], ['x-link-uses', '9']), 'LinkLimitDuplicate'],
      [limited(['X-Link-Uses', '1']), 'LinkLimitUnknown'],
      [limited(['x_link_uses', '1']), 'LinkLimitUnknown'],
      [limited(['x-link-foo', '1']), 'LinkLimitUnknown'],
      [limited(['x-link-uses', '0']), 'LinkLimitMalformed'],
      [limited(['x-link-types', 'image/png']), 'LinkLimitMalformed'],
    ] as const) {
      assert.equal(`${verdict.status} ${verdict.code} ${verdict.reason}`, `400 InvalidArgument ${reason}`);
    }
    assert.equal(answer(signQuery({ query: [['x-link-foo', '1']], secret: 'x' })), mismatch);
  });

  const grant = (path: string, more: Parameters<typeof signQuery>[0] = {}) =>
    signQuery({ path, signedPath: '/b/a/b/', query: [['x-link-grant', 'a/b/']], ...more });

  test('SIG-48 a grant holds for every key below its prefix, in its bucket and style alone', () => {
    for (const path of ['/b/a/b/', '/b/a/b/c', '/b/a/b/c/d%20e', '/b/a%2Fb/c', '/%62/a/b/c']) {
      assert.equal(admitted(grant(path)).grantPrefix, 'a/b/', path);
    }
    assert.equal(answer(grant('/c/a/b/c')), mismatch);
    const { method, target } = grant('/b/a/b/c');
    assert.equal(
      answer({ method, target: target.replace('/b/', '/'), rawHeaders: ['Host', 'b.tide.example.com'] }),
      mismatch,
    );
    const virtual = signQuery({
      host: 'b.tide.example.com',
      path: '/a/b/c',
      signedPath: '/a/b/',
      query: [['x-link-grant', 'a/b/']],
    });
    assert.equal(admitted(virtual).key, 'a/b/c');
  });

  for (const value of ['', '/', 'a', '/a/', 'a//b/', 'a/../b/', './a/', 'a\u0001/', `${'a'.repeat(1023)}/`]) {
    test(`SIG-48a the grant ${JSON.stringify(value.slice(0, 12))} replaces no path, and is malformed where the signature holds`, () => {
      const verdict = limited(['x-link-grant', value]);
      assert.equal(verdict.reason, 'LinkLimitMalformed');
    });
  }

  test('SIG-48a a grant given twice replaces no path', () => {
    assert.equal(limited(['x-link-grant', 'a/'], ['x-link-grant', 'a/']).reason, 'LinkLimitDuplicate');
  });

  for (const path of [
    '/b/a/b',
    '/b/a/bc',
    '/b/A/b/x',
    '/b/a/b/../c',
    '/b/a/b/%2e%2e/c',
    '/b/a/b%2F..%2Fc',
    '/b/a/b/.//x',
    '/b/a/b/c/',
    '/b/a/b/%00',
    '/b/a/b/%7f',
    '/b',
    '/b/x',
  ]) {
    test(`SIG-48b SEC-232 ${path} is outside the grant of a/b/`, () => {
      const verdict = refused(grant(path));
      assert.equal(`${verdict.status} ${verdict.code} ${verdict.reason}`, '403 AccessDenied LinkOutsideGrant');
      assert.equal(admitted(grant(path), { deferGrant: true }).outsideGrant, true);
    });
  }

  for (const name of ['versionId', 'partNumber', 'uploadId', 'acl', 'tagging', 'uploads']) {
    test(`SIG-48c a grant does not go with ${name}`, () => {
      const query = [
        ['x-link-grant', 'a/b/'],
        [name, ''],
      ] as const;
      assert.equal(refused(grant('/b/a/b/c', { query })).reason, 'LinkLimitMalformed');
    });
  }

  test('SIG-48c a grant is for GET and PUT, and what x-link-head and x-link-resumable add', () => {
    assert.equal(admitted(grant('/b/a/b/c', { method: 'PUT' })).ok, true);
    assert.equal(refused(grant('/b/a/b/c', { method: 'DELETE' })).reason, 'LinkLimitMalformed');
    const head = [
      ['x-link-grant', 'a/b/'],
      ['x-link-head', '1'],
    ] as const;
    assert.equal(admitted(grant('/b/a/b/c', { method: 'HEAD', signedMethod: 'GET', query: head })).ok, true);
    const resumable = [
      ['x-link-grant', 'a/b/'],
      ['x-link-resumable', '1'],
    ] as const;
    for (const method of ['POST', 'HEAD', 'PATCH', 'DELETE']) {
      const asked = { method, signedMethod: 'PUT' } as const;
      const verdict = admitted(grant('/b/a/b/c', { ...asked, query: resumable }));
      assert.equal(verdict.signedMethod, 'PUT', method);
      assert.equal(refused(grant('/b/a/bc', { ...asked, query: resumable })).reason, 'LinkOutsideGrant', method);
      assert.equal(refused(grant('/b/a/b/c', asked)).code, 'SignatureDoesNotMatch', `${method} without the limit`);
    }
  });

  test('LNK-23 a link that was made for longer than admitted is refused after its signature', () => {
    assert.equal(refused(signQuery(), { maxExpiresIn: '30m' }).reason, 'LinkTooLong');
    assert.equal(admitted(signQuery(), { maxExpiresIn: '1h' }).ok, true);
    assert.equal(answer(signQuery({ secret: 'x' }), { maxExpiresIn: '30m' }), mismatch);
    assert.equal(refused(signQueryV2(), { maxExpiresIn: '30m' }).reason, 'LinkTooLong');
  });
});
