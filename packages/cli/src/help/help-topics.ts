import type { Command } from '../core/command.ts';
import { globalFlags } from '../core/global-flags.ts';
import { limitFlags } from '../links/limit-flags.ts';
import { definitionLines, flagDefinition } from './help.ts';

/** A page of `tidegate help TOPIC`. */
export type Topic = { readonly name: string; readonly lines: () => readonly string[] };

const exitCodes = [
  ['0', 'success; for explain, doctor and health: no problem found'],
  ['1', 'unexpected failure: a bug'],
  ['2', 'wrong usage: flags, arguments, settings, file modes, missing credentials'],
  ['3', 'not found: bucket, object, key, profile'],
  ['4', 'refused: 401, 403, limits, policy, precondition, conflict'],
  ['5', 'unreachable, timed out, or 5xx after retries'],
  ['6', 'a problem was found: explain, inspect, check, doctor, strict, receipt verify'],
  ['130', 'interrupted'],
] as const;

const environment = [
  ['AWS_PROFILE', 'profile of ~/.aws/config and credentials'],
  ['AWS_ACCESS_KEY_ID', 'with AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN: the key'],
  ['TIDEGATE_ENDPOINT', 'URL of a Tidegate server'],
  ['AWS_ENDPOINT_URL_S3', 'URL of the server; else AWS_ENDPOINT_URL, else the profile'],
  ['AWS_REGION', 'region to sign for; else AWS_DEFAULT_REGION'],
  ['AWS_CONFIG_FILE', 'instead of ~/.aws/config'],
  ['AWS_SHARED_CREDENTIALS_FILE', 'instead of ~/.aws/credentials'],
  ['NO_COLOR, FORCE_COLOR', 'colors off, on'],
  ['TIDEGATE_…', 'settings of the server: tidegate serve --help'],
] as const;

const preferences = [
  ['color = "never"', 'or always, auto; NO_COLOR and FORCE_COLOR take precedence'],
  ['qr = "invert"', 'QR codes for light terminals; or normal'],
  ['console = "http://…"', 'address that tidegate console opens, behind a tunnel'],
] as const;

const targets = [
  ['s3://bucket/key', 'an object; the key is taken literally, never decoded'],
  ['bucket/key', 'the same'],
  ['bucket', 'a bucket'],
  ["'https://…'", 'a presigned URL; in single quotes, since & ends a command'],
  ["'s3://b/logs/*.gz'", 'a pattern (cp, mv, rm): * and ? stop at /, ** does not'],
  ['-', 'stdin, or stdout'],
  ['./file', 'a local file (cp, mv, sync); needed where it could be a bucket'],
] as const;

/** Every topic of `tidegate help`. */
export const topics: readonly Topic[] = [
  { name: 'exit-codes', lines: () => ['Exit codes', '', ...definitionLines(exitCodes)] },
  {
    name: 'limits',
    lines: () => [
      'Limits are signed into the link as x-link-…; Tidegate enforces them.',
      'Other servers would ignore them, so signing for those is refused.',
      '',
      ...definitionLines(limitFlags.flags.map(flagDefinition)),
      '',
      'TIME: 30s, 15m, 36h, 7d.  SIZE: 500, 20MB, 5MiB.',
      'A link with uses and no --label gets a random label.',
    ],
  },
  {
    name: 'environment',
    lines: () => [
      'Flags take precedence over the environment, which takes precedence over ~/.aws.',
      '',
      ...definitionLines(environment),
      '',
      'Preferences in ~/.config/tidegate/config.toml, one per line',
      '',
      ...definitionLines(preferences),
    ],
  },
  { name: 'targets', lines: () => ['What an argument can be', '', ...definitionLines(targets)] },
  { name: 'flags', lines: () => ['Flags of every command', '', ...definitionLines(globalFlags.map(flagDefinition))] },
];

/** Names that `tidegate help` takes. */
export function helpNames(commands: readonly Command[]): string[] {
  return [...topics.map((topic) => topic.name), ...commands.map((command) => command.path.join(' '))];
}
