import type { Acl } from '@tidegate/protocol';
import { type BucketConfig, readStoredAcl, readStoredConfig } from '../../objects/bucket.ts';

/** Parsed configurations by their text, so that a request does not parse its bucket's policy again; the row is still read. */
const parsed = new Map<string, BucketConfig>();
const maxParsed = 1_000;

/** Reads the column with a bucket's configuration. */
export function readBucketConfig(text: string): BucketConfig {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const config = readStoredConfig(JSON.parse(text));
  if (parsed.size >= maxParsed) parsed.clear();
  parsed.set(text, config);
  return config;
}

/** An ACL as one column: the name of a canned one, or JSON of its grants. */
export function writeAcl(acl: Acl): string {
  return typeof acl === 'string' ? acl : JSON.stringify(acl);
}

/** Reads a column that `writeAcl` wrote. */
export function readAcl(text: unknown): Acl {
  return readStoredAcl(typeof text === 'string' && text.startsWith('[') ? JSON.parse(text) : text);
}
