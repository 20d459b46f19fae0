import { rm } from 'node:fs/promises';
import type { Call } from '../core/command.ts';
import { type ExitCode, exitCodes, wrongUse } from '../core/errors.ts';
import { forEachTarget } from '../core/several.ts';
import { clientFor } from '../s3/s3-call.ts';
import { describeBytes, describeCount } from '../terminal/format.ts';
import { printable } from '../terminal/style.ts';
import { copyPlanned, copyRecord, type PlannedCopy, planFolder, plannedCopy } from './copy-many.ts';
import { type Copied, type CopyPlan, copyOne, copyPlan } from './copy-one.ts';
import { type CopyPlace, lastSegment, parseCopyPlace, showPlace } from './copy-place.ts';
import { isDirectory } from './download.ts';
import { objectsOf } from './object-pattern.ts';
import type { Found } from './walk.ts';

/** What happens to a source whose copy is there. */
type Afterwards = 'keep' | 'remove';

/** The whole of `cp` and `mv`. @throws CliError */
export async function copyAll(call: Call, afterwards: Afterwards): Promise<number> {
  const { args, flags } = call;
  const sources = args.slice(0, -1);
  const destination = parseCopyPlace(args.at(-1) ?? '', 'destination');
  const isDeep = flags.has('recursive');
  for (const flag of ['include', 'exclude']) {
    if (flags.has(flag) && !isDeep) throw wrongUse(`--${flag} is for whole folders.`, 'Add  -r');
  }
  if (sources.length > 1 && !isDeep && !(await isFolder(destination))) {
    throw wrongUse(
      `Several sources need a folder or a prefix as destination; ${showPlace(destination)} is not one.`,
      'End it in  /',
    );
  }
  const plan = copyPlan(call, clientFor(call));
  const then = (copy: Pick<PlannedCopy, 'source'>, copied: Copied): Promise<void> =>
    afterwards === 'remove' ? removeSource(copy.source, copied, plan) : Promise.resolve();
  if (isDeep) return await copyFolders(sources, destination, plan, then);
  return forEachTarget(call, sources, async (argument) => {
    const source = parseCopyPlace(argument, 'source');
    const matches = source.kind === 'object' ? await objectsOf(source, plan.client, call.output) : undefined;
    if (matches !== undefined) return await copyMatches(matches, destination, plan, then);
    if (afterwards === 'remove' && (source.kind === 'stream' || destination.kind === 'stream')) {
      throw wrongUse('A stream cannot be moved.', 'Use  cp');
    }
    const target =
      destination.kind === 'object' ? { ...destination, key: keyFor(source, destination.key) } : destination;
    if (flags.has('dry-run')) {
      call.output.answer(`${printable(showPlace(source))} → ${printable(showPlace(target))}`);
      return;
    }
    const copied = await copyOne(source, target, plan);
    await then({ source }, copied);
    tell(source, copied, call);
  });
}

/** Copies what a pattern matches. @throws CliError unless it goes to a folder or a prefix */
async function copyMatches(
  matches: readonly Found[],
  destination: CopyPlace,
  plan: CopyPlan,
  then: (copy: PlannedCopy, copied: Copied) => Promise<void>,
): Promise<ExitCode> {
  if (destination.kind === 'stream' || !(await isFolder(destination))) {
    throw wrongUse(
      `A pattern needs a folder or a prefix as destination; ${showPlace(destination)} is not one.`,
      'End it in  /',
    );
  }
  const planned = matches.map((found) => plannedCopy(found, destination));
  return plan.call.flags.has('dry-run') ? preview(planned, plan) : await copyPlanned(planned, plan, then);
}

async function copyFolders(
  sources: readonly string[],
  destination: CopyPlace,
  plan: CopyPlan,
  then: (copy: PlannedCopy, copied: Copied) => Promise<void>,
): Promise<number> {
  const planned: PlannedCopy[] = [];
  for (const argument of sources) {
    planned.push(...(await planFolder(parseCopyPlace(argument, 'source'), destination, plan)));
  }
  return plan.call.flags.has('dry-run') ? preview(planned, plan) : await copyPlanned(planned, plan, then);
}

/** What `--dry-run` prints. */
function preview(planned: readonly PlannedCopy[], { call: { output } }: CopyPlan): ExitCode {
  for (const { source, target, sizeBytes } of planned) {
    if (output.isJson) output.json({ source: showPlace(source), target: showPlace(target), size: sizeBytes });
    else output.answer(`${printable(showPlace(source))} → ${printable(showPlace(target))}`);
  }
  const totalBytes = planned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  output.talk(`  ${describeCount(planned.length)} to copy (${describeBytes(totalBytes)})`);
  return exitCodes.done;
}

async function isFolder(place: CopyPlace): Promise<boolean> {
  if (place.kind === 'object') return place.key === '' || place.key.endsWith('/');
  return place.kind === 'file' && (place.path.endsWith('/') || (await isDirectory(place.path)));
}

function keyFor(source: CopyPlace, key: string): string {
  if (key !== '' && !key.endsWith('/')) return key;
  if (source.kind === 'stream') throw wrongUse('A stream has no name.', 'Write the whole key:  s3://bucket/key');
  return key + lastSegment(source.kind === 'file' ? source.path.replaceAll('\\', '/') : source.key);
}

/** What was moved away since it was copied stays: the object must still be the one that was read. */
async function removeSource(source: CopyPlace, { stored }: Copied, { client }: CopyPlan): Promise<void> {
  if (source.kind === 'stream') return;
  if (source.kind === 'file') {
    await rm(source.path);
    return;
  }
  const about = `${source.bucket}/${source.key}`;
  const { sourceEtag } = stored;
  if (sourceEtag !== undefined) {
    const head = await client.ask({
      method: 'HEAD',
      bucket: source.bucket,
      key: source.key,
      headers: { 'if-match': sourceEtag },
      about,
    });
    head.body.resume();
  }
  const answer = await client.ask({ method: 'DELETE', bucket: source.bucket, key: source.key, about });
  answer.body.resume();
}

function tell(source: CopyPlace, copied: Copied, { output }: Call): void {
  const { stored, place } = copied;
  if (output.isJson) {
    if (place.kind !== 'stream') output.json(copyRecord({ source }, copied));
    return;
  }
  output.talk(
    `  ${printable(showPlace(source))} → ${printable(showPlace(place))} (${describeBytes(stored.sizeBytes)})`,
  );
}
