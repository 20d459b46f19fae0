import type { Clock } from '../world/clock.ts';
import type { Random } from '../world/random.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codes = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
/** Random bytes are drawn for many requests at once: a draw costs the same whether it gives 10 or 5,120. */
const idsPerDraw = 512;

/** Makes ids of requests: ULIDs, which sort by time (10 characters of milliseconds, 16 of randomness). */
export function requestIds(clock: Clock, random: Random): () => string {
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;
  let lastMs = -1;
  let prefix = '';
  return () => {
    const nowMs = clock.nowMs();
    if (nowMs !== lastMs) {
      lastMs = nowMs;
      prefix = encodeTime(nowMs);
    }
    if (used + 16 > pool.length) {
      pool = random.bytes(idsPerDraw * 16);
      used = 0;
    }
    // At once: a text that grows letter by letter is a chain of texts.
    const letters: number[] = [];
    for (let end = used + 16; used < end; used += 1) letters.push(codes[(pool[used] ?? 0) & 31] ?? 0);
    return prefix + String.fromCharCode(...letters);
  };
}

function encodeTime(ms: number): string {
  let text = '';
  let rest = ms;
  for (let place = 0; place < 10; place += 1) {
    text = alphabet[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
