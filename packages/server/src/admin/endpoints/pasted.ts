import { z } from 'zod';
import type { PastedRequest } from '../endpoint.ts';

/** A request that somebody pastes: a URL, and what it was or will be sent with. */
export const pastedFields = {
  url: z.string().min(1).max(16_384),
  method: z
    .string()
    .regex(/^[A-Za-z]{3,7}$/, 'is not a method')
    .optional(),
  /** Headers that were signed besides Host: `{"content-type": "text/csv"}`. */
  headers: z.record(z.string().max(128), z.string().max(8192)).optional(),
} as const;

const pasted = z.strictObject(pastedFields);

/** The request of such fields. */
export function pastedOf({ url, method, headers = {} }: z.output<typeof pasted>): PastedRequest {
  return { url: url.trim(), method: method?.toUpperCase(), headers: Object.entries(headers) };
}
