import type { Credentials } from '@tidegate/presign';
import { join, readFileSync, statSync } from '../core/builtins.ts';
import type { FlagValues } from '../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../core/errors.ts';
import type { World } from '../core/world.ts';

/** The first key of a server, as it keeps it in its data folder, and where the server was then. */
export type KeptKey = {
  readonly credentials: Credentials & { readonly secretAccessKey: string };
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
};

const keyFileName = 'first-key.env';
/** Where `tidegate serve` and `npm start` keep their data unless told otherwise. */
export const usualFolder = 'data';

/** The path of the file that holds the first key of the server with this data folder. */
export function keyFileIn(folder: string): string {
  return join(folder, keyFileName);
}

/** The first key of a server, from a file that nobody else may read. @throws CliError */
export function readKeyFile(folder: string): KeptKey {
  const file = keyFileIn(folder);
  let text: string;
  try {
    // SEC-807: what others can read is no secret any more.
    if ((statSync(file).mode & 0o077) !== 0) throw wrongUse(`${file} can be read by others.`, `chmod 600 ${file}`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: `No key is kept in ${folder}.`,
      why: `${file} is gone once its key was moved to ~/.aws (tidegate profiles add).`,
      fix: 'Use the profile that you made then (--profile), or another key of yours.',
      cause: error,
    });
  }
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*(?:export\s+)?([A-Z_]+)=["']?([^"'\s]*)["']?\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values.set(name.replace(/^(?:AWS|TIDEGATE_ROOT)_/, ''), value);
  }
  const accessKeyId = values.get('ACCESS_KEY_ID');
  const secretAccessKey = values.get('SECRET_ACCESS_KEY');
  if (accessKeyId === undefined || secretAccessKey === undefined) throw wrongUse(`${file} holds no key.`);
  const [endpoint, region] = [values.get('ENDPOINT_URL'), values.get('REGION')];
  return { credentials: { accessKeyId, secretAccessKey }, endpoint, region };
}

const otherPlaces = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'TIDEGATE_ENDPOINT',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL',
];

/**
 * `./data` when a server on this machine keeps its first key there and nothing names another key or store: so that the first commands
 * after the first start find their server, and do not reach AWS with a default profile. Only an address of this machine counts, and only
 * a file of our own that nobody else can read: a folder that somebody unpacked must not choose where uploads go (SEC-516).
 */
export function keyFolderHere(flags: FlagValues, { env }: World): string | undefined {
  if (flags.has('profile') || flags.has('endpoint-url') || otherPlaces.some((name) => env[name])) return undefined;
  try {
    if (statSync(keyFileIn(usualFolder)).uid !== process.getuid?.()) return undefined;
    const { endpoint = '' } = readKeyFile(usualFolder);
    return /^https?:\/\/(?:127(?:\.\d+){3}|localhost|\[::1\])(?::\d+)?$/.test(endpoint) ? usualFolder : undefined;
  } catch {
    // No such file, or one that is not to be trusted: the usual places are looked at.
    return undefined;
  }
}
