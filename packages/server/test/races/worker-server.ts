import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { startTestServer, type TestServer, type TestServerOptions } from '../test-server.ts';

/** A test server of two workers; this process is its first one. Workers say nothing but errors. */
export function startWorkers(options: TestServerOptions = {}): Promise<TestServer> {
  return startTestServer({
    ...options,
    toml: `${options.toml ?? ''}\n[log]\nrequests = false\nlevel = "error"\n`,
    settings: { workers: 2, ...options.settings },
  });
}

/** The worker processes of this one: those that run the worker's file, as checkpoint threads and tools do not. */
export function workerPids(): readonly number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.map(Number).filter((pid) => commandOf(pid).includes('/boot/worker.'));
}

/**
 * The workers that listen at the port: one that was just started runs the worker's file for a while before it does. By the
 * kernel's tables, since no answer says which process gave it.
 */
export function listeningWorkers(port: number): readonly number[] {
  const sockets = listeningSockets(port);
  return workerPids().filter((pid) => openSockets(pid).some((inode) => sockets.has(inode)));
}

/** Inodes of the TCP sockets that listen at the port. */
function listeningSockets(port: number): ReadonlySet<string> {
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  const inodes = new Set<string>();
  for (const row of rows) {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
    if (state === '0A' && Number.parseInt(local.split(':')[1] ?? '', 16) === port && inode !== undefined) {
      inodes.add(inode);
    }
  }
  return inodes;
}

function openSockets(pid: number): readonly string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).flatMap((fd) => socketOf(`${folder}/${fd}`) ?? []);
  } catch {
    // The process has ended.
    return [];
  }
}

function socketOf(fd: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(fd))?.[1];
  } catch {
    // It was closed meanwhile.
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
