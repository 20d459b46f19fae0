import { uriEncode, uriEncodePath } from '../wire/encode.ts';
import type { QueryPair } from '../wire/query-string.ts';
import type { ParsedTarget } from '../wire/target.ts';
import { parseGrant } from './limits.ts';

const grantName = 'x-link-grant';

/**
 * SIG-48, SIG-48a: the prefix that a request's grant names. Undefined when there is none, when it is malformed or given twice: the
 * path is then not replaced.
 */
export function grantPrefixOf(limitPairs: readonly QueryPair[]): string | undefined {
  const grants = limitPairs.filter(([name]) => name === grantName);
  const [grant] = grants;
  return grants.length === 1 && grant !== undefined ? parseGrant(grant[1]) : undefined;
}

/** SIG-48: the canonical URI of the key `prefix` in the addressed bucket, in the addressing style of the request. */
export function grantPath(target: ParsedTarget, prefix: string): string {
  const key = uriEncodePath(prefix);
  return target.style === 'virtual' ? `/${key}` : `/${uriEncode(target.bucket ?? '')}/${key}`;
}

/**
 * SIG-48b: whether a grant of `prefix` covers `key`. Both are decoded texts; the same code units are the same bytes. What follows
 * the prefix has no empty, `.` or `..` segment and no control character.
 */
export function grantCovers(prefix: string, key: string): boolean {
  if (!key.startsWith(prefix)) return false;
  const rest = key.slice(prefix.length);
  if (rest === '') return true;
  for (let at = 0; at < rest.length; at++) {
    const code = rest.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return rest.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
