import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** Who listens on a port. */
export type PortHolder = { readonly pid: number; readonly name: string };

/** The program that listens on a TCP port of this machine, where Linux tells (`/proc`) and it may be seen. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  try {
    const inodes = new Set([
      ...(await listeningInodes('/proc/net/tcp', port)),
      ...(await listeningInodes('/proc/net/tcp6', port)),
    ]);
    if (inodes.size === 0) return undefined;
    for (const entry of await readdir('/proc')) {
      const pid = Number(entry);
      if (!Number.isInteger(pid) || !(await holdsSocket(pid, inodes))) continue;
      // Not `comm`, which contains the name that Node gives its first thread.
      const name = basename(await readlink(`/proc/${pid}/exe`));
      return { pid, name };
    }
  } catch {
    // No /proc, or a process that ended meanwhile: the port is taken all the same, by whom is not known.
    return undefined;
  }
  return undefined;
}

const listenState = '0A';

async function listeningInodes(table: string, port: number): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(table, 'utf8');
  } catch {
    // Without IPv6 there is no such table.
    return [];
  }
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return text.split('\n').flatMap((line) => {
    const cells = line.trim().split(/\s+/);
    const isListening = cells[3] === listenState && cells[1]?.endsWith(`:${hexPort}`);
    return isListening && cells[9] !== undefined ? [cells[9]] : [];
  });
}

async function holdsSocket(pid: number, inodes: ReadonlySet<string>): Promise<boolean> {
  let files: string[];
  try {
    files = await readdir(`/proc/${pid}/fd`);
  } catch {
    // Another user's process, or one that ended.
    return false;
  }
  for (const file of files) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}
