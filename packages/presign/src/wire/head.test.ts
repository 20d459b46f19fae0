import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { admitted, answer, mismatch, notSigned, refused, signHeader, signQuery } from '../../test/hand-signed.ts';

describe('signed headers', () => {
  const amzHeaders = [
    'x-amz-copy-source',
    'x-amz-acl',
    'x-amz-tagging',
    'x-amz-meta-a',
    'x-amz-storage-class',
    'x-amz-website-redirect-location',
    'x-amz-server-side-encryption',
    'x-amz-object-lock-mode',
    'x-amz-bypass-governance-retention',
    'x-amz-security-token',
  ];
  for (const name of amzHeaders) {
    test(`SIG-44 SEC-121 SEC-122 an unsigned ${name} is refused, in the query's and the header's form`, () => {
      for (const request of [signQuery({ method: 'PUT' }), signHeader({ method: 'PUT' })]) {
        const verdict = refused({ ...request, rawHeaders: [...request.rawHeaders, name.toUpperCase(), 'x'] });
        assert.equal(`${verdict.status} ${verdict.code}: ${verdict.message}`, notSigned);
        assert.deepEqual(verdict.members, { HeadersNotSigned: name });
      }
    });
  }

  test('SIG-44 several unsigned names are lower case, sorted, each once', () => {
    const request = signQuery();
    const more = ['X-Amz-Z', '1', 'x-amz-b', '1', 'X-AMZ-Z', '2', 'Content-MD5', 'x'];
    const verdict = refused({ ...request, rawHeaders: [...request.rawHeaders, ...more] });
    assert.equal(verdict.members['HeadersNotSigned'], 'content-md5, x-amz-b, x-amz-z');
  });

  test('SIG-44 SIG-103 SIG-107 SIG-108 these headers need no signature', () => {
    const names = [
      'content-type',
      'range',
      'date',
      'if-match',
      'if-none-match',
      'cache-control',
      'content-encoding',
      'content-disposition',
      'content-length',
      'x-amzn-trace-id',
      'x-link-uses',
      'accept-encoding',
      'origin',
      'referer',
      'user-agent',
      'x-http-method-override',
    ];
    const request = signQuery({ method: 'PUT' });
    assert.equal(
      admitted({ ...request, rawHeaders: [...request.rawHeaders, ...names.flatMap((name) => [name, 'DELETE'])] }).ok,
      true,
    );
  });

  test('SIG-44 SEC-123 host must be in the list, in lower case', () => {
    for (const signedHeaders of ['date', '', 'Host', 'hosts', ';', 'host ']) {
      assert.equal(
        refused(signQuery({ signedHeaders })).members['HeadersNotSigned'],
        'host',
        JSON.stringify(signedHeaders),
      );
    }
  });

  test('SIG-15 SEC-124 a list out of order holds as signed, and not when it is put in order', () => {
    const request = signQuery({ headers: [['x-amz-acl', 'private']], signedHeaders: 'x-amz-acl;host' });
    assert.equal(admitted(request).signedHeaders.join(), 'x-amz-acl,host');
    assert.equal(
      answer({ ...request, target: request.target.replace('x-amz-acl%3Bhost', 'host%3Bx-amz-acl') }),
      mismatch,
    );
    assert.equal(admitted(signQuery({ signedHeaders: 'host;host' })).ok, true);
    assert.equal(
      admitted(signQuery({ signedHeaders: 'host;x-absent' })).ok,
      true,
      'an absent header is signed as empty',
    );
  });

  test('SIG-45 SIG-103 SIG-107 SEC-124 a signed header must be sent, byte for byte', () => {
    const sent = (value: string) =>
      signQuery({ method: 'PUT', headers: [['Content-Type', value]], signedHeaders: 'content-type;host' });
    const request = sent('text/plain');
    assert.equal(admitted(request).ok, true);
    assert.equal(answer({ ...request, rawHeaders: request.rawHeaders.slice(0, 2) }), mismatch);
    assert.equal(
      answer({ ...request, rawHeaders: [...request.rawHeaders.slice(0, 3), 'text/plain; charset=utf-8'] }),
      mismatch,
    );
    assert.equal(refused({ ...request, rawHeaders: request.rawHeaders.slice(0, 2) }).reason, 'HeaderMissing');
  });

  test('SIG-46 SIG-105 hoisted and other parameters come back as they were signed', () => {
    const query = [
      ['x-amz-acl', 'private'],
      ['versionId', 'a/b'],
      ['x-id', 'GetObject'],
    ] as const;
    const verdict = admitted(signQuery({ query }));
    assert.deepEqual(
      verdict.query.filter(([name]) => !name.startsWith('X-Amz-')),
      query,
    );
  });

  test('SIG-17 SEC-123 another Host is a mismatch, X-Forwarded-Host does not help unless the caller trusts it', () => {
    const { method, target } = signQuery();
    const rawHeaders = ['Host', 'inner:9000', 'X-Forwarded-Host', 'tide.example.com'];
    assert.equal(answer({ method, target, rawHeaders }), mismatch);
    assert.equal(refused({ method, target, rawHeaders }).reason, 'HostChanged');
    assert.equal(admitted({ method, target, rawHeaders }, { forwardedHost: 'TIDE.example.com' }).ok, true);
  });
});
