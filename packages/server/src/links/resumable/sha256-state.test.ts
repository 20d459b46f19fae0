import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { readSeed } from '../../../../../test/seed.ts';
import { seededRandom } from '../../stores/contract/objects/subject.ts';
import { Sha256State } from './sha256-state.ts';

test('LNK-56 a hash that is saved and taken up at any byte is that of the whole', () => {
  const random = seededRandom(readSeed());
  for (const sizeBytes of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 70_001]) {
    const bytes = Buffer.from(random.bytes(sizeBytes));
    let state = new Sha256State();
    for (let at = 0; at < sizeBytes; ) {
      const taken = bytes.subarray(at, at + 1 + ((random.bytes(1)[0] ?? 0) % 199));
      state.update(taken);
      at += taken.byteLength;
      state = new Sha256State(state.save());
    }
    assert.equal(
      state.digest(),
      createHash('sha256').update(bytes).digest('hex'),
      `${sizeBytes} bytes: ${bytes.toString('hex').slice(0, 80)}`,
    );
  }
});

test('LNK-56 what is no saved state is refused', () => {
  assert.throws(() => new Sha256State(new Uint8Array(5)), RangeError);
});
