import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { hmacHex } from '#hash';
import { deriveSigningKey, forgetSigningKeys, signingKey, signingKeyFrom } from './signing-key.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** The chain as AWS's documentation spells it. */
function chain(...steps: string[]): Buffer {
  return steps.reduce<Buffer>(
    (key, step) => createHmac('sha256', key).update(step).digest(),
    Buffer.from(`AWS4${secret}`),
  );
}

test('SIG-21 the key is the chain of date, region, service and terminator', () => {
  assert.deepEqual(
    Buffer.from(deriveSigningKey(secret, '20130524', 'us-east-1')),
    chain('20130524', 'us-east-1', 's3', 'aws4_request'),
  );
  assert.deepEqual(
    Buffer.from(deriveSigningKey(secret, '20150830', 'eu-west-1', 'iam')),
    chain('20150830', 'eu-west-1', 'iam', 'aws4_request'),
  );
});

test('SIG-23 a kept key is the same object, and another date, region, service or secret is another', () => {
  const key = signingKey(secret, '20260101', 'r');
  assert.equal(signingKey(secret, '20260101', 'r'), key);
  const others = [
    signingKey(secret, '20260102', 'r'),
    signingKey(secret, '20260101', 'q'),
    signingKey(secret, '20260101', 'r', 't'),
    signingKey('x', '20260101', 'r'),
  ];
  for (const other of others) assert.notEqual(hmacHex(other, 'text'), hmacHex(key, 'text'));
  assert.equal(signingKey(secret, '20260101', 'r'), key);
});

test('SIG-23 the least recently used key goes when 1,024 others came, and one in use stays', () => {
  const old = signingKey('old', '20260101', 'r');
  const used = signingKey('used', '20260101', 'r');
  for (let at = 0; at < 1023; at++) {
    signingKey(`s${at}`, '20260101', 'r');
    signingKey('used', '20260101', 'r');
  }
  assert.equal(signingKey('used', '20260101', 'r'), used);
  assert.notEqual(signingKey('old', '20260101', 'r'), old);
});

test('SIG-23 an entry dies with its secret', () => {
  const key = signingKey('mortal', '20260101', 'r');
  forgetSigningKeys('mortal');
  const again = signingKey('mortal', '20260101', 'r');
  assert.notEqual(again, key);
  assert.equal(hmacHex(again, 'text'), hmacHex(key, 'text'));
});

test('SIG-21 a derived key signs as the secret does, given as bytes or hex', () => {
  const bytes = deriveSigningKey(secret, '20260101', 'r');
  const expected = hmacHex(signingKey(secret, '20260101', 'r'), 'text');
  assert.equal(hmacHex(signingKeyFrom(bytes), 'text'), expected);
  assert.equal(hmacHex(signingKeyFrom(Buffer.from(bytes).toString('hex')), 'text'), expected);
});
