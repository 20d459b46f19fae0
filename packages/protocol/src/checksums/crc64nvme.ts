/**
 * CRC64NVME as two 32-bit halves, eight bytes a step: JavaScript has no fast 64-bit integer.
 * Source: NVM Express NVM Command Set Specification, 64b CRC; check value of "123456789" ae8b14860a799888.
 */

/** The register of a CRC64NVME under way: high and low half. Start with `startCrc64`. */
export type Crc64Register = { high: number; low: number };

/** The polynomial with its bits reversed, in halves. */
export const crc64Polynomial = { high: 0x9a6c9329, low: 0xac4bc9b5 } as const;

/** A register over no bytes. */
export function startCrc64(): Crc64Register {
  return { high: -1, low: -1 };
}

/** Takes more bytes into the register. */
export function updateCrc64(register: Crc64Register, bytes: Uint8Array): void {
  const { high: h, low: l } = slicingTables();
  const end = bytes.length;
  let { high, low } = register;
  let i = 0;
  for (; i + 8 <= end; i += 8) {
    const a = at(bytes, i) ^ (low & 255);
    const b = 256 + (at(bytes, i + 1) ^ ((low >>> 8) & 255));
    const c = 512 + (at(bytes, i + 2) ^ ((low >>> 16) & 255));
    const d = 768 + (at(bytes, i + 3) ^ (low >>> 24));
    const e = 1024 + (at(bytes, i + 4) ^ (high & 255));
    const f = 1280 + (at(bytes, i + 5) ^ ((high >>> 8) & 255));
    const g = 1536 + (at(bytes, i + 6) ^ ((high >>> 16) & 255));
    const k = 1792 + (at(bytes, i + 7) ^ (high >>> 24));
    high = at(h, a) ^ at(h, b) ^ at(h, c) ^ at(h, d) ^ at(h, e) ^ at(h, f) ^ at(h, g) ^ at(h, k);
    low = at(l, a) ^ at(l, b) ^ at(l, c) ^ at(l, d) ^ at(l, e) ^ at(l, f) ^ at(l, g) ^ at(l, k);
  }
  for (; i < end; i += 1) {
    const index = 1792 + ((low ^ at(bytes, i)) & 255);
    low = (low >>> 8) ^ (high << 24) ^ at(l, index);
    high = (high >>> 8) ^ at(h, index);
  }
  register.high = high;
  register.low = low;
}

/** The checksum of all bytes taken so far, eight bytes with the highest first. */
export function digestCrc64(register: Crc64Register): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, ~register.high);
  view.setInt32(4, ~register.low);
  return bytes;
}

function at(values: Uint8Array | Int32Array, index: number): number {
  // Every index is in bounds; the fallback only satisfies the type and costs nothing (measured).
  return values[index] ?? 0;
}

type Tables = { readonly high: Int32Array; readonly low: Int32Array };
let tables: Tables | undefined;

/** Table k, at 256 k, holds the CRC of each byte followed by 7 - k zero bytes, in halves. */
function slicingTables(): Tables {
  if (tables !== undefined) return tables;
  const high = new Int32Array(8 * 256);
  const low = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let h = 0;
    let l = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (carry === 1) {
        h ^= crc64Polynomial.high;
        l ^= crc64Polynomial.low;
      }
    }
    high[1792 + byte] = h;
    low[1792 + byte] = l;
  }
  for (let index = 1791; index >= 0; index -= 1) {
    const h = at(high, index + 256);
    const l = at(low, index + 256);
    const last = 1792 + (l & 255);
    high[index] = (h >>> 8) ^ at(high, last);
    low[index] = ((l >>> 8) | (h << 24)) ^ at(low, last);
  }
  tables = { high, low };
  return tables;
}
