import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalStore, openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';
import { rootCredentials, startTestServer } from '../../packages/server/test/test-server.ts';
import { seedHistory, seedLinks } from '../../test/scale/ledger-seed.ts';
import { Measured } from '../../test/scale/measured.ts';
import type { Row } from '../row.ts';

const links = 100_000;
const manyLinks = 1_000_000;
const dayEvents = 200_000;

let folder: string;
let store: LocalStore;
let round = 0;

function openStore(): Promise<LocalStore> {
  return openLocalStore({
    folder,
    disk: systemDisk,
    clock: systemClock,
    random: systemRandom,
    onFatal: (failure) => {
      throw failure;
    },
  });
}

/** The longest turn of the event loop during a piece of work, and the whole of it, in ms of this thread's processor time. */
async function turnsOf(work: () => Promise<unknown>): Promise<{ longestMs: number; wholeMs: number }> {
  const cpuMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  const began = cpuMs();
  let last = began;
  let longestMs = 0;
  let isOver = false;
  const sample = (): void => {
    const now = cpuMs();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    if (!isOver) setImmediate(sample);
  };
  setImmediate(sample);
  try {
    await work();
  } finally {
    isOver = true;
  }
  sample();
  return { longestMs, wholeMs: cpuMs() - began };
}

/** What the console asks first, and what it asks of the largest link. */
const questions: readonly string[] = [
  '/summary',
  '/activity/series',
  '/activity/series?step=1d&from=FROM',
  '/activity?limit=100',
  '/refusals',
  '/links?limit=50&totals=true',
  '/links?limit=1000',
  '/links?limit=50&sort=expires&state=active',
  '/links?limit=50&bucket=bucket-3',
  '/links/LINK/series',
  '/links/LINK/events?limit=100',
];
let busiest = '';

async function openMany(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-bench-'));
  const first = await startTestServer({ folder });
  const owner = (await first.running.keys.readKey(rootCredentials.accessKeyId))?.record.account;
  await first.stop();
  const nowMs = Date.now();
  const accessKey = `CASE WHEN i % 2 = 0 THEN '${rootCredentials.accessKeyId}' ELSE 'TGAK' || (i % 37) END`;
  seedLinks(folder, { links: manyLinks, nowMs, accessKey, account: `'${owner?.id}'` });
  seedHistory(folder, { events: dayEvents, nowMs });
  store = await openStore();
  const page = await store.links.listLinks({
    ...{ accountId: undefined, sort: 'created', order: 'asc', cursor: undefined, limit: 1 },
  });
  busiest = `lk_${page.items[0]?.id.slice(0, 16)}`;
  await store.close();
}

/** Asks a server that has just started each question once, since what takes long to count is kept: the slowest, and the longest turn. */
async function askAll(): Promise<{ readonly slowestMs: number; readonly longestTurnMs: number }> {
  const server = new Measured(folder);
  const monthAgo = new Date(Date.now() - 30 * 86_400_000).toISOString();
  await server.start();
  try {
    for (let n = 0; n < 10; n += 1) await server.send('/_/api/v1/links?limit=2', rootCredentials, 2);
    let slowestMs = 0;
    const longestTurnMs = await server.longestTurnMs(async () => {
      for (const question of questions) {
        const startMs = performance.now();
        const path = question.replace('LINK', busiest).replace('FROM', monthAgo);
        const [sent] = await server.send(`/_/api/v1${path}`, rootCredentials, 1);
        const tookMs = performance.now() - startMs;
        if (sent?.status !== 200) throw new Error(`${question} was answered ${sent?.status}`);
        slowestMs = Math.max(slowestMs, tookMs);
        if (process.env['TIDEGATE_BENCH_EACH'] !== undefined) console.log(tookMs.toFixed(1).padStart(8), question);
      }
    });
    return { slowestMs, longestTurnMs };
  } finally {
    await server.stop();
  }
}

async function removeFolder(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

export const ledgerRows: readonly Row[] = [
  {
    id: 'P8-questions',
    what: `longest time that the event loop waits while ${links} links are counted by state`,
    against: 'the whole count',
    unit: 'ms',
    target: 0.3,
    atLeast: false,
    open: async () => {
      folder = await mkdtemp(join(tmpdir(), 'tidegate-bench-'));
      await (await openStore()).close();
      seedLinks(folder, {
        links,
        nowMs: Date.now(),
        accessKey: "'TGAK' || (i % 37)",
        account: "'account-' || (i % 3)",
      });
      store = await openStore();
    },
    run: async () => {
      round += 1;
      // Another question each time: an answer is kept for a while.
      const { longestMs, wholeMs } = await turnsOf(() =>
        store.links.countLinks({ accountId: undefined, seenFromMs: round }),
      );
      return { a: longestMs, b: wholeMs };
    },
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  },
  {
    id: 'P32',
    what: `slowest answer of the admin API, ${manyLinks} links, ${dayEvents} events of the day`,
    against: '100 ms',
    unit: 'ms',
    target: 1,
    atLeast: false,
    open: openMany,
    run: async () => ({ a: (await askAll()).slowestMs, b: 100 }),
    close: removeFolder,
  },
  {
    id: 'P32b',
    what: 'longest turn of the event loop meanwhile',
    against: '20 ms',
    unit: 'ms',
    target: 1,
    atLeast: false,
    open: openMany,
    run: async () => ({ a: (await askAll()).longestTurnMs, b: 20 }),
    close: removeFolder,
  },
];
