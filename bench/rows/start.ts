import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { startProduct } from '../../test/product-server.ts';
import { startLeast } from '../bare-start.ts';
import type { Row } from '../row.ts';

let folder: string;

async function open(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-start-'));
  // The first start makes the folder, and compiled code for all that follow.
  await (await startProduct(['--log-level', 'warn'], data())).stop();
}

const data = (): string => join(folder, 'data');
const startOurs = () => startProduct(['--log-level', 'warn'], data());
const startTheirs = () => startLeast(join(folder, 'bare.db'));

type Started = { readonly endpoint: string; readonly pid: number; stop(): Promise<void> };

/** What a figure is once it is answered, and the server is stopped. */
async function ofOne(start: () => Promise<Started>, measure: (started: Started) => Promise<number>): Promise<number> {
  const started = await start();
  try {
    return await measure(started);
  } finally {
    await started.stop();
  }
}

async function askOnce({ endpoint }: Started): Promise<void> {
  const answer = await fetch(`${endpoint}/_/health/ready`);
  await answer.text();
  if (answer.status !== 200) throw new Error(`The first request was answered ${answer.status}.`);
}

/** A server at rest: jobs that follow a start have run. */
const restMs = 2_000;

function residentBytes(pid: number): number {
  const [, kilobytes = 'NaN'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

async function idleMegabytes(started: Started): Promise<number> {
  await askOnce(started);
  await passed(restMs);
  return residentBytes(started.pid) / 1024 ** 2;
}

const heldConnections = 2_000;

/** Connections that were answered once and wait, and what each of them adds. */
async function kilobytesPerConnection(started: Started): Promise<number> {
  await askOnce(started);
  await passed(restMs);
  const before = residentBytes(started.pid);
  const sockets: Socket[] = [];
  try {
    for (let opened = 0; opened < heldConnections; opened += 1) sockets.push(await openAnswered(started.endpoint));
    await passed(restMs);
    return (residentBytes(started.pid) - before) / 1024 / heldConnections;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function openAnswered(endpoint: string): Promise<Socket> {
  const { hostname, port, host } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET /_/health/live HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
    );
    socket.once('data', () => resolve(socket));
    socket.once('error', reject);
  });
}

async function startMs(start: () => Promise<Started>): Promise<number> {
  const startedMs = performance.now();
  return await ofOne(start, async (started) => {
    await askOnce(started);
    return performance.now() - startedMs;
  });
}

const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
const bare = 'node:http and node:sqlite alone';

export const startRows: readonly Row[] = [
  {
    id: 'P27',
    what: 'resident size of a server at rest',
    against: bare,
    unit: 'MB',
    target: 1.8,
    atLeast: false,
    open,
    run: async () => ({ a: await ofOne(startOurs, idleMegabytes), b: await ofOne(startTheirs, idleMegabytes) }),
    close,
  },
  {
    id: 'P27-MB',
    what: 'resident size of a server at rest',
    against: '115 MB',
    unit: 'MB',
    target: 1,
    atLeast: false,
    open,
    run: async () => ({ a: await ofOne(startOurs, idleMegabytes), b: 115 }),
    close,
  },
  {
    id: 'P28',
    what: `resident size of each of ${heldConnections} connections that wait`,
    against: bare,
    unit: 'kB',
    target: 1.5,
    atLeast: false,
    open,
    run: async () => ({
      a: await ofOne(startOurs, kilobytesPerConnection),
      b: await ofOne(startTheirs, kilobytesPerConnection),
    }),
    close,
  },
  {
    id: 'P31',
    what: 'a start over a folder that is there, to the first answer',
    against: bare,
    unit: 'ms',
    target: 5,
    atLeast: false,
    open,
    run: async () => ({ a: await startMs(startOurs), b: await startMs(startTheirs) }),
    close,
  },
  {
    id: 'P31-ms',
    what: 'a start over a folder that is there, to the first answer',
    against: '400 ms',
    unit: 'ms',
    target: 1,
    atLeast: false,
    open,
    run: async () => ({ a: await startMs(startOurs), b: 400 }),
    close,
  },
];
