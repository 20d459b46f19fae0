import type { Command } from './command.ts';
import { globalFlags } from './global-flags.ts';
import { definitionLines, flagDefinition } from './help.ts';
import { limitFlags } from './limit-flags.ts';

/** A page of `tidegate help TOPIC`. */
export type Topic = { readonly name: string; readonly lines: () => readonly string[] };

const exitCodes = [
  ['0', 'done; for explain, doctor and health: all holds'],
  ['1', 'failed in an unforeseen way: a bug'],
  ['2', 'wrong use: flags, arguments, settings, file modes, missing credentials'],
  ['3', 'not found: bucket, object, key, profile'],
  ['4', 'refused: 401, 403, limits, policy, precondition, conflict'],
  ['5', 'not reachable, timed out, or 5xx after retries'],
  ['6', 'the thing examined has a fault: explain, inspect, check, doctor, strict, receipt verify'],
  ['130', 'interrupted'],
] as const;

const environment = [
  ['AWS_PROFILE', 'profile of ~/.aws/config and credentials'],
  ['AWS_ACCESS_KEY_ID', 'with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN: the key'],
  ['TIDEGATE_ENDPOINT', 'where the store is, and that it is a Tidegate'],
  ['AWS_ENDPOINT_URL_S3', 'where the store is; else AWS_ENDPOINT_URL, else the profile'],
  ['AWS_REGION', 'region that is signed for; else AWS_DEFAULT_REGION'],
  ['AWS_CONFIG_FILE', 'instead of ~/.aws/config'],
  ['AWS_SHARED_CREDENTIALS_FILE', 'instead of ~/.aws/credentials'],
  ['NO_COLOR, FORCE_COLOR', 'colours off, on'],
  ['TIDEGATE_…', 'settings of the server: tidegate serve --help'],
] as const;

const preferences = [
  ['color = "never"', 'or always, auto; NO_COLOR and FORCE_COLOR beat it'],
  ['qr = "invert"', 'QR codes for light windows; or normal'],
  ['console = "http://…"', 'where tidegate console opens it, behind a tunnel'],
] as const;

const targets = [
  ['s3://bucket/key', 'an object; the key as it is, never decoded'],
  ['bucket/key', 'the same'],
  ['bucket', 'a bucket'],
  ["'https://…'", 'a presigned URL; in single quotes, since & ends a command'],
  ['-', 'stdin, or stdout'],
  ['./file', 'a local file (cp): begin with ./ or / where a bucket could be meant'],
] as const;

/** Every topic of `tidegate help`. */
export const topics: readonly Topic[] = [
  { name: 'exit-codes', lines: () => ['Exit codes', '', ...definitionLines(exitCodes)] },
  {
    name: 'limits',
    lines: () => [
      'Limits are signed into the link as x-link-…, and a Tidegate enforces them.',
      'Any other store would ignore them: there a limit is refused before signing.',
      '',
      ...definitionLines(limitFlags.flags.map(flagDefinition)),
      '',
      'TIME: 30s, 15m, 36h, 7d.  SIZE: 500, 20MB, 5MiB.',
      'A counted link without --label gets a random one.',
    ],
  },
  {
    name: 'environment',
    lines: () => [
      'Flags beat the environment, which beats ~/.aws/config and ~/.aws/credentials.',
      '',
      ...definitionLines(environment),
      '',
      'In ~/.config/tidegate/config.toml, one a line, may stand',
      '',
      ...definitionLines(preferences),
    ],
  },
  { name: 'targets', lines: () => ['What an argument can name', '', ...definitionLines(targets)] },
  { name: 'flags', lines: () => ['Flags of every command', '', ...definitionLines(globalFlags.map(flagDefinition))] },
];

/** Names that `tidegate help` takes. */
export function helpNames(commands: readonly Command[]): string[] {
  return [...topics.map((topic) => topic.name), ...commands.map((command) => command.path.join(' '))];
}
