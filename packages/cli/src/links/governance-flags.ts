import { limitMeanings } from '@tidegate/presign/internal';
import type { Flag, FlagGroup, FlagValues } from '../core/command.ts';
import { wrongUse } from '../core/errors.ts';
import { durationFlag } from '../core/flag-values.ts';
import { limitFlagsOf } from './limit-flags.ts';
import { limitsOf } from './limit-options.ts';

/** Limits that a key or a policy lays on links, as flags. */
export const keyLimitFlags: FlagGroup = limitFlagsOf((name) => limitMeanings[name].carriers.includes('key'));

/** What a key lets its links be. */
export const governanceFlags: readonly Flag[] = [
  { name: 'max-expiry', value: 'TIME', text: 'links may be valid for at most this long' },
  { name: 'methods', value: 'NAME', repeatable: true, text: 'only these: GET,PUT or GetObject,ListObjectsV2' },
  { name: 'require-v4', text: 'refuse Signature Version 2' },
  { name: 'registered-only', text: 'only registered links' },
  { name: 'require', value: 'LIMIT', repeatable: true, text: 'its links must have this limit: uses' },
  { name: 'default', value: 'LIMIT=VALUE', repeatable: true, text: 'for links without this limit: uses=1' },
];

const operationsOf: Readonly<Record<string, readonly string[]>> = {
  GET: ['GetObject'],
  HEAD: ['HeadObject'],
  PUT: ['PutObject'],
  POST: ['PostObject'],
  DELETE: ['DeleteObject'],
};

/** The governance that the flags ask for, as the admin API takes it; undefined: none. Limits alone are caps. @throws CliError */
export function governanceOf(flags: FlagValues, nowMs: number): Readonly<Record<string, unknown>> | undefined {
  const maxExpiry = durationFlag(flags, 'max-expiry');
  const operations = split(flags.list('methods')).flatMap((name) => operationsOf[name.toUpperCase()] ?? [name]);
  const require = split(flags.list('require')).map(memberOf);
  const caps = limitsOf(flags, nowMs);
  const defaults = defaultsOf(flags.list('default'));
  const governance = {
    ...(maxExpiry !== undefined && { maxExpiry: maxExpiry === 'max' ? '7d' : maxExpiry }),
    ...(operations.length > 0 && { operations }),
    ...(flags.has('require-v4') && { requireV4: true }),
    ...(flags.has('registered-only') && { registeredOnly: true }),
    ...(require.length > 0 && { require }),
    ...(caps !== undefined && { caps }),
    ...(defaults !== undefined && { defaults }),
  };
  return Object.keys(governance).length === 0 ? undefined : governance;
}

function defaultsOf(pairs: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      const value = rest.join('=');
      if (name === '' || rest.length === 0) throw wrongUse(`--default "${pair}" is not LIMIT=VALUE, like uses=1.`);
      if (value === 'true') return [memberOf(name), true];
      return [memberOf(name), /^\d{1,15}$/.test(value) ? Number(value) : value];
    }),
  );
}

/** `max-bytes` as the API calls it. */
function memberOf(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function split(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(',')).filter((value) => value !== '');
}
