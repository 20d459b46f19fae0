import type { Disk, DiskFile } from '../../../world/disk.ts';

/**
 * The write-ahead log as a file of ours beside SQLite's own descriptor: a sync of any descriptor makes all earlier writes
 * of the file durable, and the log takes no locks that closing could drop. SQLite keeps one connection open for life, so
 * the file is never replaced; `isSame` looks.
 */
export class LogFile {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #file: DiskFile;
  readonly #inode: number;

  private constructor(disk: Disk, path: string, file: DiskFile, inode: number) {
    this.#disk = disk;
    this.#path = path;
    this.#file = file;
    this.#inode = inode;
  }

  /** Opens the log, which exists since the first write of this connection. */
  static async open(disk: Disk, path: string): Promise<LogFile> {
    const file = await disk.openFile(path, 'write');
    const { inode } = await file.facts();
    return new LogFile(disk, path, file, inode);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  /** Whether the path still names the file that is synced. */
  async isSame(): Promise<boolean> {
    return (await this.#disk.facts(this.#path))?.inode === this.#inode;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
