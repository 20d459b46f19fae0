import { ReceiptSigner } from '../pages/receipt.ts';
import { SharePasswords } from '../pages/share-password.ts';
import type { Settings } from '../settings/list.ts';
import type { ShareContext } from '../shares/shared-request.ts';
import type { LocalStore } from '../stores/local/open-local-store.ts';
import type { World } from '../world/world.ts';

/** What shares of a process work with. The seed of receipts is made of the master key: the same in every process. */
export function createShareContext(
  settings: Settings,
  { clock, random }: Pick<World, 'clock' | 'random'>,
  store: Pick<LocalStore, 'shares' | 'deriveKey' | 'earlierReceiptKeys'>,
): ShareContext {
  return {
    shares: store.shares,
    passwords: new SharePasswords(
      store.shares,
      { clock, random },
      store.deriveKey('share passwords'),
      settings.workers,
    ),
    receipts: new ReceiptSigner(store.deriveKey('receipts'), store.earlierReceiptKeys),
    random,
    clientAddress: () => settings.linkClientAddress,
    publicEndpoint: settings.publicEndpoint,
  };
}
