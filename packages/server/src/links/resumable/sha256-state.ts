/** Rounds of FIPS 180-4: the fractions of the cube roots of the first 64 primes. */
const primes: number[] = [];
for (let candidate = 2; primes.length < 64; candidate += 1) {
  if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
}
const fraction = (prime: number, root: number): number => (prime ** (1 / root) * 2 ** 32) | 0;
const rounds = Int32Array.from(primes, (prime) => fraction(prime, 3));
const start = Int32Array.from(primes.slice(0, 8), (prime) => fraction(prime, 2));

const blockBytes = 64;
const savedBytes = 32 + 8 + blockBytes;

/**
 * SHA-256 whose state can be kept between requests, processes and starts, which a hash of node:crypto cannot: an upload in
 * pieces is hashed once while it flows, however often it breaks off.
 */
export class Sha256State {
  readonly #state: Int32Array;
  readonly #rest = new Uint8Array(blockBytes);
  readonly #schedule = new Int32Array(64);
  #totalBytes: number;

  /** @param saved by `save`; undefined: of nothing */
  constructor(saved?: Uint8Array) {
    this.#state = Int32Array.from(start);
    this.#totalBytes = 0;
    if (saved === undefined) return;
    if (saved.byteLength !== savedBytes) throw new RangeError('This is no saved state of a hash.');
    const view = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
    for (let at = 0; at < 8; at += 1) this.#state[at] = view.getInt32(at * 4);
    this.#totalBytes = Number(view.getBigUint64(32));
    this.#rest.set(saved.subarray(40));
  }

  update(chunk: Uint8Array): void {
    let at = 0;
    const held = this.#totalBytes % blockBytes;
    this.#totalBytes += chunk.byteLength;
    if (held > 0) {
      const taken = Math.min(blockBytes - held, chunk.byteLength);
      this.#rest.set(chunk.subarray(0, taken), held);
      if (held + taken < blockBytes) return;
      this.#compress(new DataView(this.#rest.buffer), 0);
      at = taken;
    }
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (; at + blockBytes <= chunk.byteLength; at += blockBytes) this.#compress(view, at);
    this.#rest.set(chunk.subarray(at));
  }

  /** For the constructor of another one, which goes on from here. */
  save(): Uint8Array {
    const saved = new Uint8Array(savedBytes);
    const view = new DataView(saved.buffer);
    for (let at = 0; at < 8; at += 1) view.setInt32(at * 4, this.#state[at] ?? 0);
    view.setBigUint64(32, BigInt(this.#totalBytes));
    saved.set(this.#rest.subarray(0, this.#totalBytes % blockBytes), 40);
    return saved;
  }

  /** Of everything so far, in lower-case hex. The state is used up. */
  digest(): string {
    const totalBytes = this.#totalBytes;
    const padding = new Uint8Array(((119 - (totalBytes % blockBytes)) % blockBytes) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.byteLength - 8, BigInt(totalBytes) * 8n);
    this.update(padding);
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #compress(view: DataView, offset: number): void {
    const w = this.#schedule;
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(offset + i * 4);
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15] ?? 0;
      const y = w[i - 2] ?? 0;
      const mixedX = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const mixedY = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = ((w[i - 16] ?? 0) + (w[i - 7] ?? 0) + mixedX + mixedY) | 0;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = this.#state;
    for (let i = 0; i < 64; i += 1) {
      const choice = (e & f) ^ (~e & g);
      const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + (rounds[i] ?? 0) + (w[i] ?? 0)) | 0;
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    const mixed = [a, b, c, d, e, f, g, h];
    for (let at = 0; at < 8; at += 1) this.#state[at] = (this.#state[at] ?? 0) + (mixed[at] ?? 0);
  }
}

function rotate(bits: number, right: number): number {
  return (bits >>> right) | (bits << -right);
}
