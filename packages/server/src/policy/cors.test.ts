import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMs } from '../../../../test/cpu-time.ts';
import { corsResponseHeaders, findCorsRule } from './cors.ts';

const rule = {
  allowedOrigins: ['https://*.example.com'],
  allowedMethods: ['GET', 'PUT'],
  allowedHeaders: ['x-amz-*', 'Content-Type'],
  exposeHeaders: ['ETag'],
  maxAgeSeconds: 600,
} as const;

const origins: readonly (readonly [origin: string, fits: boolean])[] = [
  ['https://a.example.com', true],
  ['https://a.b.example.com', true],
  ['https://a.example.com.evil.org', false],
  ['https://example.com', false],
  ['http://a.example.com', false],
  ['https://a.example.com:8443', false],
  ['null', false],
  ['', false],
];
for (const [origin, fits] of origins) {
  test(`SEC-430 the rule https://*.example.com ${fits ? 'fits' : 'does not fit'} the origin "${origin}"`, () => {
    assert.equal(findCorsRule([rule], { origin, method: 'GET', headers: [] }), fits ? rule : undefined);
  });
}

test('SIG-100 a rule fits by origin, method and every header, headers without case', () => {
  const origin = 'https://a.example.com';
  assert.equal(findCorsRule([rule], { origin, method: 'DELETE', headers: [] }), undefined);
  assert.equal(findCorsRule([rule], { origin, method: 'PUT', headers: ['content-type', 'x-amz-acl'] }), rule);
  assert.equal(findCorsRule([rule], { origin, method: 'PUT', headers: ['content-type', 'x-other'] }), undefined);
});

test('SIG-100 the first rule that fits answers', () => {
  const open = { ...rule, allowedOrigins: ['*'] };
  assert.equal(findCorsRule([open, rule], { origin: 'https://a.example.com', method: 'GET', headers: [] }), open);
});

test('SEC-430 an origin that fits a pattern of hosts or is spelled out is allowed credentials, any host is not', () => {
  const question = { origin: 'https://a.example.com', method: 'GET', headers: [] };
  const header = (allowedOrigins: readonly string[], name: string) =>
    new Map(corsResponseHeaders({ ...rule, allowedOrigins }, question)).get(name);
  assert.equal(header(rule.allowedOrigins, 'access-control-allow-origin'), 'https://a.example.com');
  assert.equal(header(rule.allowedOrigins, 'access-control-allow-credentials'), 'true');
  assert.equal(header(['*'], 'access-control-allow-origin'), '*');
  assert.equal(header(['*'], 'access-control-allow-credentials'), undefined);
  assert.equal(header(['https://a.example.com'], 'access-control-allow-credentials'), 'true');
});

test('SIG-100 an answer names methods, exposed headers, how long it holds, and what it varies with', () => {
  const headers = corsResponseHeaders(rule, { origin: 'https://a.example.com', method: 'GET', headers: ['x-amz-acl'] });
  assert.deepEqual(headers.slice(2), [
    ['access-control-allow-methods', 'GET, PUT'],
    ['access-control-allow-headers', 'x-amz-acl'],
    ['access-control-expose-headers', 'ETag'],
    ['access-control-max-age', '600'],
    ['vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'],
  ]);
});

test('SEC-429 64 KB of origin against 100 rules take less than 10 ms', () => {
  const rules = Array.from({ length: 100 }, () => rule);
  const origin = `https://${'a.'.repeat(32_768)}example.com.`;
  assert.ok(cpuMs(() => findCorsRule(rules, { origin, method: 'GET', headers: [] }), 10) < 10);
});
