import { S3Error } from '@tidegate/protocol';
import { numberedName } from './pages/file-name.ts';
import { ShareRefusal } from './pages/share-refusal.ts';
import type { SharedRequest } from './request-shared.ts';
import { shareFolder } from './stores/share-store.ts';

/** Names beside a taken one that are tried. */
const mostNames = 10_000;

/** A key that no object has and no other sender was given. */
export async function freeKey({ share, server, desk }: SharedRequest, name: string): Promise<string> {
  const { bucket } = share.target;
  const folder = shareFolder(share.target);
  for (let n = 1; n <= mostNames; n += 1) {
    const key = folder + numberedName(name, n);
    if (await isThere(server.tools.store.readObject({ bucket, key }))) continue;
    if (await desk.shares.reserveKey(share.linkId, bucket, key, server.tools.clock.nowMs())) return key;
  }
  throw new ShareRefusal('ShareBusy');
}

async function isThere(reading: Promise<unknown>): Promise<boolean> {
  try {
    await reading;
    return true;
  } catch (error) {
    if (error instanceof S3Error && error.code === 'NoSuchKey') return false;
    throw error;
  }
}
