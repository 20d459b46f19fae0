import { linkOf, termsOf } from '../packages/server/src/stores/contract/links/link-subject.ts';
import { ensureFile } from '../packages/server/src/stores/local/folder/open-folder.ts';
import { SqliteLinks } from '../packages/server/src/stores/sqlite/links/links.ts';
import { databaseName, openMetadata } from '../packages/server/src/stores/sqlite/schema/open-metadata.ts';
import { systemClock } from '../packages/server/src/world/clock.ts';
import { systemDisk } from '../packages/server/src/world/disk.ts';
import { systemRandom } from '../packages/server/src/world/random.ts';

/* One of several processes on one database: waits for a word, then claims uses of one link as fast as it can, and reports. */
const [folder = '', name = '', clients = '', tries = '', limit = ''] = process.argv.slice(2);
if (name !== 'first') await new Promise((resolve) => setTimeout(resolve, 700));
else await ensureFile(systemDisk, folder, databaseName);
const opened = await openMetadata({
  folder,
  disk: systemDisk,
  clock: systemClock,
  random: systemRandom,
  onFatal: (failure) => {
    throw failure;
  },
});
const links = new SqliteLinks({ metadata: opened.metadata, giveBackWaitMs: 0, isFirst: false });
process.send?.('ready');
await new Promise((resolve) => process.once('message', resolve));

// The store's own timers keep no process alive.
const alive = setInterval(() => undefined, 1_000);
const startedAt = performance.now();
const link = linkOf('b', { method: 'PUT' });
let left = Number(tries);
let granted = 0;
async function client(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const demand = { kind: 'write', declaredBytes: 0 } as const;
    try {
      await links.claim({
        link,
        terms: termsOf({ uses: Number(limit) }),
        demand,
        clientPrefix: '',
        epoch: links.epoch(),
      });
      granted += 1;
    } catch {
      // Refused: no uses left.
    }
  }
}
await Promise.all(Array.from({ length: Number(clients) }, client));
const ms = performance.now() - startedAt;
await links.close();
await opened.close();
process.send?.({ granted, ms });
process.disconnect();
clearInterval(alive);
