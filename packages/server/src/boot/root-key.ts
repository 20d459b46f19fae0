import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from '../observe/log.ts';
import type { Settings } from '../settings/list.ts';
import type { KeyStore } from '../stores/keys/key-store.ts';
import { newAccessKeyId, newSecret } from '../stores/keys/new-credentials.ts';
import { Secret } from '../stores/keys/secret.ts';
import type { Disk } from '../world/disk.ts';
import type { Random } from '../world/random.ts';
import { StartFailure } from './failure.ts';

/** Credentials that were made at this start: shown once, never again. */
export type FirstKey = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** What became of the root key at this start. */
export type RootKey =
  /** Made now. `keptIn`: the file that holds it, where there was nobody to show it to. */
  | { readonly kind: 'made'; readonly key: FirstKey; readonly keptIn: string | undefined }
  | { readonly kind: 'from environment' }
  | { readonly kind: 'there' };

/** What is needed to see to the root key. */
export type RootKeyParts = {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly random: Random;
  readonly disk: Disk;
  readonly log: Log;
  /** `show`: the caller shows it on a terminal; `file`: it is written to `DATA/first-key.env`, 0600. */
  readonly firstKey: 'show' | 'file';
  /** Where the server is reached, for whoever reads that file. '' where it has no URL: a socket. */
  readonly endpoint: string;
};

/** Credentials that everybody knows from somewhere (SEC-516). */
const wellKnown = new Set(['minioadmin', 'minio', 'minio123', 'admin', 'password', 'test', 'root', 'rustfsadmin']);

/**
 * Sees that the account `root` has a key. The environment wins: its key is made, or takes the secret that the environment
 * gives now. Without one, a key is made for a folder that has none, and never afterwards (SEC-516).
 * @throws StartFailure
 */
export async function ensureRootKey(parts: RootKeyParts): Promise<RootKey> {
  const { settings, keys } = parts;
  const { rootAccessKeyId: accessKeyId, rootSecretAccessKey: secret } = settings;
  if (accessKeyId !== undefined && secret !== undefined) {
    checkGiven(accessKeyId, secret);
    await useGiven(accessKeyId, secret, parts);
    return { kind: 'from environment' };
  }
  if ((await keys.listKeys()).length > 0) return { kind: 'there' };
  return makeFirst(parts);
}

function checkGiven(accessKeyId: string, secret: string): void {
  if (!/^[A-Za-z0-9._-]{3,128}$/.test(accessKeyId)) {
    throw new StartFailure(
      'BadSetting',
      'TIDEGATE_ROOT_ACCESS_KEY_ID is not 3 to 128 letters, digits, dots, hyphens and underscores.',
      'Leave both variables out to have a key made.',
    );
  }
  if (wellKnown.has(secret.toLowerCase()) || wellKnown.has(accessKeyId.toLowerCase())) {
    throw new StartFailure(
      'BadSetting',
      'The root key of the environment is one that everybody knows.',
      'Leave both variables out to have a key made, or make a secret: openssl rand -hex 20',
    );
  }
  if (secret.length < 16 || secret !== secret.trim()) {
    throw new StartFailure(
      'BadSetting',
      'TIDEGATE_ROOT_SECRET_ACCESS_KEY is shorter than 16 characters, or begins or ends with a blank.',
      'Make one: openssl rand -hex 20',
    );
  }
}

async function useGiven(accessKeyId: string, secret: string, { keys, log }: RootKeyParts): Promise<void> {
  const known = await keys.readKey(accessKeyId);
  const signs = known?.secrets.some((live) => isSame(live.secret.reveal(), secret)) === true;
  if (known !== undefined && signs && known.record.account.name === 'root') {
    if (known.record.disabledAtMs === undefined) return;
    await keys.setKeyEnabled(accessKeyId, 'enabled');
    log.warn('the root key of the environment was disabled and is enabled again', { key: accessKeyId });
    return;
  }
  if (known !== undefined) {
    await keys.deleteKey(accessKeyId);
    log.warn('the root key of the environment replaces a key of the same id', { key: accessKeyId });
  }
  await keys.createKey({
    accessKeyId,
    secret: new Secret(secret),
    accountName: 'root',
    role: 'owner',
    buckets: [],
    prefixes: [],
    note: 'root key of the environment',
  });
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

async function makeFirst(parts: RootKeyParts): Promise<RootKey> {
  const { keys, random, firstKey } = parts;
  const key = { accessKeyId: newAccessKeyId(random), secretAccessKey: newSecret(random) };
  // Before the key exists: one that was made and told to nobody could never be used.
  const keptIn = firstKey === 'file' ? await keepInFile(key, parts) : undefined;
  await keys.createKey({
    accessKeyId: key.accessKeyId,
    secret: new Secret(key.secretAccessKey),
    accountName: 'root',
    role: 'owner',
    buckets: [],
    prefixes: [],
    note: 'first key',
  });
  if (keptIn !== undefined)
    parts.log.info('the first access key was written to a file; move it to a safe place', { file: keptIn });
  return { kind: 'made', key, keptIn };
}

/**
 * What every S3 program needs to find the server: with a key alone it would ask AWS. As shells, `docker --env-file` and systemd read it,
 * which know no `export`.
 */
function fileText({ accessKeyId, secretAccessKey }: FirstKey, { settings, endpoint }: RootKeyParts): string {
  // Listening everywhere is no address to ask.
  const reached = endpoint.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=[:/]|$)/, '$1127.0.0.1');
  const lines = [
    '# In a shell:  set -a; . ./first-key.env; set +a',
    `AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    ...(/^https?:/.test(reached) ? [`AWS_ENDPOINT_URL=${reached}`] : []),
    `AWS_REGION=${settings.region}`,
  ];
  return `${lines.join('\n')}\n`;
}

async function keepInFile(key: FirstKey, parts: RootKeyParts): Promise<string> {
  const { disk, settings } = parts;
  const path = join(settings.data, 'first-key.env');
  // One that is there was written before a start that ended in between; its key was never made.
  await disk.removeFile(path);
  const file = await disk.createFile(path);
  try {
    const text = Buffer.from(fileText(key, parts));
    for (let at = 0; at < text.byteLength; ) at += await file.write(text.subarray(at), at);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.syncFolder(settings.data);
  return path;
}
