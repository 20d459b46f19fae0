import { S3Error } from '@tidegate/protocol';
import { deniedLink } from '../links/denied-link.ts';
import { numberedName } from '../pages/file-name.ts';
import { ShareRefusal } from '../pages/share-refusal.ts';
import { reservedMs, shareFolder } from '../stores/links/share-store.ts';
import type { SharedRequest } from './shared-request.ts';

/** Names beside a taken one that are tried. */
const mostNames = 10_000;

/** Where a file of a request will be stored. */
export type ReservedFile = {
  readonly key: string;
  /** Most bytes that it may have; undefined: the request does not limit the bytes of all files. */
  readonly mostBytes: number | undefined;
};

/**
 * SHR-22, SHR-26. Reserves a key that no object has and no other sender was given, with a place among the files of the request and
 * the bytes of this one.
 * @param sizeBytes undefined: not known yet
 * @throws S3Error AccessDenied, reason LinkUsesSpent or LinkBytesSpent
 */
export async function reserveFile(
  shared: Pick<SharedRequest, 'share' | 'server' | 'context' | 'use'>,
  name: string,
  sizeBytes: number | undefined,
): Promise<ReservedFile> {
  const { share, server, context, use } = shared;
  const { bucket } = share.target;
  const { terms } = use;
  const folder = shareFolder(share.target);
  const caps = { files: terms?.uses, bytes: terms?.totalBytes };
  for (let n = 1; n <= mostNames; n += 1) {
    const key = folder + numberedName(name, n);
    const isTaken = () => isThere(server.tools.store.readObject({ bucket, key }));
    if (await isTaken()) continue;
    const plan = { linkId: share.linkId, bucket, key, sizeBytes, caps, nowMs: server.tools.clock.nowMs() };
    const reserved = await context.shares.reserveFile(plan);
    if (reserved.kind === 'reserved') {
      // Whoever had the key until now may just have finished.
      if (!(await isTaken())) return { key, mostBytes: reserved.bytes };
      await context.shares.releaseFile(bucket, key);
    }
    if (reserved.kind === 'full') {
      throw deniedLink(reserved.what === 'files' ? 'LinkUsesSpent' : 'LinkBytesSpent', {});
    }
  }
  throw new ShareRefusal('ShareBusy');
}

/** Keeps a reservation while its file arrives. @returns ends it */
export function keepReserved({ server, context, share }: SharedRequest, key: string): () => void {
  const { clock } = server.tools;
  const { bucket } = share.target;
  const keep = (): void => {
    cancel = clock.after(reservedMs / 5, keep);
    // One that could not be written is written by the next.
    context.shares.keepFile(bucket, key, clock.nowMs()).catch(() => undefined);
  };
  let cancel = clock.after(reservedMs / 5, keep);
  return () => cancel();
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
