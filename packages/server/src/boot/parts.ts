import type { Log } from '../observe/log.ts';
import type { SettingName, Settings } from '../settings/list.ts';
import type { LiveSettings } from '../settings/live-settings.ts';
import type { ReadSettings, SettingSource } from '../settings/read-settings.ts';
import type { KeyStore } from '../stores/keys/key-store.ts';
import type { LinkStore } from '../stores/links/link-store.ts';
import type { LocalStore } from '../stores/local/open-local-store.ts';
import type { Disk } from '../world/disk.ts';
import type { World } from '../world/world.ts';
import type { RootKey } from './root-key.ts';

/** What a start may be told beside the settings. */
export type StartOptions = {
  /** `show`: the caller shows the first key on a terminal; `file`: it goes to `DATA/first-key.env`. Default `file`. */
  readonly firstKey?: 'show' | 'file';
  /** Worth a warning, from reading the settings. */
  readonly warnings?: readonly string[];
  /** Where each setting came from; absent: a program gave them all. */
  readonly sources?: Readonly<Record<SettingName, SettingSource>>;
  /** Reads flags, environment and file again (ADM-48). @throws BadSetting, InsecureFile */
  readonly readAgain?: () => ReadSettings;
  /** Another disk, for fault tests. */
  readonly disk?: Disk;
};

/** A server that answers. */
export type RunningServer = {
  /** URLs of the S3 listeners in the order of `listen`, then the console's. */
  readonly addresses: { readonly s3: readonly string[]; readonly console: string | undefined };
  /** How to reach it: `public_endpoint`, else the first address. */
  readonly endpoint: string;
  readonly version: string;
  readonly isNewFolder: boolean;
  readonly rootKey: RootKey;
  readonly warnings: readonly string[];
  readonly log: Log;
  /** Links and keys that it keeps, for who runs it as a library. */
  readonly links: LinkStore;
  readonly keys: KeyStore;
  /** A URL that opens the console signed in as that key, once; undefined: the console is off. */
  sessionUrl(accessKeyId: string): string | undefined;
  /** Buckets, objects and bytes as they stand. */
  countAll(): Promise<{ readonly buckets: number; readonly objects: number; readonly storedBytes: number }>;
  /** What SIGHUP asks for: settings that may change and certificates are read again (ADM-48). */
  reload(): Promise<void>;
  /** `graceful`: stops taking, finishes what runs within the grace time (REL-8); `now`: cuts what runs. */
  stop(how?: 'graceful' | 'now'): Promise<void>;
  /** Resolves when the server must end because a sync of its disk failed (REL-15). */
  readonly failed: Promise<Error>;
};

/** What a process of a server is made from. */
export type ServeParts = {
  /** As they are now: `live.values`, or a copy that follows them. */
  readonly settings: Settings;
  readonly live: LiveSettings;
  readonly world: World;
  readonly options: StartOptions;
  readonly log: Log;
  readonly fatal: Promise<Error>;
  readonly store: LocalStore;
  readonly disk: Disk;
};
