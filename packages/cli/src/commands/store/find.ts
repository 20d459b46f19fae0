import { sizeBytes as bytesOf } from '@tidegate/presign/internal';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { durationMsFlag, sizeFlag } from '../../core/flag-values.ts';
import { parseTarget } from '../../core/target.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { describeAgo, describeBytes } from '../../terminal/format.ts';
import { pathCut, showTable } from '../../terminal/table.ts';
import { pathPattern } from '../../transfer/name-filter.ts';
import { type Found, walk } from '../../transfer/walk.ts';

/** Rows that are shown at a time, so that a long search is seen to go on. */
const rowsAtOnce = 1000;

/** `find`: objects by name, size and age. */
export async function run(call: Call): Promise<number> {
  const { args, output, world } = call;
  const argument = args[0] ?? '';
  const target = parseTarget(argument);
  if (target.kind !== 'bucket' && target.kind !== 'object')
    throw wrongUse(`"${argument}" is not a bucket or a prefix.`);
  const { bucket } = target;
  const isMeant = testOf(call);
  const nowMs = world.nowMs();
  const items: { bucket: string; key: string; size: number; lastModified: string }[] = [];
  let rows: Found[] = [];
  const show = (): void => {
    showTable(
      output,
      [{ name: 'NAME', cut: pathCut }, { name: 'SIZE', align: 'right' }, { name: 'CHANGED' }],
      rows.map(({ place, sizeBytes, changedMs }) => [
        `${bucket}/${keyOf(place)}`,
        { shown: describeBytes(sizeBytes), plain: String(sizeBytes) },
        { shown: describeAgo(changedMs, nowMs), plain: new Date(changedMs).toISOString() },
      ]),
    );
    rows = [];
  };
  const place = { kind: 'object', bucket, key: target.kind === 'object' ? target.key : '' } as const;
  for await (const found of walk(place, clientFor(call), output)) {
    if (!isMeant(found)) continue;
    if (output.isJson) {
      const { place: at, sizeBytes, changedMs } = found;
      items.push({ bucket, key: keyOf(at), size: sizeBytes, lastModified: new Date(changedMs).toISOString() });
    } else if (rows.push(found) === rowsAtOnce) show();
  }
  if (output.isJson) output.json({ items, next: null });
  else show();
  return exitCodes.done;
}

function keyOf(place: Found['place']): string {
  return place.kind === 'object' ? place.key : '';
}

/** Whether all that the flags ask for holds. A pattern without a slash is for the last part of the name. @throws CliError */
function testOf({ flags, world }: Call): (found: Found) => boolean {
  const nowMs = world.nowMs();
  const name = flags.text('name');
  const pattern = name === undefined ? undefined : pathPattern(name);
  const isForPath = name?.includes('/') ?? false;
  const size = (flag: string): number | undefined => {
    const value = sizeFlag(flags, flag);
    return value === undefined ? undefined : bytesOf(`--${flag}`, value);
  };
  const larger = size('larger') ?? -1;
  const smaller = size('smaller') ?? Number.POSITIVE_INFINITY;
  const olderMs = flags.has('older-than') ? durationMsFlag(flags, 'older-than', 0) : undefined;
  const newerMs = flags.has('newer-than') ? durationMsFlag(flags, 'newer-than', 0) : undefined;
  return (found) => {
    const { sizeBytes, changedMs } = found;
    const tested = isForPath ? found.name : found.name.slice(found.name.lastIndexOf('/') + 1);
    if (pattern?.test(tested) === false || sizeBytes <= larger || sizeBytes >= smaller) return false;
    return (
      (olderMs === undefined || changedMs < nowMs - olderMs) && (newerMs === undefined || changedMs > nowMs - newerMs)
    );
  };
}
