import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { material, now, refused, secretAccessKey, signForm, signHeader, signQuery } from '../../test/hand-signed.ts';
import { deriveSigningKey } from '../hash/signing-key.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';

const url = (request: { readonly target: string }, origin = 'https://tide.example.com') => `${origin}${request.target}`;
const outcomes = ({ checks }: Explanation) =>
  Object.fromEntries(
    checks.map(({ name, outcome, would }) => [name, would === undefined ? outcome : `${outcome} ${would}`]),
  );
const order = [
  'form',
  'time',
  'scope',
  'headers',
  'key',
  'token',
  'signature',
  'revoked',
  'keyPolicy',
  'limits',
  'bucketPolicy',
  'operation',
];

describe('explain', () => {
  test('SIG-95 a URL that holds passes every check that is made here, in the order of judgement', () => {
    const explanation = explain(url(signQuery()), { secret: secretAccessKey, now });
    assert.equal(explanation.outcome, 'holds');
    assert.deepEqual(
      explanation.checks.map(({ name }) => name),
      order,
    );
    assert.deepEqual(outcomes(explanation), {
      form: 'pass',
      time: 'pass',
      scope: 'pass',
      headers: 'pass',
      key: 'pass',
      token: 'pass',
      signature: 'pass',
      revoked: 'unknown',
      keyPolicy: 'unknown',
      limits: 'pass',
      bucketPolicy: 'unknown',
      operation: 'unknown',
    });
    assert.equal(explanation.cause, undefined);
    assert.match(explanation.canonicalRequest ?? '', /^GET\n\/b\/k\nX-Amz-Algorithm=/);
  });

  test('SIG-95 without a secret the signature is unknown, and what shows without one is still judged', () => {
    assert.equal(explain(url(signQuery()), { now }).outcome, 'unknown');
    assert.equal(explain(url(signQuery({ expires: 'x' })), { now }).cause?.id, 'malformed');
    assert.equal(explain(url(signQuery()).slice(0, -9), { now }).outcome, 'fails');
  });

  test('SIG-95 a derived key judges too', () => {
    const signingKey = deriveSigningKey(secretAccessKey, '20260115', 'us-east-1');
    assert.equal(explain(url(signQuery()), { secret: { signingKey }, now }).outcome, 'holds');
    const hex = Buffer.from(signingKey).toString('hex');
    assert.equal(
      explain(url(signQuery({ method: 'PUT' })), { secret: { signingKey: hex }, now }).cause?.id,
      'method-changed',
    );
  });

  test('SIG-95 checks after the first failure are skipped, and told what they would have found', () => {
    const late = explain(url(signQuery({ secret: 'other' })), {
      secret: secretAccessKey,
      now: new Date('2026-01-16T00:00:00Z'),
    });
    assert.equal(late.cause?.id, 'expired');
    const seen = outcomes(late);
    assert.deepEqual(
      [seen['time'], seen['scope'], seen['signature'], seen['revoked']],
      ['fail', 'skipped pass', 'skipped fail', 'skipped'],
    );
  });

  test('SIG-95 the server sees another host and method than the URL says', () => {
    const options = { secret: secretAccessKey, now, domains: ['tide.example.com'] };
    const changed = explain(url(signQuery()), { ...options, headers: { host: 'localhost:9000' } });
    assert.deepEqual(changed.cause?.change, { what: 'host', signed: 'tide.example.com', got: 'localhost:9000' });
    assert.equal(explain(url(signQuery()), { ...options, method: 'PUT' }).cause?.detail, 'GET');
    assert.equal(explain({ url: url(signQuery()), method: 'PUT' }, options).cause?.id, 'method-changed');
    assert.equal(explain(new URL(url(signQuery())), options).outcome, 'holds');
  });

  test('SIG-95 candidates: 0 switches the search off', () => {
    const broken = url(signQuery({ secret: `${secretAccessKey} ` }));
    assert.equal(explain(broken, { secret: secretAccessKey, now }).cause?.id, 'secret-whitespace');
    assert.equal(explain(broken, { secret: secretAccessKey, now, candidates: 0 }).cause?.id, 'unknown');
  });

  test('SIG-95 it prints the verdict, what to do, what the URL says and every check', () => {
    const text = String(
      explain(url(signQuery()), {
        secret: secretAccessKey,
        now,
        headers: { host: 'localhost:9000' },
        domains: ['tide.example.com'],
      }),
    );
    const lines = text.split('\n');
    assert.match(lines[0] ?? '', /^✗ Fails: signed for another host\. +HostChanged$/);
    assert.ok(lines.includes('  signed for  tide.example.com'));
    assert.ok(lines.includes('  asked as    localhost:9000'));
    assert.ok(lines.includes('  Says      GET b/k · key AKIATIDEGATE00MAIN01 · us-east-1'));
    assert.ok(lines.includes('  ✓ scope          us-east-1, s3, same day'));
    assert.ok(lines.includes('  – token          none'));
    assert.match(text, /\n {2}✗ signature {6}differs; equal for host tide\.example\.com \(\d+ candidates\)\n/);
    assert.equal(lines.filter((line) => /^ {2}[✓✗–·?] /.test(line)).length, order.length);
  });

  test('SIG-95 the address that it offers has the scheme of the URL', () => {
    for (const scheme of ['http', 'https']) {
      const offered = explain(url(signQuery(), `${scheme}://tide.example.com`), {
        ...{ secret: secretAccessKey, now, headers: { host: 'localhost:9000' }, domains: ['tide.example.com'] },
      });
      assert.ok(String(offered).includes(`endpoint_url="${scheme}://localhost:9000"`));
    }
  });

  test('SIG-95 control characters of a URL do not reach a terminal', () => {
    const text = String(explain(url(signQuery({ path: '/b/%1b%5b2J' })), { now }));
    assert.equal(/\p{Cc}/u.test(text.replaceAll('\n', '')), false);
  });

  test('SIG-32 a URL without a signature, and one that cannot be read, are explained too', () => {
    assert.equal(explain('https://h/b/k', { now }).cause?.reason, 'NotSigned');
    assert.equal(explain('https://h/%zz', { now }).cause?.reason, 'AddressMalformed');
    assert.equal(explain({ url: 'https://h/b/k', method: 'OPTIONS' }, { now }).outcome, 'unknown');
    assert.equal(explain('', { now }).outcome, 'fails');
  });
});

test('SIG-95 a verdict explains itself with what was looked up', () => {
  const unknown = refused(signHeader(), { key: undefined }).explanation;
  assert.equal(outcomes(unknown)['key'], 'fail');
  const form = refused(
    signForm({
      fields: [
        ['key', 'k'],
        ['acl', 'x'],
      ],
    }),
  ).explanation;
  assert.equal(outcomes(form)['limits'], 'fail');
  assert.equal(outcomes(form)['signature'], 'pass');
  const ended = refused(signQuery({ token: 't' }), { key: { ...material, sessionToken: 'other' } }).explanation;
  assert.equal(outcomes(ended)['token'], 'fail');
});
