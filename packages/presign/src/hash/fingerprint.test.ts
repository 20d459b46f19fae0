import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { bucket } from '../sign/bucket.ts';
import { verify } from '../verify/verify.ts';
import { fingerprint, fingerprintOf, linkIdOf } from './fingerprint.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

/** Base32 by arithmetic on one big number, to compare with. */
function base32(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`) << 4n;
  let text = '';
  for (let at = 0; at < 52; at++) {
    text = (`abcdefghijklmnopqrstuvwxyz234567`[Number(value & 31n)] ?? '') + text;
    value >>= 5n;
  }
  return text;
}

test('LDG-1 a link is the 52 characters of base32 of SHA-256 over its signature', () => {
  for (const signature of ['', 'a'.repeat(64), '0123456789abcdef'.repeat(4), 'vjbyPxybdZaNmGa+yT272YEAiv4=']) {
    const id = linkIdOf(signature);
    assert.equal(id.length, 52);
    assert.equal(id, base32(createHash('sha256').update(signature).digest()));
  }
});

test('LDG-2 a link is shown as lk_ and the first 16 characters of what it is', () => {
  const signature = 'f'.repeat(64);
  assert.equal(fingerprintOf(signature), `lk_${linkIdOf(signature).slice(0, 16)}`);
});

test('LDG-1 a verified URL tells the identity of its signature, in whole and as shown', async () => {
  const links = bucket('bucket', { endpoint: 'http://127.0.0.1:9000', credentials });
  const url = links.presignGet('k');
  const raw = { method: 'GET', target: url.slice(url.indexOf('/', 8)), rawHeaders: ['Host', '127.0.0.1:9000'] };
  const verdict = await verify(raw, { lookup: () => credentials });
  assert.ok(verdict.ok);
  const signature = new URL(url).searchParams.get('X-Amz-Signature') ?? '';
  assert.equal(verdict.linkId, linkIdOf(signature));
  assert.equal(verdict.fingerprint, fingerprint(url));
  assert.equal(verdict.linkId.slice(0, 16), fingerprint(url)?.slice(3));
});
