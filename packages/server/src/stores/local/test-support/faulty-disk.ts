import { override } from '../../../../../../test/override.ts';
import type { Disk, DiskFile, DiskSpace } from '../../../world/disk.ts';

/** One call of the disk, before it is made. */
export type DiskCall = {
  readonly name:
    | 'createFile'
    | 'openFile'
    | 'makeFolder'
    | 'syncFolder'
    | 'removeFile'
    | 'linkFile'
    | 'moveFile'
    | 'listFolder'
    | 'facts'
    | 'setMode'
    | 'space'
    | 'read'
    | 'write'
    | 'sync'
    | 'fileFacts'
    | 'close';
  readonly path: string;
};

/** What becomes of a call: nothing (it is made), or `'short'` (a write that takes half of its bytes). It may throw or wait. */
export type Intercept = (call: DiskCall) => undefined | 'short' | Promise<undefined | 'short'>;

/** A disk error as the system reports it. */
export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: made by a test`), { code });
}

/** A disk that asks `intercept` before each call. */
export function faultyDisk(disk: Disk, intercept: Intercept): Disk {
  const wrap = (file: DiskFile, path: string): DiskFile => ({
    async read(into, position) {
      await intercept({ name: 'read', path });
      return file.read(into, position);
    },
    async write(bytes, position) {
      const fate = await intercept({ name: 'write', path });
      const taken = fate === 'short' && bytes.byteLength > 1 ? bytes.subarray(0, bytes.byteLength >> 1) : bytes;
      return file.write(taken, position);
    },
    async writeMany(pieces, position) {
      const fate = await intercept({ name: 'write', path });
      const [first] = pieces;
      if (fate !== 'short' || first === undefined) return file.writeMany(pieces, position);
      return file.write(first.byteLength > 1 ? first.subarray(0, first.byteLength >> 1) : first, position);
    },
    async sync() {
      await intercept({ name: 'sync', path });
      await file.sync();
    },
    async facts() {
      await intercept({ name: 'fileFacts', path });
      return file.facts();
    },
    async close() {
      // The descriptor is given back even when the call fails: a test makes thousands of these.
      try {
        await intercept({ name: 'close', path });
      } finally {
        await file.close();
      }
    },
  });
  return {
    async createFile(path) {
      await intercept({ name: 'createFile', path });
      return wrap(await disk.createFile(path), path);
    },
    async openFile(path, use) {
      await intercept({ name: 'openFile', path });
      return wrap(await disk.openFile(path, use), path);
    },
    async makeFolder(path) {
      await intercept({ name: 'makeFolder', path });
      return disk.makeFolder(path);
    },
    async syncFolder(path) {
      await intercept({ name: 'syncFolder', path });
      await disk.syncFolder(path);
    },
    async setMode(path, mode) {
      await intercept({ name: 'setMode', path });
      await disk.setMode(path, mode);
    },
    async removeFile(path) {
      await intercept({ name: 'removeFile', path });
      return disk.removeFile(path);
    },
    async linkFile(path, name) {
      await intercept({ name: 'linkFile', path: name });
      return disk.linkFile(path, name);
    },
    async moveFile(path, name) {
      await intercept({ name: 'moveFile', path: name });
      await disk.moveFile(path, name);
    },
    async listFolder(path) {
      await intercept({ name: 'listFolder', path });
      return disk.listFolder(path);
    },
    async facts(path) {
      await intercept({ name: 'facts', path });
      return disk.facts(path);
    },
    async space(path) {
      await intercept({ name: 'space', path });
      return disk.space(path);
    },
  };
}

/** A disk whose space a test decides. */
export function diskWithSpace(disk: Disk, space: () => Partial<DiskSpace>): Disk {
  return override(disk, { space: async (path) => ({ ...(await disk.space(path)), ...space() }) });
}
