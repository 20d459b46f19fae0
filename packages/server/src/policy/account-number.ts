import { createHash } from 'node:crypto';

const smallest = 100_000_000_000n;
const count = 900_000_000_000n;

/** The id of 12 digits that ARNs and STS give an account, as AWS tools expect it; its canonical id has 64 hex digits (STS-7). */
export function accountNumber(canonicalId: string): string {
  const drawn = createHash('sha256').update(canonicalId).digest().readBigUInt64BE();
  return String(smallest + (drawn % count));
}

/** Whether a text is the account's canonical id or its id of 12 digits. */
export function isAccount(text: string, canonicalId: string): boolean {
  return text === canonicalId || (/^\d{12}$/.test(text) && text === accountNumber(canonicalId));
}

/** Canonical ids in a text become ids of 12 digits, so that policies may name accounts by either. */
export function withAccountNumbers(text: string): string {
  return text.replace(/\b[0-9a-f]{64}\b/g, accountNumber);
}
