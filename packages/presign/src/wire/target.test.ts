import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isTargetFault, type ParsedTarget, parseTarget, splitAwsHost } from './target.ts';

const domains = ['s3.example.com', 'example.com:9000', 'localhost'];

function parsed(
  target: string,
  host = 's3.example.com',
  rules: Parameters<typeof parseTarget>[2] = { domains },
): ParsedTarget {
  const read = parseTarget(target, host, rules);
  if (isTargetFault(read)) return assert.fail(read.fault.code);
  return read;
}

function place(target: string, host?: string, rules?: Parameters<typeof parseTarget>[2]): readonly unknown[] {
  const { bucket, key, style } = parsed(target, host, rules);
  return [style, bucket, key];
}

function fault(target: string): string {
  const read = parseTarget(target, 's3.example.com', { domains });
  return isTargetFault(read) ? `${read.fault.status} ${read.fault.code}: ${read.fault.message}` : 'no fault';
}

describe('where a request goes', () => {
  for (const [host, target, expected] of [
    ['s3.example.com', '/b/k', ['path', 'b', 'k']],
    ['S3.Example.COM', '/b/k', ['path', 'b', 'k']],
    ['b.s3.example.com', '/k/l', ['virtual', 'b', 'k/l']],
    ['B.S3.example.com', '/k', ['virtual', 'b', 'k']],
    ['a.b.s3.example.com', '/k', ['virtual', 'a.b', 'k']],
    ['b.s3.example.com:8080', '/k', ['virtual', 'b', 'k']],
    ['b.example.com:9000', '/k', ['virtual', 'b', 'k']],
    ['b.example.com', '/b2/k', ['path', 'b2', 'k']],
    ['b.localhost:9000', '/k', ['virtual', 'b', 'k']],
    ['.s3.example.com', '/b/k', ['path', 'b', 'k']],
  ] as const) {
    test(`SIG-3 ${host} ${target} is ${expected.join(' ')}`, () => {
      assert.deepEqual(place(target, host), expected);
    });
  }

  test('SIG-3 the longest base domain wins', () => {
    assert.deepEqual(place('/k', 'b.s3.x', { domains: ['x', 's3.x'] }), ['virtual', 'b', 'k']);
    assert.deepEqual(place('/b/k', 's3.x', { domains: ['x', 's3.x'] }), ['path', 'b', 'k']);
  });

  for (const [host, bucket] of [
    ['b.s3.amazonaws.com', 'b'],
    ['b.s3.ap-south-1.amazonaws.com', 'b'],
    ['b.c.s3-eu-west-1.amazonaws.com', 'b.c'],
    ['b.s3.dualstack.us-west-2.amazonaws.com', 'b'],
    ['b.s3.cn-north-1.amazonaws.com.cn', 'b'],
    ['b.s3-accelerate.amazonaws.com', 'b'],
    ['b.s3-accelerate.dualstack.amazonaws.com', 'b'],
    ['b.c.s3-fips.us-east-1.amazonaws.com', 'b.c'],
    ['b.s3-fips.dualstack.us-gov-west-1.amazonaws.com', 'b'],
    ['s3.amazonaws.com', undefined],
    ['s3.us-gov-east-1.amazonaws.com', undefined],
    ['s3.x.s3.amazonaws.com', 's3.x'],
  ] as const) {
    test(`SIG-4 the AWS host ${host} holds the bucket ${bucket}`, () => {
      assert.deepEqual(splitAwsHost(host)?.bucket, bucket);
      assert.ok(splitAwsHost(host));
      assert.equal(parsed('/k', host, { awsDomains: true }).style, bucket === undefined ? 'path' : 'virtual');
    });
  }

  test('SIG-4 AWS hosts mean nothing unless they are turned on', () => {
    assert.deepEqual(place('/b/k', 'x.s3.amazonaws.com'), ['path', 'b', 'k']);
    assert.equal(splitAwsHost('b.ec2.amazonaws.com'), undefined);
    assert.equal(splitAwsHost('b.s3.amazonaws.com.evil.org'), undefined);
    assert.equal(splitAwsHost('b.s3.dualstack.amazonaws.com'), undefined);
  });

  test('SIG-5 a host that matches no base domain is path style', () => {
    assert.deepEqual(place('/b/k', 'photos.elsewhere.org'), ['path', 'b', 'k']);
    assert.deepEqual(place('/b/k', 'notexample.com:9000'), ['path', 'b', 'k']);
  });

  for (const [target, bucket, key] of [
    ['/b//a', 'b', '/a'],
    ['/b/a%2Fb', 'b', 'a/b'],
    ['/b/%252F', 'b', '%2F'],
    ['/b/./x/../y', 'b', './x/../y'],
    ['/b/%2e%2e/y', 'b', '../y'],
    ['/b%2Fc/k', 'b/c', 'k'],
    ['/b/', 'b', undefined],
    ['/b', 'b', undefined],
    ['/', undefined, undefined],
    ['//victim/secret', '', 'victim/secret'],
    ['/b/a+b', 'b', 'a+b'],
    ['/b/caf%c3%a9', 'b', 'café'],
    ['/b/caf\u00c3\u00a9', 'b', 'café'],
  ] as const) {
    test(`SIG-6 SIG-8 ${JSON.stringify(target)} is bucket ${bucket}, key ${key}`, () => {
      assert.deepEqual(place(target), ['path', bucket, key]);
    });
  }
});

test('SIG-1 the raw path and query stay as they came', () => {
  const { rawPath, rawQuery } = parsed('/b/a%2e%2E/./%7e?x=%7e&&y');
  assert.equal(rawPath, '/b/a%2e%2E/./%7e');
  assert.equal(rawQuery, 'x=%7e&&y');
});

test('SIG-2 scheme and authority of an absolute target are removed', () => {
  assert.deepEqual(place('http://elsewhere/b/k?x=1'), ['path', 'b', 'k']);
  assert.deepEqual(place('HTTP://u@[::1]:80/b/k'), ['path', 'b', 'k']);
  assert.equal(parsed('http://elsewhere?x=1').rawPath, '');
  assert.deepEqual(parsed('http://elsewhere?x=1').query, [['x', '1']]);
});

for (const target of ['/b/k#c', '/b/k?x#y', 'b/k', '*', '', 'http:/b/k']) {
  test(`SIG-2 SEC-114 ${JSON.stringify(target)} is no target`, () => {
    assert.equal(fault(target), "400 InvalidURI: Couldn't parse the specified URI.");
  });
}

for (const target of [
  '/b/%zz',
  '/b/%',
  '/b/%2',
  '/b/%c0%ae',
  '/b/%ff',
  '/b/\u00ff',
  '/b/k?x=%zz',
  '/b/k?%ff=1',
  '/b/k?x=%e2%82',
]) {
  test(`SIG-7 SEC-120 ${JSON.stringify(target)} is 400 InvalidURI`, () => {
    assert.equal(fault(target), "400 InvalidURI: Couldn't parse the specified URI.");
  });
}

test('SIG-7 a key has at most 1024 bytes of UTF-8', () => {
  assert.equal(parsed(`/b/${'a'.repeat(1024)}`).key?.length, 1024);
  assert.equal(parsed(`/b/${'%C3%A9'.repeat(512)}`).key?.length, 512);
  assert.equal(fault(`/b/${'a'.repeat(1025)}`), '400 KeyTooLongError: Your key is too long');
  assert.equal(fault(`/b/${'%C3%A9'.repeat(512)}a`), '400 KeyTooLongError: Your key is too long');
});

test('SIG-9 a target of 8,192 bytes is read', () => {
  const value = 'v'.repeat(8192 - '/b/k?x='.length);
  assert.deepEqual(parsed(`/b/k?x=${value}`).query, [['x', value]]);
});
