import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../world/random.ts';
import { ConsoleSessions } from './sessions.ts';

test('SEC-811 what a browser keeps of a session is 256 bits by chance, and nothing near it finds one', () => {
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: () => assert.fail('a session waits for nothing'),
  };
  const sessions = new ConsoleSessions({ clock, random: systemRandom });
  const tokens = Array.from({ length: 100 }, () => sessions.begin('TGAK', 1));
  assert.equal(new Set(tokens).size, 100);
  for (const token of tokens) assert.equal(Buffer.from(token, 'base64url').byteLength, 32);
  const [token = ''] = tokens;
  assert.equal(sessions.find(token, true)?.accessKeyId, 'TGAK');
  for (const other of ['', token.slice(1), `${token}A`, token.toLowerCase()])
    assert.equal(sessions.find(other, true), undefined);
  nowMs = 13 * 3_600_000;
  assert.equal(sessions.find(token, true), undefined);
});
