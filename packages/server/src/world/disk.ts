import {
  chmod,
  constants,
  fstat,
  link,
  lstat,
  mkdir,
  read,
  readdir,
  rename,
  type Stats,
  statfs,
  unlink,
  write,
  writev,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** What the file system says of a path or an open file. */
export type FileFacts = {
  readonly kind: 'file' | 'folder' | 'other';
  readonly sizeBytes: number;
  readonly inode: number;
  /** Only the permission bits. */
  readonly mode: number;
  readonly ownedByUs: boolean;
  readonly modifiedAtMs: number;
};

export type DiskSpace = {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Magic number of the file system (statfs). */
  readonly fileSystemType: number;
};

/** An open file. Positions are absolute; a call may move fewer bytes than asked, as the system's own may. */
export interface DiskFile {
  /** @returns how many bytes were read; 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** @returns how many bytes were written, at least one. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Writes pieces one behind the other, in one call. @returns how many bytes were written, at least one. */
  writeMany(pieces: readonly Uint8Array[], position: number): Promise<number>;
  /** Makes all earlier writes of this file durable, its size included (fdatasync). */
  sync(): Promise<void>;
  facts(): Promise<FileFacts>;
  close(): Promise<void>;
}

/**
 * The file system, passed in: the only way the server touches it, so that tests can make any call fail.
 * Folders are made 0700 and files 0600 whatever the umask (SEC-703); no call follows a symbolic link in the last step.
 */
export interface Disk {
  /** A new file for writing; fails when the name exists. */
  createFile(path: string): Promise<DiskFile>;
  openFile(path: string, use: 'read' | 'write'): Promise<DiskFile>;
  makeFolder(path: string): Promise<'made' | 'there'>;
  /** Makes names that were added to or removed from the folder durable. */
  syncFolder(path: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  removeFile(path: string): Promise<'removed' | 'missing'>;
  /** Another name for a file. `unable`: the file system cannot, or the name is on another one; then it is copied. */
  linkFile(path: string, name: string): Promise<'linked' | 'unable'>;
  /** Gives a file another name, in one step; what had the name before is gone. */
  moveFile(path: string, name: string): Promise<void>;
  listFolder(path: string): Promise<readonly string[]>;
  /** @returns undefined when nothing has the name. A symbolic link is `other`. */
  facts(path: string): Promise<FileFacts | undefined>;
  space(path: string): Promise<DiskSpace>;
}

type Done<Value> = (error: NodeJS.ErrnoException | null, value: Value) => void;

/** A callback call of node:fs as a promise. Cheaper for reads and writes than those of a file handle, which cost several objects a call. */
function call<Value>(start: (done: Done<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));
}

function run(start: (done: (error: NodeJS.ErrnoException | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function factsOf(stats: Stats): FileFacts {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other',
    sizeBytes: stats.size,
    inode: stats.ino,
    mode: stats.mode & 0o777,
    ownedByUs: stats.uid === process.geteuid?.(),
    modifiedAtMs: stats.mtimeMs,
  };
}

/** Opened and synced through a handle, which Node allows under `--permission` too (SEC-1008); a number is refused a sync there. */
class SystemFile implements DiskFile {
  readonly #handle: FileHandle;
  readonly #fd: number;

  constructor(handle: FileHandle) {
    this.#handle = handle;
    this.#fd = handle.fd;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return call<number>((done) => read(this.#fd, into, 0, into.byteLength, position, done));
  }

  write(bytes: Uint8Array, position: number): Promise<number> {
    return call<number>((done) => write(this.#fd, bytes, 0, bytes.byteLength, position, done));
  }

  writeMany(pieces: readonly Uint8Array[], position: number): Promise<number> {
    return call<number>((done) => writev(this.#fd, pieces, position, done));
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  async facts(): Promise<FileFacts> {
    return factsOf(await call<Stats>((done) => fstat(this.#fd, done)));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** What a link fails with where a copy may well work. */
const cannotLink: ReadonlySet<unknown> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** The real file system. */
export const systemDisk: Disk = {
  async createFile(path) {
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    const handle = await open(path, flags, 0o600);
    // A umask can only take bits away; a file that we may not open ourselves would be of no use.
    await run((done) => chmod(path, 0o600, done));
    return new SystemFile(handle);
  },
  async openFile(path, use) {
    // Without O_NONBLOCK the open of a FIFO in the place of a file would wait for ever (SEC-702).
    const flags = (use === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK;
    return new SystemFile(await open(path, flags));
  },
  async makeFolder(path) {
    try {
      await run((done) => mkdir(path, 0o700, done));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return 'there';
      throw error;
    }
    await run((done) => chmod(path, 0o700, done));
    return 'made';
  },
  async syncFolder(path) {
    const folder = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  setMode: (path, mode) => run((done) => chmod(path, mode, done)),
  async removeFile(path) {
    try {
      await run((done) => unlink(path, done));
      return 'removed';
    } catch (error) {
      if (isMissing(error)) return 'missing';
      throw error;
    }
  },
  async linkFile(path, name) {
    try {
      await run((done) => link(path, name, done));
      return 'linked';
    } catch (error) {
      if (error instanceof Error && 'code' in error && cannotLink.has(error.code)) return 'unable';
      throw error;
    }
  },
  moveFile: (path, name) => run((done) => rename(path, name, done)),
  listFolder: (path) => call<string[]>((done) => readdir(path, done)),
  async facts(path) {
    try {
      return factsOf(await call<Stats>((done) => lstat(path, done)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async space(path) {
    const found = await call<{ bavail: number; blocks: number; bsize: number; type: number }>((done) =>
      statfs(path, done),
    );
    return {
      freeBytes: found.bavail * found.bsize,
      totalBytes: found.blocks * found.bsize,
      fileSystemType: found.type,
    };
  },
};
