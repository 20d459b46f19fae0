import { rm, utimes } from 'node:fs/promises';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { confirm } from '../../terminal/ask.ts';
import { describeBytes, describeCount } from '../../terminal/format.ts';
import { printable } from '../../terminal/style.ts';
import { copyPlanned, type Folder, type PlannedCopy, planFolder } from '../../transfer/copy-many.ts';
import { type CopyPlan, copyPlan } from '../../transfer/copy-one.ts';
import { parseCopyPlace, showPlace } from '../../transfer/copy-place.ts';
import { deletedAtOnce, deleteMany } from '../../transfer/delete-many.ts';
import { nameFilter } from '../../transfer/name-filter.ts';
import { holdSame } from '../../transfer/same-content.ts';
import { type Found, isFolderMark, walk } from '../../transfer/walk.ts';

/** `sync`: copies what is missing or differs at the destination; with `--delete` it deletes there what the source lacks. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const source = folderOf(args[0] ?? '', 'source');
  const destination = folderOf(args[1] ?? '', 'destination');
  // Here --checksum is how both ends are compared; no checksum is asked of the store.
  const plan: CopyPlan = { ...copyPlan(call, clientFor(call)), isChecked: false };
  const wanted = await planFolder(source, destination, plan);
  refuseNesting(source, destination);
  const present = await foundIn(destination, plan);
  const copies: PlannedCopy[] = [];
  for (const copy of wanted) {
    const there = present.get(showPlace(copy.target));
    present.delete(showPlace(copy.target));
    if (there === undefined || (await differs(copy, there, plan))) copies.push(copy);
  }
  const surplus = flags.has('delete') ? [...present.values()] : [];
  if (flags.has('dry-run')) return preview(call, copies, surplus);
  if (surplus.length > 0) {
    const count = `${describeCount(surplus.length)} ${surplus.length === 1 ? 'file' : 'files'}`;
    await confirm(call, `Delete ${count} in ${showPlace(destination)} that the source does not have?`);
  }
  const highest = copies.length === 0 ? exitCodes.done : await copyPlanned(copies, plan, (copy) => keepTime(copy));
  if (copies.length === 0) output.talk(`  Nothing to copy: ${describeCount(wanted.length)} up to date.`);
  // What could not be copied may be why something is missing: nothing is deleted after a failure.
  if (surplus.length > 0 && highest === exitCodes.done) await deleteAll(call, surplus, plan);
  else if (surplus.length > 0) output.warn('Nothing was deleted, because some copies failed.');
  return highest;
}

function folderOf(argument: string, end: 'source' | 'destination'): Folder {
  const place = parseCopyPlace(argument, end);
  if (place.kind === 'stream') throw wrongUse('sync works on folders and prefixes; - is a stream.');
  return place;
}

/** Copies into the source would be found by the next run, again and again. */
function refuseNesting(source: Folder, destination: Folder): void {
  if (source.kind !== 'object' || destination.kind !== 'object' || source.bucket !== destination.bucket) return;
  const [one, other] = [source.key, destination.key].map((key) => (key === '' || key.endsWith('/') ? key : `${key}/`));
  if (one === undefined || other === undefined || !(other.startsWith(one) || one.startsWith(other))) return;
  throw wrongUse(`${showPlace(source)} and ${showPlace(destination)} overlap.`, 'Use two separate prefixes.');
}

/** What is at the destination, by its place; names that the filters leave out are not looked at. */
async function foundIn(destination: Folder, { call, client }: CopyPlan): Promise<Map<string, Found>> {
  const isMeant = nameFilter(call.flags);
  const present = new Map<string, Found>();
  try {
    for await (const found of walk(destination, client, call.output)) {
      if (isMeant(found.name) && !isFolderMark(found.name)) present.set(showPlace(found.place), found);
    }
  } catch (error) {
    // A folder that does not exist yet is made by the first copy.
    const isNew = destination.kind === 'file' && error instanceof CliError && error.parts.exit === exitCodes.notFound;
    if (!isNew) throw error;
  }
  return present;
}

/** By size, and by whether the source is newer; with `--checksum` by content. Stores and disks keep whole seconds at least. */
async function differs(copy: PlannedCopy, there: Found, plan: CopyPlan): Promise<boolean> {
  if (copy.sizeBytes !== there.sizeBytes) return true;
  if (plan.call.flags.has('checksum')) return !(await holdSame(copy.source, copy.target, plan.client));
  if (plan.call.flags.has('size-only')) return false;
  return Math.floor(copy.changedMs / 1000) > Math.floor(there.changedMs / 1000);
}

/** A downloaded file gets the time of its object, so that the next run finds both equal. */
async function keepTime({ target, changedMs }: PlannedCopy): Promise<void> {
  if (target.kind === 'file') await utimes(target.path, new Date(), new Date(changedMs));
}

function preview({ output }: Call, copies: readonly PlannedCopy[], surplus: readonly Found[]): number {
  for (const { source, target, sizeBytes } of copies) {
    if (output.isJson) output.json({ source: showPlace(source), target: showPlace(target), size: sizeBytes });
    else output.answer(`copy ${printable(showPlace(source))} → ${printable(showPlace(target))}`);
  }
  for (const { place } of surplus) {
    if (output.isJson) output.json({ deleted: showPlace(place) });
    else output.answer(`delete ${printable(showPlace(place))}`);
  }
  const bytes = describeBytes(copies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  output.talk(`  ${describeCount(copies.length)} to copy (${bytes}), ${describeCount(surplus.length)} to delete`);
  return exitCodes.done;
}

async function deleteAll({ output }: Call, surplus: readonly Found[], { client }: CopyPlan): Promise<void> {
  const keys = new Map<string, string[]>();
  for (const { place } of surplus) {
    if (place.kind === 'file') await rm(place.path);
    else keys.set(place.bucket, [...(keys.get(place.bucket) ?? []), place.key]);
  }
  for (const [bucket, all] of keys) {
    for (let at = 0; at < all.length; at += deletedAtOnce) {
      await deleteMany(
        client,
        bucket,
        all.slice(at, at + deletedAtOnce).map((key) => ({ key })),
      );
    }
  }
  if (output.isJson) for (const { place } of surplus) output.json({ deleted: showPlace(place) });
  output.talk(`  ${describeCount(surplus.length)} deleted`);
}
