/** `@tidegate/presign/node`: credentials and settings from the files that AWS's tools share. */
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from './sign/credentials.ts';
import { environment } from './sign/env.ts';
import { findProfile, findServices, type ProfileSection, splitWords } from './sign/profile-file.ts';
import { PresignError } from './values/presign-error.ts';

/** What a profile says about signing, in the words of `BucketConfig`: `bucket('reports', fromProfile('work'))`. */
export interface Profile {
  /** The profile that was read. Not enumerable, as it is no member of a configuration. */
  readonly name: string;
  /** Reads or runs what the profile names. @throws PresignError CredentialsMissing, ProfileInvalid */
  credentials: () => Credentials;
  region?: string;
  endpoint?: string;
  style?: 'path' | 'virtual';
  signatureVersion?: 'v4' | 'v2';
  /** The profile says `tidegate = true`: what answers at its endpoint enforces limits. */
  store?: 'tidegate';
}

/** The world, for tests. */
export interface ProfileOptions {
  /** Default: the process's. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Default: the user's. */
  home?: string;
  /** Default: the system's clock. */
  now?: () => Date;
}

// An import of `node:fs` reads all of its exports, and so loads promises and readline; few profiles run a program. Together 6 ms of
// processor time that a program waits for which signs one link and ends (December 2026).
const load = createRequire(import.meta.url);
const { readFileSync }: typeof import('node:fs') = load('node:fs');

/** A command that answers no key within this time has hung. */
const processMs = 60_000;
const processOutputBytes = 1_048_576;
/** Keys of a command are asked for anew when they end sooner than this. */
const refreshMs = 5 * 60_000;

/** What to do when a profile gives no keys, unless something better is known. */
const anotherProfile = 'Name another profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return '';
    throw new PresignError('ProfileInvalid', `The file '${path}' cannot be read.`, {
      cause: error,
      hint: anotherProfile,
    });
  }
}

function refuse(what: string, hint = anotherProfile): never {
  throw new PresignError('ProfileInvalid', what, { hint });
}

/** Keys that only a network call can give are left to the AWS CLI, which prints them in the form of `credential_process`. */
function exportHint(name: string): string {
  return `Make a profile with credential_process = aws configure export-credentials --profile ${name} --format process`;
}

function runProcess(name: string, command: string): Credentials {
  const [file, ...args] = splitWords(command);
  if (!file) return refuse(`The profile '${name}' has an empty credential_process.`);
  const { execFileSync }: typeof import('node:child_process') = load('node:child_process');
  let output: unknown;
  try {
    // The command's own messages go to the terminal; its answer is a secret and goes nowhere.
    output = JSON.parse(
      execFileSync(file, args, {
        encoding: 'utf8',
        timeout: processMs,
        maxBuffer: processOutputBytes,
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
  } catch (error) {
    // Neither the output nor an error that quotes it: both may hold a secret.
    const failed =
      error instanceof Error && 'status' in error && typeof error.status === 'number'
        ? ` It ended with ${error.status}.`
        : '';
    return refuse(`The credential_process of the profile '${name}' gave no keys.${failed}`, `Run it by hand: ${file}`);
  }
  const text = (member: string): string | undefined => {
    const value: unknown = typeof output === 'object' && output !== null ? Reflect.get(output, member) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const version: unknown = typeof output === 'object' && output !== null ? Reflect.get(output, 'Version') : undefined;
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
    'Expiration',
  ].map(text);
  if (version !== 1 || !accessKeyId || !secretAccessKey) {
    return refuse(
      `The credential_process of the profile '${name}' answered without Version 1, AccessKeyId and SecretAccessKey.`,
    );
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }), ...(expiration && { expiration }) };
}

type Files = { readonly config: string; readonly credentials: string };

/** How the keys of a profile are had, in the order of AWS's tools; nothing runs yet. */
function keysOf(files: Files, name: string, now: () => Date, visited: readonly string[] = []): () => Credentials {
  const profile = findProfile(files.config, files.credentials, name);
  if (!profile) {
    if (name !== 'default' || visited.length) refuse(`There is no profile '${name}'.`);
    return () => {
      throw new PresignError(
        'CredentialsMissing',
        "No credentials: neither AWS_ACCESS_KEY_ID nor a profile 'default' is set.",
        {
          hint: 'Run `aws configure`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
        },
      );
    };
  }
  const role = profile.get('role_arn');
  if (role) return () => refuse(`The profile '${name}' assumes a role, which takes a call to AWS.`, exportHint(name));
  for (const [setting, what] of [
    ['sso_session', 'SSO'],
    ['sso_start_url', 'SSO'],
    ['login_session', 'a console login'],
    ['credential_source', 'instance metadata'],
    ['web_identity_token_file', 'a web identity'],
  ] as const) {
    if (profile.has(setting))
      return () =>
        refuse(`The profile '${name}' has its keys from ${what}, which takes a call to AWS.`, exportHint(name));
  }
  const accessKeyId = profile.get('aws_access_key_id');
  const secretAccessKey = profile.get('aws_secret_access_key');
  if (accessKeyId && secretAccessKey) {
    const sessionToken = profile.get('aws_session_token') || profile.get('aws_security_token');
    return () => ({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
  }
  if (accessKeyId || secretAccessKey)
    return () => refuse(`The profile '${name}' has one of aws_access_key_id and aws_secret_access_key alone.`);
  const command = profile.get('credential_process');
  if (command !== undefined) return keptProcess(name, command, now);
  const source = profile.get('source_profile');
  if (source) {
    if (visited.includes(name)) refuse(`The profile '${name}' is its own source_profile.`);
    return keysOf(files, source, now, [...visited, name]);
  }
  return () => {
    throw new PresignError('CredentialsMissing', `The profile '${name}' has no keys.`, {
      hint: `Run \`aws configure --profile ${name}\`.`,
    });
  };
}

function keptProcess(name: string, command: string, now: () => Date): () => Credentials {
  let kept: Credentials | undefined;
  return () => {
    const endsAtMs = kept?.expiration === undefined ? Number.POSITIVE_INFINITY : new Date(kept.expiration).getTime();
    if (!kept || !(endsAtMs - now().getTime() > refreshMs)) kept = runProcess(name, command);
    return kept;
  };
}

function styleOf(profile: ProfileSection): Pick<Profile, 'style' | 'signatureVersion'> {
  const style = profile.get('s3.addressing_style') ?? 'auto';
  const version = profile.get('s3.signature_version');
  if (style !== 'path' && style !== 'virtual' && style !== 'auto')
    refuse(`s3.addressing_style is '${style}'.`, "Write 'path', 'virtual' or 'auto'.");
  if (version !== undefined && version !== 's3v4' && version !== 's3')
    refuse(`s3.signature_version is '${version}'.`, "Write 's3v4' or 's3'.");
  return {
    ...(style !== 'auto' && { style }),
    ...(version !== undefined && { signatureVersion: version === 's3' ? 'v2' : 'v4' }),
  };
}

/** The endpoint that the files name, unless a variable does, which `bucket` reads by itself. */
function endpointOf(
  profile: ProfileSection,
  configText: string,
  variable: (name: string) => string | undefined,
): string | undefined {
  if (
    /^true$/i.test(
      variable('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS') ?? profile.get('ignore_configured_endpoint_urls') ?? '',
    )
  )
    return undefined;
  const set = variable('TIDEGATE_ENDPOINT') ?? variable('AWS_ENDPOINT_URL_S3') ?? variable('AWS_ENDPOINT_URL');
  if (set !== undefined) return undefined;
  const services = profile.get('services');
  const ofService = services ? findServices(configText, services)?.get('s3.endpoint_url') : undefined;
  return ofService ?? profile.get('endpoint_url');
}

/**
 * The profile `name`, or the one of AWS_PROFILE, else `default`, from the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name,
 * else `~/.aws/`. Without a name, keys in the environment come first, as in AWS's tools. Static keys, `credential_process` and
 * `source_profile` are understood; roles, SSO and instance metadata need calls to AWS and are refused with a hint.
 * @throws PresignError ProfileInvalid
 */
export function fromProfile(name?: string, options: ProfileOptions = {}): Profile {
  const { env, home = homedir(), now = () => new Date() } = options;
  const variable = (variableName: string): string | undefined =>
    env ? env[variableName] || undefined : environment(variableName);
  const profileName = name ?? variable('AWS_PROFILE') ?? variable('AWS_DEFAULT_PROFILE') ?? 'default';
  const path = (variableName: string, file: string): string => {
    return variable(variableName)?.replace(/^~(?=$|[/\\])/, () => home) ?? join(home, '.aws', file);
  };
  const files: Files = {
    config: readText(path('AWS_CONFIG_FILE', 'config')),
    credentials: readText(path('AWS_SHARED_CREDENTIALS_FILE', 'credentials')),
  };
  const profile: ProfileSection = findProfile(files.config, files.credentials, profileName) ?? new Map();
  const [accessKeyId, secretAccessKey] = [variable('AWS_ACCESS_KEY_ID'), variable('AWS_SECRET_ACCESS_KEY')];
  const sessionToken = variable('AWS_SESSION_TOKEN');
  let credentials = keysOf(files, profileName, now);
  if (name === undefined && accessKeyId && secretAccessKey) {
    credentials = () => ({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
  }
  const region = variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION') ?? profile.get('region');
  const endpoint = endpointOf(profile, files.config, variable);
  const found = {
    credentials,
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...styleOf(profile),
    ...(endpoint && /^true$/i.test(profile.get('tidegate') ?? '') && { store: 'tidegate' as const }),
  };
  return Object.defineProperty({ ...found, name: profileName }, 'name', { enumerable: false });
}
