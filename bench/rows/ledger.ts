import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalStore, openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';
import { seedLinks } from '../../test/scale/ledger-seed.ts';
import type { Row } from '../row.ts';

const links = 100_000;

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
  const look = (): void => {
    const now = cpuMs();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  try {
    await work();
  } finally {
    isOver = true;
  }
  look();
  return { longestMs, wholeMs: cpuMs() - began };
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
];
