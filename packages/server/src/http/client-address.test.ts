import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressGroup, ClientAddresses } from './client-address.ts';

const forwarded = [
  'X-Forwarded-For',
  '203.0.113.9, 10.0.0.7',
  'X-Forwarded-Host',
  'files.example.com, inner',
  'X-Forwarded-Proto',
  'https',
];

test('SIG-17 SEC-123 forwarded headers are believed from trusted proxies alone', () => {
  const trusting = new ClientAddresses(['10.0.0.0/8']);
  assert.deepEqual(trusting.read('10.0.0.1', false, forwarded), {
    address: '203.0.113.9',
    secure: true,
    forwardedHost: 'files.example.com',
  });
  const socket = { address: '192.0.2.1', secure: false, forwardedHost: undefined };
  assert.deepEqual(trusting.read('192.0.2.1', false, forwarded), socket);
  assert.deepEqual(new ClientAddresses([]).read('192.0.2.1', false, forwarded), socket);
});

test('POL-3 the version of TLS is known of who speaks with the server itself, of no client behind a proxy', () => {
  const trusting = new ClientAddresses(['10.0.0.0/8']);
  assert.equal(trusting.read('192.0.2.1', true, forwarded, '1.3').tlsVersion, '1.3');
  assert.equal(trusting.read('10.0.0.1', true, forwarded, '1.3').tlsVersion, undefined);
});

for (const [what, protos, secure] of [
  ['a forged first value', ['https, http'], false],
  ['a forged header of its own', ['https', 'http'], false],
  ['a forged first value the other way', ['http, https'], true],
  ['a single value', ['HTTPS'], true],
  ['an empty last value', ['https, '], false],
] as const) {
  test(`SIG-17 of ${what} of X-Forwarded-Proto the one counts that the nearest trusted proxy added`, () => {
    const headers = protos.flatMap((proto) => ['X-Forwarded-Proto', proto]);
    assert.equal(new ClientAddresses(['10.0.0.0/8']).read('10.0.0.1', false, headers).secure, secure);
  });
}

for (const [what, list, expected] of [
  ['the last hop that no trusted proxy has', '1.1.1.1, 2.2.2.2, 10.0.0.9', '2.2.2.2'],
  ['a forged first hop', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
  ['only trusted hops', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
  ['a hop with a port', '203.0.113.9:4444', '203.0.113.9'],
  ['an IPv6 hop in brackets', '[2001:db8::1]:4444', '2001:db8::1'],
  ['a mapped address', '::ffff:203.0.113.9', '203.0.113.9'],
  ['what is no address', 'unknown', '10.0.0.1'],
  ['nothing', '', '10.0.0.1'],
] as const) {
  test(`the client is read from ${what}: ${expected}`, () => {
    const client = new ClientAddresses(['10.0.0.0/8']).read('::ffff:10.0.0.1', false, ['x-forwarded-for', list]);
    assert.equal(client.address, expected);
  });
}

test('connections are counted by IPv4 address and by IPv6 /64', () => {
  assert.equal(addressGroup('203.0.113.9'), '203.0.113.9');
  assert.equal(addressGroup('2001:db8:1:2:3:4:5:6'), addressGroup('2001:db8:1:2::9'));
  assert.notEqual(addressGroup('2001:db8:1:2::9'), addressGroup('2001:db8:1:3::9'));
});

test('a socket file has a client on this machine', () => {
  assert.equal(new ClientAddresses([]).read(undefined, false, []).address, '127.0.0.1');
});
