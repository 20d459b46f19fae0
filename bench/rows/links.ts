import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkOf, read, termsOf } from '../../packages/server/src/stores/contract/links/link-subject.ts';
import { type LocalStore, openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';
import type { Row } from '../row.ts';

const clients = 32;
const limit = 20_000;
const triesEach = 32_000;

let folder: string;
let store: LocalStore;

async function openStore(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-bench-'));
  store = await openLocalStore({
    folder,
    disk: systemDisk,
    clock: systemClock,
    random: systemRandom,
    onFatal: (failure) => {
      throw failure;
    },
  });
}

async function closeStore(): Promise<void> {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}

/** Calls a second of `clients` callers at once, for about half a second. */
async function rateOf(call: (n: number) => Promise<unknown>): Promise<number> {
  const endsAt = performance.now() + 500;
  const startedAt = performance.now();
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      calls += 1;
      await call(calls);
    }
  };
  await Promise.all(Array.from({ length: clients }, caller));
  return (calls * 1000) / (performance.now() - startedAt);
}

let round = 0;

async function claimAndSettle(n: number): Promise<void> {
  const link = linkOf(
    `${'bcdefghijk'[round % 10]}${(n % 1_000).toString().replace(/\d/g, (digit) => 'bcdefghijk'[Number(digit)] ?? '')}`,
  );
  const { links } = store;
  const claim = await links.claim({
    link,
    terms: termsOf({ uses: 1_000_000 }),
    demand: read(0, 1_024, 1_024),
    clientPrefix: '192.0.2.1',
    epoch: links.epoch(),
  });
  if (claim !== 'stale')
    links.settle(claim, { movedBytes: 1_024, delivered: { start: 0, end: 1_023 }, outcome: 'done' });
}

/** The cheapest durable write there is, by the same group commit. */
const registerPolicy = (n: number): Promise<unknown> =>
  store.links.putPolicy({ accessKeyId: 'TGAK1', name: `p${n % 1_000}`, limits: {} });

type Report = { readonly granted: number; readonly ms: number };

async function reportOf(child: ChildProcess): Promise<Report> {
  const [message] = await once(child, 'message');
  await once(child, 'exit');
  const report: Report = message;
  return report;
}

/** Two processes on one database, each with 32 clients, after one link. */
async function race(): Promise<{ granted: number; perSecond: number }> {
  const shared = await mkdtemp(join(tmpdir(), 'tidegate-race-'));
  const processes = ['first', 'second'].map((name) =>
    fork(
      new URL('../link-claimer.ts', import.meta.url),
      [shared, name, String(clients), String(triesEach), String(limit)],
      {
        execArgv: ['--conditions=tidegate-source'],
      },
    ),
  );
  try {
    for (const child of processes) await once(child, 'message');
    const reports = processes.map(reportOf);
    for (const child of processes) child.send('go');
    const done = await Promise.all(reports);
    const ms = Math.max(...done.map((report) => report.ms));
    return { granted: done.reduce((sum, report) => sum + report.granted, 0), perSecond: (2 * triesEach * 1000) / ms };
  } finally {
    await rm(shared, { recursive: true, force: true });
  }
}

export const linkRows: readonly Row[] = [
  {
    id: 'P8-store',
    what: 'durable claim and settlement of a download, 1,000 links',
    against: 'one durable row',
    unit: '1/s',
    atLeast: true,
    open: openStore,
    run: async () => {
      round += 1;
      return { a: await rateOf(claimAndSettle), b: await rateOf(registerPolicy) };
    },
    close: closeStore,
  },
  {
    id: 'P14',
    what: `uses of one hot link by 2 processes of 32 clients: 64,000 tries, exactly ${limit} granted`,
    against: 'durable rows of one process',
    unit: '1/s',
    target: 1,
    atLeast: true,
    open: openStore,
    run: async () => {
      const { granted, perSecond } = await race();
      if (granted !== limit) throw new Error(`${granted} uses were granted of ${limit}`);
      return { a: perSecond, b: await rateOf(registerPolicy) };
    },
    close: closeStore,
  },
];
