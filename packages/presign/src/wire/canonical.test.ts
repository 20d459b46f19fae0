import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  canonicalHeaders,
  canonicalPath,
  canonicalRequest,
  hexBytes,
  pathCandidates,
  stringToSign,
} from './canonical.ts';
import { normaliseValue, readHead } from './head.ts';
import { parseQuery } from './query-string.ts';
import { viewRequest } from './request-view.ts';

describe('the canonical path', () => {
  for (const [decoded, canonical] of [
    ['/a b', '/a%20b'],
    ['/a+b', '/a%2Bb'],
    ["/!'()*", '/%21%27%28%29%2A'],
    ['/ä//./..', '/%C3%A4//./..'],
    ['/~-._', '/~-._'],
    ['', '/'],
  ] as const) {
    test(`SIG-11 ${JSON.stringify(decoded)} is signed as ${canonical}`, () => {
      assert.equal(canonicalPath(decoded), canonical);
    });
  }

  test('SIG-12 a path that is encoded otherwise is tried encoded first, then as it came', () => {
    assert.deepEqual(pathCandidates('/(é/', '/(%c3%a9%2F'), ['/%28%C3%A9/', '/(%c3%a9%2F']);
    assert.deepEqual(pathCandidates('/a b', '/a%20b'), ['/a%20b']);
  });
});

describe('the canonical query', () => {
  for (const [raw, canonical] of [
    ['', ''],
    ['b=2&a=1', 'a=1&b=2'],
    ['a=2&a=1&a', 'a=&a=1&a=2'],
    ['acl', 'acl='],
    ['&&a=1&', 'a=1'],
    ['a=x+y', 'a=x%20y'],
    ['a=%7e%2f', 'a=~%2F'],
    ['a=(b)', 'a=%28b%29'],
    ['a=%28b%29', 'a=%28b%29'],
    ['a=1=2', 'a=1%3D2'],
    ['=x', '=x'],
    ['=', '='],
    ['a-b=1&a=2', 'a=2&a-b=1'],
    ['a%2Db=1', 'a-b=1'],
    ['X-Amz-Signature=f&a=1', 'a=1'],
    ['a=1&X-Amz-Signature=f&b=2', 'a=1&b=2'],
    ['a=1&X%2DAmz-Signature=f', 'a=1'],
    ['X-Amz-Signature=f', ''],
    ['X-Amz-Signature=f&X-Amz-Signature=g', ''],
    ['x-amz-signature=f', 'x-amz-signature=f'],
    ['a=%C3%A9;b', 'a=%C3%A9%3Bb'],
  ] as const) {
    test(`SIG-13 ${JSON.stringify(raw)} is signed as ${JSON.stringify(canonical)}`, () => {
      assert.equal(parseQuery(raw)?.canonical, canonical);
    });
  }

  test('SIG-14 everything but the signature stays in it', () => {
    const names = [
      'X-Amz-Security-Token',
      'x-id',
      'response-expires',
      'versionId',
      'x-amz-checksum-crc32',
      'x-link-uses',
      'any',
    ];
    const raw = names.map((name) => `${name}=1`).join('&');
    assert.deepEqual(parseQuery(`${raw}&X-Amz-Signature=f`)?.canonical.split('&').sort(), raw.split('&').sort());
  });

  test('SIG-13 a query decodes once, in order of arrival, plus being a space', () => {
    assert.deepEqual(parseQuery('b=%2541&a+b=c%2Bd&b')?.pairs, [
      ['b', '%41'],
      ['a b', 'c+d'],
      ['b', ''],
    ]);
  });
});

describe('the signed headers', () => {
  const rawHeaders = [
    'Host',
    ' B.Example.com:80 ',
    'X-Amz-Meta-A',
    ' a   b\t c ',
    'x-amz-meta-a',
    'd',
    'X-Odd',
    '\u00e9',
  ];
  const head = readHead(rawHeaders);
  const canonical = (signed: string) => {
    const query = [
      ['X-Amz-Acl', 'from query'],
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-SignedHeaders', signed],
    ] as const;
    return canonicalHeaders(head.host, signed, signed.split(';'), viewRequest(rawHeaders, query));
  };
  const lines = (signed: string): string => canonical(signed).lines;

  test('SIG-15 the list is followed as given', () => {
    assert.equal(lines('x-amz-meta-a;host'), 'x-amz-meta-a:a b c,d\nhost:b.example.com:80\n');
    assert.equal(lines('host;host'), 'host:b.example.com:80\nhost:b.example.com:80\n');
    assert.equal(lines('Host'), 'Host:\n', 'an entry that is not lower case matches nothing');
  });

  test('SIG-16 blanks are folded, repeated headers joined, bytes kept', () => {
    assert.equal(normaliseValue('  a \t b  '), 'a b');
    assert.equal(normaliseValue(' '), '');
    assert.equal(lines('x-odd'), 'x-odd:\u00e9\n');
    assert.equal(canonical('x-odd').encoding, 'latin1');
  });

  test('SIG-17 the host is lower case, its port kept; a trusted proxy replaces it', () => {
    assert.equal(lines('host'), 'host:b.example.com:80\n');
    assert.equal(readHead(['Host', 'inner:9000'], 'Public.Example.com').host, 'public.example.com');
  });

  test('SIG-18 an absent header is taken from the query, else it is empty', () => {
    assert.equal(lines('x-amz-acl'), 'x-amz-acl:from query\n');
    assert.equal(lines('content-type'), 'content-type:\n');
  });
});

test('SIG-10 SIG-21 the canonical request and the string to sign have these lines', () => {
  const headers = { lines: 'host:h\n', signed: 'host', encoding: 'utf8' } as const;
  const request = canonicalRequest({ method: 'GET', path: '/k', query: 'a=1', headers, payload: 'UNSIGNED-PAYLOAD' });
  assert.equal(request, 'GET\n/k\na=1\nhost:h\n\nhost\nUNSIGNED-PAYLOAD');
  assert.match(stringToSign('D', 'S', request, 'utf8'), /^AWS4-HMAC-SHA256\nD\nS\n[0-9a-f]{64}$/);
});

test('SIG-78 bytes are two-digit hex separated by spaces', () => {
  assert.equal(hexBytes('A\n\u00e9'), '41 0a e9');
  assert.equal(hexBytes(''), '');
});
