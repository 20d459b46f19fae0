import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { readSeed } from '../../../../test/seed.ts';
import * as portable from './hash.ts';
import * as native from './hash-node.ts';

const seed = readSeed();

/** Random numbers below `most` that a seed repeats (xorshift32). */
function randomOf(start: number): (most: number) => number {
  let state = start | 1;
  return (most) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % most;
  };
}

for (const [what, hash] of [
  ['portable', portable],
  ['native', native],
] as const) {
  for (const [text, hex] of [
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ] as const) {
    test(`SIG-21 the ${what} SHA-256 of ${JSON.stringify(text)} is that of FIPS 180-4`, () => {
      assert.equal(hash.sha256Hex(text), hex);
    });
  }

  test(`SIG-21 the ${what} HMAC-SHA256 is that of RFC 4231`, () => {
    const key = new Uint8Array(20).fill(0x0b);
    const expected = 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7';
    assert.equal(hash.sha256Hex(''), portable.sha256Hex(''));
    assert.equal(Buffer.from(hash.sha256('abc')).toString('hex'), hash.sha256Hex('abc'));
    const prepared =
      what === 'portable'
        ? portable.hmacHex(portable.hmacKey(key), 'Hi There')
        : native.hmacHex(native.hmacKey(key), 'Hi There');
    assert.equal(prepared, expected);
  });

  test(`SIG-54 the ${what} HMAC-SHA1 is that of RFC 2202`, () => {
    const expected = Buffer.from('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79', 'hex').toString('base64');
    assert.equal(hash.hmacSha1Base64('Jefe', 'what do ya want for nothing?'), expected);
  });

  test(`SIG-16 the ${what} hash takes header values as the bytes that they are`, () => {
    const bytes = Buffer.from('na\u00efve \u00ff', 'latin1');
    assert.equal(hash.sha256HexLatin1('na\u00efve \u00ff'), createHash('sha256').update(bytes).digest('hex'));
    assert.equal(
      hash.hmacSha1Base64('k', '\u00e9', 'latin1'),
      createHmac('sha1', 'k')
        .update(Buffer.from([0xe9]))
        .digest('base64'),
    );
  });
}

test('SIG-21 both hashes agree with each other and with createHash on random texts, bytes and keys', () => {
  const random = randomOf(seed);
  const alphabet = ['a', '/', '%', '\n', 'ä', '€', '😀', '\u00ff', '\u0000'];
  for (let round = 0; round < 400; round++) {
    let text = '';
    // Lengths around a block's end are where padding goes wrong.
    const length = round < 200 ? round : random(3000);
    while (text.length < length) text += alphabet[random(round % 2 ? 4 : alphabet.length)];
    const key = Buffer.from(Array.from({ length: random(130) }, () => random(256)));
    const bytes = Buffer.from(Array.from({ length }, () => random(256)));
    const expected = createHash('sha256').update(text).digest('hex');
    const expectedHmac = createHmac('sha256', key).update(text).digest('hex');
    const expectedSha1 = createHmac('sha1', text).update(text).digest('base64');
    for (const hash of [portable, native]) {
      assert.equal(hash.sha256Hex(text), expected);
      assert.equal(hash.sha256Hex(bytes), createHash('sha256').update(bytes).digest('hex'));
      assert.equal(Buffer.from(hash.sha256(bytes)).toString('hex'), hash.sha256Hex(bytes));
      assert.equal(hash.hmacSha1Base64(text, text), expectedSha1);
    }
    assert.equal(portable.hmacHex(portable.hmacKey(key), text), expectedHmac);
    assert.equal(native.hmacHex(native.hmacKey(key), text), expectedHmac);
    assert.deepEqual(
      Buffer.from(portable.hmac(portable.hmacKey(key), text)),
      Buffer.from(native.hmac(native.hmacKey(key), text)),
    );
    assert.equal(portable.hmacHex(portable.hmacKey(text), 'x'), native.hmacHex(native.hmacKey(text), 'x'));
  }
});

test('SIG-21 a text larger than the kept buffer is hashed the same', () => {
  const text = 'é'.repeat(300_000);
  assert.equal(portable.sha256Hex(text), createHash('sha256').update(text).digest('hex'));
  assert.equal(portable.sha256Hex('abc'), createHash('sha256').update('abc').digest('hex'));
});
