import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '../world/clock.ts';
import { systemRandom } from '../world/random.ts';
import { SharePasswords } from './share-password.ts';

test('SEC-811 a password is kept as scrypt of its own salt, with N = 2¹⁷, r = 8 and p = 1', async () => {
  const store = { takeTry: () => assert.fail('nobody tries'), forgiveTries: () => assert.fail('nobody tries') };
  const passwords = new SharePasswords(store, { clock: systemClock, random: systemRandom }, new Uint8Array(32));
  const [first, second] = [await passwords.hash('pässwort'), await passwords.hash('pässwort')];
  assert.notEqual(first, second);
  for (const kept of [first, second]) {
    const [kind, salt = '', hash = ''] = kept.split('$');
    const derived = scryptSync('pässwort'.normalize('NFC'), Buffer.from(salt, 'base64url'), 32, {
      ...{ N: 131_072, r: 8, p: 1 },
      maxmem: 256 * 1024 ** 2,
    });
    assert.deepEqual(
      [kind, Buffer.from(salt, 'base64url').byteLength, hash],
      ['scrypt', 16, derived.toString('base64url')],
    );
  }
});
