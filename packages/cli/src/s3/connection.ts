import type { Credentials } from '@tidegate/presign';
import { fromProfile, type Profile } from '@tidegate/presign/node';
import { nearestName } from '@tidegate/protocol/nearest';
import type { FlagValues } from '../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { profileNames } from './aws-files.ts';
import { keyFolderHere, readKeyFile } from './key-file.ts';

/** Who asks, and whom. */
export type Connection = {
  /** Scheme, host, port and path, without a slash at its end. On AWS the regional host. */
  readonly endpoint: string;
  readonly isAws: boolean;
  /** Known without asking: TIDEGATE_ENDPOINT, the profile's `tidegate = true`, or the key of a data folder. */
  readonly isKnownTidegate: boolean;
  readonly region: string;
  readonly style: 'path' | 'virtual';
  readonly signatureVersion: 'v4' | 'v2';
  /** Whether the profile says so, rather than the default. */
  readonly signatureIsSet: boolean;
  readonly credentials: Credentials;
  /** Where the credentials came from, in words. */
  readonly origin: string;
};

const defaultEndpoint = 'http://127.0.0.1:9000';

/**
 * Flags, then environment, then the key of a server that was just started here, then `~/.aws`, as the AWS tools do. `--data DIR` takes
 * the key that a server left in its folder.
 * @throws CliError no credentials, with the profiles that there are
 */
export function connect(flags: FlagValues, world: World): Connection {
  const folder = flags.text('data') ?? keyFolderHere(flags, world);
  return folder === undefined ? connectByProfile(flags, world) : ofDataFolder(folder, flags, world);
}

/** The same where `--data` names data that go to another store: their key is not the one for it. @throws CliError */
export function connectByProfile(flags: FlagValues, world: World): Connection {
  const named = flags.text('profile');
  const profile = readProfile(named, world);
  const credentials = credentialsOf(profile, named, world);
  return { ...placeOf(profile, flags, world), credentials, origin: originOf(named, world) };
}

/** Where the store is, for commands that need no key. */
export function endpointFor(flags: FlagValues, world: World): string {
  const named = flags.text('profile');
  const folder = flags.text('data') ?? keyFolderHere(flags, world);
  if (folder === undefined) return placeOf(readProfile(named, world), flags, world).endpoint;
  return placeOf(undefined, flags, world, placeKeptIn(folder)).endpoint;
}

type KeptPlace = { readonly endpoint?: string | undefined; readonly region?: string | undefined };

/** `kept`: where the server was when it wrote its first key, for the data folder of one. */
function placeOf(
  profile: Profile | undefined,
  flags: FlagValues,
  { env }: World,
  kept: KeptPlace = {},
): Omit<Connection, 'credentials' | 'origin'> {
  const region = flags.text('region') ?? profile?.region ?? kept.region ?? 'us-east-1';
  const flag = flags.text('endpoint-url');
  const ofTidegate = flag === undefined ? nonEmpty(env['TIDEGATE_ENDPOINT']) : undefined;
  const named =
    flag ??
    ofTidegate ??
    nonEmpty(env['AWS_ENDPOINT_URL_S3']) ??
    nonEmpty(env['AWS_ENDPOINT_URL']) ??
    profile?.endpoint;
  const given = named ?? (profile === undefined ? (kept.endpoint ?? defaultEndpoint) : undefined);
  const china = region.startsWith('cn-') ? '.cn' : '';
  const endpoint = given === undefined ? `https://s3.${region}.amazonaws.com${china}` : checkedEndpoint(given);
  const isAws = given === undefined || /^https?:\/\/[^/]*\.amazonaws\.com(?:\.cn)?(?::\d+)?$/.test(endpoint);
  return {
    endpoint,
    isAws: given === undefined,
    isKnownTidegate:
      ofTidegate !== undefined || profile === undefined || (profile.store === 'tidegate' && given === profile.endpoint),
    region,
    style: profile?.style ?? (isAws ? 'virtual' : 'path'),
    signatureVersion: profile?.signatureVersion ?? 'v4',
    signatureIsSet: profile === undefined || profile.signatureVersion !== undefined,
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function checkedEndpoint(endpoint: string): string {
  if (/^https?:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/i.test(endpoint)) return endpoint.replace(/\/+$/, '');
  throw wrongUse(
    `The endpoint "${endpoint}" is not a URL.`,
    /^[\w.:-]+$/.test(endpoint) ? `Did you mean  http://${endpoint} ?` : 'Write  http://host:port  or  https://host',
  );
}

function readProfile(named: string | undefined, world: World): Profile {
  try {
    return fromProfile(named, { env: world.env, home: world.homeFolder });
  } catch (error) {
    throw profileFailure(error, named, world);
  }
}

function credentialsOf(profile: Profile, named: string | undefined, world: World): Credentials {
  try {
    return profile.credentials();
  } catch (error) {
    throw profileFailure(error, named, world);
  }
}

/** A profile that is missing, or has no keys: the others are named. */
function profileFailure(error: unknown, named: string | undefined, world: World): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const name = named ?? world.env['AWS_PROFILE'] ?? world.env['AWS_DEFAULT_PROFILE'];
  const isAbsent = error.code === 'CredentialsMissing' || /^There is no profile/.test(error.message);
  if (!isAbsent) return error;
  if (name === undefined || name === '') {
    return new CliError({
      exit: exitCodes.wrongUse,
      what: 'No credentials: neither AWS_ACCESS_KEY_ID nor a profile "default" is set.',
      why: profileList(profileNames(world)),
      fix: 'Try  --profile NAME,  or on the server itself  --data ./data',
      code: 'CredentialsMissing',
    });
  }
  const names = profileNames(world);
  const nearest = nearestName(name, names) ?? names.find((other) => other === 'tidegate') ?? names[0];
  return new CliError({
    exit: exitCodes.wrongUse,
    what: `No credentials for profile "${name}".`,
    why: `${profileList(names) ?? '~/.aws/credentials has no profile.'}${nearest === undefined || nearest === name ? '' : `  Try  --profile ${nearest}`}`,
    fix: nearest === undefined ? `tidegate profiles add ${name}` : undefined,
    code: 'CredentialsMissing',
  });
}

function profileList(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `~/.aws/credentials has: ${names.join(', ')}.`;
}

function originOf(named: string | undefined, { env }: World): string {
  if (named !== undefined) return `profile ${named}`;
  if (nonEmpty(env['AWS_ACCESS_KEY_ID']) !== undefined && nonEmpty(env['AWS_SECRET_ACCESS_KEY']) !== undefined) {
    return 'AWS_ACCESS_KEY_ID';
  }
  const variable = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'].find((name) => nonEmpty(env[name]) !== undefined);
  return variable === undefined ? 'profile default' : `profile ${env[variable] ?? ''} (${variable})`;
}

function ofDataFolder(folder: string, flags: FlagValues, world: World): Connection {
  const { credentials, ...kept } = readKeyFile(folder);
  return { ...placeOf(undefined, flags, world, kept), credentials, origin: `the key stored in ${folder}` };
}

/** The same for a command that needs no key: a folder without one says nothing. */
function placeKeptIn(folder: string): KeptPlace {
  try {
    return readKeyFile(folder);
  } catch (error) {
    if (error instanceof CliError) return {};
    throw error;
  }
}
