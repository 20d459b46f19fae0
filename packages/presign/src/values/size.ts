import { fail } from './presign-error.ts';

/** Bytes, or a number with a unit. KB/MB/GB/TB are powers of 1000, KiB… of 1024. */
export type Size = number | `${number}${'B' | 'KB' | 'MB' | 'GB' | 'TB' | 'KiB' | 'MiB' | 'GiB' | 'TiB'}`;

/** What to do about `SizeInvalid`. */
export const sizeHint = "Write '5MB', '5MiB' or bytes.";

/**
 * Whole bytes of a size. `name` is used in the message.
 * @throws PresignError SizeInvalid
 */
export function sizeBytes(name: string, size: Size | string): number {
  let bytes = size;
  if (typeof bytes === 'string') {
    const [, digits, prefix, binary] = /^(\d{1,16}(?:\.\d{1,12})?)(?:([KMGT])(i?))?B$/.exec(bytes) ?? [];
    bytes = Number(digits) * (binary ? 1024 : 1000) ** ' KMGT'.indexOf(prefix ?? ' ');
    // 1.1 × 10⁶ is not whole in binary; half a byte is not a size.
    bytes = Number(bytes.toFixed(3));
  }
  if (!Number.isSafeInteger(bytes) || bytes < 0)
    fail('SizeInvalid', `${name}: '${size}' is not a size.`, name, sizeHint);
  return bytes;
}
