import type { Condition } from './conditions.ts';
import type { BucketPolicy, Statement } from './policy-document.ts';

/** Keys that bind a statement to somebody, when they are compared with fixed values. Source: AWS, The meaning of "public". */
const binding: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  'aws:username',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
]);

/** Networks that nobody reaches from elsewhere. Source: RFC 1918, RFC 4193. */
const privateRange = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|127\.|f[cd][0-9a-f]{2}:)/i;
/** Wider networks than these are as good as everybody. */
const narrowestPublic = { ipv4: 8, ipv6: 32 } as const;

/** Whether some statement lets everybody do something (POL-20). */
export function isPublicPolicy(policy: BucketPolicy): boolean {
  return policy.statements.some(isPublicStatement);
}

/** Whether the statement lets everybody in, and nothing of it says who. */
export function isPublicStatement({ effect, principals, conditions }: Statement): boolean {
  if (effect !== 'Allow' || !principals.some(({ kind }) => kind === 'everyone')) return false;
  return !conditions.some(narrows);
}

function narrows({ key, operator, ifExists, quantifier, values }: Condition): boolean {
  if (operator === 'Null' || operator.negated || ifExists || quantifier !== undefined) return false;
  if (key === 'aws:sourceip') return values.every((value) => typeof value === 'string' && isNarrowNetwork(value));
  return binding.has(key) && values.every((value) => typeof value === 'string' && !/[*?]/.test(value));
}

function isNarrowNetwork(text: string): boolean {
  const [host = '', length] = text.split('/');
  if (length === undefined || privateRange.test(text)) return true;
  return Number(length) >= (host.includes(':') ? narrowestPublic.ipv6 : narrowestPublic.ipv4);
}
