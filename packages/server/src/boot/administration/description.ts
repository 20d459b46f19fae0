import type { Settings } from '../../settings/list.ts';
import { lastBackupAtMs } from '../../stores/local/backup/last-backup.ts';
import type { ObjectStore } from '../../stores/objects/object-store.ts';
import type { Clock } from '../../world/clock.ts';
import type { Disk } from '../../world/disk.ts';
import { consoleAddressOf } from '../listeners.ts';
import { version } from '../version.ts';

/** What the server is looked at with. */
export type DescriptionParts = {
  readonly settings: Settings;
  readonly objects: Pick<ObjectStore, 'countAll'>;
  readonly clock: Clock;
  readonly disk: Disk;
  /** Monotonic, and on the wall: how they stood to each other when the server started. */
  readonly started: { readonly monotonicMs: number; readonly wallMs: number };
};

/** Share of the disk below which writing is about to be refused. */
const leastFree = 0.02;
/** A wall clock that was moved by more shows it on links: they end too late, or too soon. */
const mostSkewMs = 5 * 60_000;

/** What `GET /_/api/v1/server` says. */
export async function describeServer(parts: DescriptionParts): Promise<Readonly<Record<string, unknown>>> {
  const { settings, objects, clock, disk, started } = parts;
  const stored = await objects.countAll().catch((error: unknown) => wordsOf(error));
  const space = await disk.space(settings.data).catch((error: unknown) => wordsOf(error));
  const backupAtMs = await lastBackupAtMs(disk, settings.data).catch(() => undefined);
  return {
    version,
    uptime: Math.floor((clock.monotonicMs() - started.monotonicMs) / 1000),
    region: settings.region,
    strictRegion: settings.strictRegion,
    publicEndpoint: settings.publicEndpoint ?? null,
    domains: settings.domains,
    sigv2: settings.sigv2,
    durability: settings.durability,
    // What of the product is here: a client asks instead of guessing by version.
    features: {
      limits: true,
      revocation: true,
      ledger: settings.linkLedger,
      shares: true,
      events: true,
      webhooks: true,
      console: consoleAddressOf(settings) !== 'off',
      versioning: true,
    },
    checks: {
      metadata: typeof stored === 'string' ? stored : 'ok',
      blobs: await blobsCheck(disk, settings.data),
      disk: typeof space === 'string' ? space : space.freeBytes < space.totalBytes * leastFree ? 'almost full' : 'ok',
      clock: clockCheck(clock, started),
    },
    disk: typeof space === 'string' ? null : { freeBytes: space.freeBytes, totalBytes: space.totalBytes },
    lastBackup: backupAtMs === undefined ? null : new Date(backupAtMs).toISOString(),
    stored: typeof stored === 'string' ? { buckets: 0, objects: 0, storedBytes: 0 } : stored,
  };
}

async function blobsCheck(disk: Disk, folder: string): Promise<string> {
  try {
    const facts = await disk.facts(`${folder}/blobs`);
    return facts?.kind === 'folder' ? 'ok' : 'the folder blobs is missing';
  } catch (error) {
    return wordsOf(error);
  }
}

function clockCheck(clock: Clock, { wallMs, monotonicMs }: DescriptionParts['started']): string {
  const movedMs = clock.nowMs() - wallMs - (clock.monotonicMs() - monotonicMs);
  if (Math.abs(movedMs) < mostSkewMs) return 'ok';
  return `it was set ${movedMs > 0 ? 'ahead' : 'back'} by ${Math.round(Math.abs(movedMs) / 1000)} s while the server ran`;
}

/** A failure in few words, without a path or a value. */
function wordsOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? `failed (${String(error.code)})` : 'failed';
}
