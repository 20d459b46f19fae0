import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { parseTarget } from '../../core/target.ts';
import {
  type ListedVersion,
  type ListPlace,
  listBuckets,
  listPage,
  listVersionsPage,
  type Page,
  type VersionPage,
} from '../../s3/listing.ts';
import { clientFor } from '../../s3/s3-call.ts';
import type { S3Client } from '../../s3/s3-client.ts';
import { describeAgo, describeBytes, describeCount } from '../../terminal/format.ts';
import { type Cell, type Column, pathCut, showTable } from '../../terminal/table.ts';

const shownMost = 1000;
const none: Cell = { shown: '–', plain: '' };

/** `ls`: the buckets, or the objects under a prefix. */
export function run(call: Call): Promise<number> {
  const { args, flags } = call;
  const client = clientFor(call);
  if (args[0] === undefined) {
    if (flags.has('versions')) throw wrongUse('--versions needs a bucket.', 'Like  tidegate ls --versions BUCKET');
    return showBuckets(client, call);
  }
  const target = parseTarget(args[0]);
  if (target.kind !== 'bucket' && target.kind !== 'object') throw wrongUse(`"${args[0]}" is not a bucket or a prefix.`);
  const prefix = target.kind === 'object' ? target.key : '';
  const place = { bucket: target.bucket, prefix, isDeep: flags.has('recursive') };
  return flags.has('versions') ? showVersions(client, place, call) : showObjects(client, place, call);
}

async function showBuckets(client: S3Client, { output, world }: Call): Promise<number> {
  const buckets = await listBuckets(client);
  if (output.isJson) output.json({ items: buckets, next: null });
  else {
    const columns: Column[] = [{ name: 'BUCKET' }, { name: 'CREATED' }];
    showTable(
      output,
      columns,
      buckets.map((bucket) => [bucket.name, timeCell(bucket.createdAt, world.nowMs())]),
    );
    if (buckets.length === 0) output.talk('No buckets yet. Create one:  tidegate mb NAME');
  }
  return exitCodes.done;
}

async function showObjects(client: S3Client, place: ListPlace, call: Call): Promise<number> {
  const { flags, world } = call;
  const isLong = flags.has('long');
  const columns: Column[] = [
    { name: 'NAME', cut: pathCut },
    { name: 'SIZE', align: 'right' },
    { name: 'CHANGED' },
    ...(isLong ? [{ name: 'ETAG' }] : []),
  ];
  const rows = (page: Page): Cell[][] => [
    ...page.prefixes.map((prefix): Cell[] => [prefix, none, none, ...(isLong ? [none] : [])]),
    ...page.objects.map((object): Cell[] => [
      object.key,
      sizeCell(object.sizeBytes, flags.has('human')),
      timeCell(object.changed, world.nowMs()),
      ...(isLong ? [object.etag] : []),
    ]),
  ];
  const items = (page: Page): unknown[] =>
    page.objects.map(({ key, sizeBytes, changed, etag }) => ({ key, size: sizeBytes, lastModified: changed, etag }));
  return await showPages(place, call, columns, rows, items, (next: string | undefined) =>
    listPage(client, place, next),
  );
}

async function showVersions(client: S3Client, place: ListPlace, call: Call): Promise<number> {
  const { flags, world } = call;
  const isLong = flags.has('long');
  const columns: Column[] = [
    { name: 'NAME', cut: pathCut },
    { name: 'SIZE', align: 'right' },
    { name: 'CHANGED' },
    { name: 'VERSION' },
    { name: 'STATE' },
    ...(isLong ? [{ name: 'ETAG' }] : []),
  ];
  const rows = (page: VersionPage): Cell[][] => [
    ...page.prefixes.map((prefix): Cell[] => [prefix, none, none, none, none, ...(isLong ? [none] : [])]),
    ...page.versions.map((version): Cell[] => [
      version.key,
      version.isDeleteMarker ? none : sizeCell(version.sizeBytes, flags.has('human')),
      timeCell(version.changed, world.nowMs()),
      version.versionId,
      stateOf(version),
      ...(isLong ? [version.isDeleteMarker ? none : version.etag] : []),
    ]),
  ];
  const items = (page: VersionPage): unknown[] =>
    page.versions.map(({ key, sizeBytes, changed, etag, versionId, isLatest, isDeleteMarker }) => ({
      key,
      versionId,
      latest: isLatest,
      deleteMarker: isDeleteMarker,
      size: isDeleteMarker ? null : sizeBytes,
      lastModified: changed,
      etag: isDeleteMarker ? null : etag,
    }));
  return await showPages(place, call, columns, rows, items, (next: VersionPage['next']) =>
    listVersionsPage(client, place, next),
  );
}

function stateOf({ isLatest, isDeleteMarker }: ListedVersion): string {
  if (isDeleteMarker) return isLatest ? 'deleted' : 'was deleted';
  return isLatest ? 'current' : 'older';
}

/** Page after page, shown as it comes; on a terminal the first 1,000, unless all are asked for. */
async function showPages<Next, Shown extends { readonly prefixes: readonly string[]; readonly next: Next | undefined }>(
  { bucket, prefix }: ListPlace,
  { flags, output }: Call,
  columns: readonly Column[],
  rowsOf: (page: Shown) => Cell[][],
  itemsOf: (page: Shown) => unknown[],
  load: (next: Next | undefined) => Promise<Shown>,
): Promise<number> {
  const items: unknown[] = [];
  let shown = 0;
  let next: Next | undefined;
  do {
    const page = await load(next);
    next = page.next;
    const rows = rowsOf(page);
    shown += rows.length;
    if (output.isJson) items.push(...page.prefixes.map((name) => ({ prefix: name })), ...itemsOf(page));
    else showTable(output, columns, rows);
    if (!flags.has('all') && output.isForPeople && shown >= shownMost) break;
  } while (next !== undefined);
  if (output.isJson) output.json({ items, next: next ?? null });
  else if (shown === 0)
    output.talk(prefix === '' ? `Bucket ${bucket} is empty.` : `No keys in ${bucket} with prefix "${prefix}".`);
  else if (next !== undefined)
    output.talk(`Showing the first ${describeCount(shown)}. Show all:  tidegate ls --all ${bucket}/${prefix}`);
  return exitCodes.done;
}

function sizeCell(sizeBytes: number, isHuman: boolean): Cell {
  const shown = describeBytes(sizeBytes);
  return { shown, plain: isHuman ? shown : String(sizeBytes) };
}

function timeCell(iso: string, nowMs: number): Cell {
  const atMs = Date.parse(iso);
  return { shown: Number.isNaN(atMs) ? '–' : describeAgo(atMs, nowMs), plain: iso };
}
