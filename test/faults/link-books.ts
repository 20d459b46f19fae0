import { openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';

/** Uses that the books of a stopped server show for links with these labels; a label that it never saw is left out. */
export async function readUses(folder: string, labels: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const store = await openLocalStore({
    folder,
    disk: systemDisk,
    clock: systemClock,
    random: systemRandom,
    onFatal: (failure) => {
      throw failure;
    },
  });
  const uses = new Map<string, number>();
  for (const label of labels) {
    let cursor: string | undefined;
    do {
      const page = await store.links.listLinks({
        accountId: undefined,
        sort: 'created',
        order: 'asc',
        limit: 100,
        cursor,
        label,
      });
      for (const link of page.items) uses.set(label, link.uses.count);
      cursor = page.next;
    } while (cursor !== undefined);
  }
  await store.close();
  return uses;
}
