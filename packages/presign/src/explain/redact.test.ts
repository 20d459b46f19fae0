import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMs } from '../../../../test/cpu-time.ts';
import { signHeader, signQuery, signQueryV2 } from '../../test/hand-signed.ts';
import { fingerprint } from '../hash/fingerprint.ts';
import { redact } from './redact.ts';

const secret = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
const token = 'FwoGZXIvYXdzEXAMPLE';

for (const text of [
  `https://h/b/k?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=${secret}&x=1`,
  `X%2DAmz%2DSignature=${secret}`,
  `x%2damz%2dsignature%3D${secret}%26x`,
  `x-amz-signature=${secret}`,
  `X_AMZ_SIGNATURE=${secret}`,
  `%58-%41mz-%53ignature=${secret}`,
  `next=https%3A%2F%2Fh%2Fk%3FX-Amz-Signature%3D${secret}%26a`,
  `next=https%253A%252F%252Fh%252Fk%253FX-Amz-Signature%253D${secret}`,
  `Authorization: AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature=${secret}`,
  `authorization: AWS AKIAIOSFODNN7EXAMPLE:${secret.slice(0, 27)}=`,
  `Authorization: Bearer ${secret}`,
  `{"authorization":"Basic ${secret}"}`,
  `Cookie: session=${secret}; b=c`,
  `Set-Cookie: a=${secret}`,
  `<SignatureProvided>${secret}</SignatureProvided>`,
  `10;chunk-signature=${secret}`,
  `x-amz-trailer-signature:${secret}`,
  `'X-Amz-Security-Token': '${secret}'`,
  `x-amz-security-token=${secret}`,
  `"sessionToken":"${secret}"`,
  `x-amz-server-side-encryption-customer-key: ${secret}`,
  `x-amz-copy-source-server-side-encryption-customer-key=${secret}`,
  `aws_secret_access_key = ${secret}`,
  `SecretAccessKey: "${secret}"`,
  `"signingKey": "${secret}"`,
  `password=${secret}`,
  `seen with Basic ${secret}`,
  `Bearer%20${secret}`,
  `https://name:${secret}@h/hook`,
  `https%3A%2F%2F${secret}%40h`,
]) {
  test(`SIG-106 SEC-805 nothing of the secret is left in ${JSON.stringify(text.replace(secret, '…').slice(0, 60))}`, () => {
    const redacted = redact(text);
    assert.ok(!redacted.includes(secret.slice(0, 20)), redacted);
    assert.equal(redact(redacted), redacted, 'idempotent');
  });
}

test('SIG-106 the whole of a link stays readable but for its signature, which becomes its fingerprint', () => {
  const text = `https://h${signQuery({ token }).target}`;
  const redacted = redact(text);
  const name = fingerprint(text) ?? '';
  assert.equal(redacted.replace(name, text.slice(-64)).replace(/st_[a-z2-7]{16}/, token), text);
  const sigv2 = `https://h${signQueryV2().target}`;
  assert.ok(redact(sigv2).includes(`Signature=${fingerprint(sigv2)}&`));
});

test('SIG-106 shares become fingerprints, and what is no secret stays', () => {
  const [, name = ''] =
    /^GET \/s\/(sh_[a-z2-7]{16})\?x HTTP/.exec(redact('GET /s/4Zk9QmT2xVb7LrW1cHs8Yp?x HTTP')) ?? [];
  assert.notEqual(name, '');
  for (const path of [
    '/%73/4Zk9QmT2xVb7LrW1cHs8Yp',
    '/s/%34Zk9QmT2xVb7LrW1cHs8Yp',
    '%252Fs%252F4Zk9QmT2xVb7LrW1cHs8Yp',
  ]) {
    assert.ok(redact(path).endsWith(name), `${path} is the same share: ${redact(path)}`);
  }
  for (const text of [
    'SignatureDoesNotMatch: the signature differs',
    'X-Amz-SignedHeaders=host',
    'x-amz-server-side-encryption-customer-key-MD5: abc',
    'AWSAccessKeyId=AKIA',
    '/s/short',
    '',
  ]) {
    assert.equal(redact(text), text);
  }
});

test('SIG-106 a header that a signer made keeps its credential and loses its signature', () => {
  const authorization = String(signHeader().rawHeaders.at(-1));
  const redacted = redact(`Authorization: ${authorization}`);
  assert.match(
    redacted,
    /Credential=AKIATIDEGATE00MAIN01\/20260115\/us-east-1\/s3\/aws4_request, SignedHeaders=.*, Signature=lk_/,
  );
});

test('SIG-106 a long text of percent signs takes no long time', () => {
  const units = ['%25', '%2525', 'signature', 'x-amz-', '="', '%', 'aws '];
  const redactAll = () => units.forEach((unit) => void redact(unit.repeat(20_000)));
  assert.ok(cpuMs(redactAll, 2000) < 2000);
});
