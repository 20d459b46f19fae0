import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError, type ExitCode, exitCodes, failureOf, Interrupted, wrongUse } from '../core/errors.ts';
import { reportOf } from '../core/report.ts';
import { describeBytes, describeCount } from '../terminal/format.ts';
import { Progress } from '../terminal/progress.ts';
import { type Copied, type CopyPlan, copyOne } from './copy-one.ts';
import { type CopyPlace, showPlace } from './copy-place.ts';
import { isDirectory } from './download.ts';
import { nameFilter } from './name-filter.ts';
import { holdSame } from './same-content.ts';
import { type Found, folderPrefix, isFolderMark, walk } from './walk.ts';

/** One copy of a folder's: from where, to where, and what decides whether it was made before. */
export type PlannedCopy = {
  readonly source: CopyPlace;
  readonly target: CopyPlace;
  readonly sizeBytes: number;
  /** When the source was changed last. */
  readonly changedMs: number;
};

/** Above this size a copy has parts of its own, several at a time: it goes alone. */
const largeBytes = 64 * 1024 * 1024;

/** All copies below a folder or prefix, before the first is made. @throws CliError */
export async function planFolder(
  source: CopyPlace,
  destination: CopyPlace,
  plan: CopyPlan,
): Promise<readonly PlannedCopy[]> {
  const isMeant = nameFilter(plan.call.flags);
  const planned: PlannedCopy[] = [];
  if (destination.kind === 'stream' || source.kind === 'stream') throw wrongUse('-r copies folders; - is a stream.');
  if (destination.kind === 'file' && source.kind === 'file') {
    throw wrongUse('Source and destination are both local.', 'Write  s3://bucket/prefix/  for the one in the store.');
  }
  for await (const found of walk(source, plan.client, plan.call.output)) {
    if (!isMeant(found.name) || (destination.kind === 'file' && isFolderMark(found.name))) continue;
    planned.push(plannedCopy(found, destination));
  }
  return planned;
}

/** The copy of what a walk found, to the same name below a folder or prefix. @throws CliError for a name that would leave the folder */
export function plannedCopy({ name, place, sizeBytes, changedMs }: Found, destination: Folder): PlannedCopy {
  return { source: place, target: below(destination, name), sizeBytes, changedMs };
}

/** The folder or prefix that a copy goes to. */
export type Folder = Exclude<CopyPlace, { readonly kind: 'stream' }>;

function below(destination: Folder, name: string): Folder {
  if (destination.kind === 'object') return { ...destination, key: folderPrefix(destination.key) + name };
  return { kind: 'file', path: join(destination.path, safeName(name)) };
}

/** A key may hold anything; a file below a folder must stay below it (SEC-304 on this side). @throws CliError */
function safeName(name: string): string {
  const isUnsafe = name
    .split('/')
    .some((segment) => segment === '' || segment === '.' || segment === '..' || /[\0\\]/.test(segment));
  if (!isUnsafe) return name;
  throw new CliError({
    exit: exitCodes.wrongUse,
    what: `The key "${name}" cannot be a file name.`,
    fix: `Skip it:  --exclude '${name}'`,
  });
}

/**
 * Makes the copies: small ones several at a time, large ones one by one with their parts in parallel. One failure does not stop the others.
 * @param then what follows each copy: `mv` deletes the source
 * @returns the highest exit code that happened
 */
export async function copyPlanned(
  planned: readonly PlannedCopy[],
  plan: CopyPlan,
  then: (copy: PlannedCopy, copied: Copied) => Promise<void>,
): Promise<ExitCode> {
  const { call, parallel } = plan;
  const { output, world } = call;
  const totalBytes = planned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const progress = new Progress(world, output, `${describeCount(planned.length)} files`, totalBytes);
  const whole = { ...plan, progress };
  const counts: { copied: number; skipped: number; bytes: number; highest: ExitCode } = {
    ...{ copied: 0, skipped: 0, bytes: 0, highest: exitCodes.done },
  };
  const one = async (copy: PlannedCopy): Promise<void> => {
    try {
      if (plan.isResumed && (await holdSame(copy.source, copy.target, plan.client))) {
        counts.skipped += 1;
        progress.moved(copy.sizeBytes);
        return;
      }
      if (copy.target.kind === 'file') await makeRoom(copy.target.path, copy.source);
      const copied = await copyOne(copy.source, copy.target, whole);
      await then(copy, copied);
      counts.copied += 1;
      counts.bytes += copied.stored.sizeBytes;
      // A copy inside the store moves nothing through here.
      if (copy.source.kind === 'object' && copy.target.kind === 'object') progress.moved(copy.sizeBytes);
      if (output.isJson) output.json(copyRecord(copy, copied));
    } catch (error) {
      if (error instanceof Interrupted || world.interrupt.aborted) throw new Interrupted();
      progress.end();
      const failure = failureOf(error);
      const style = { json: output.isJson, verbose: output.isVerbose, paint: output.talkPaint };
      world.stderr.write(await reportOf(failure, style));
      if (failure.exit > counts.highest) counts.highest = failure.exit;
    }
  };
  try {
    const small = planned.filter(({ sizeBytes }) => sizeBytes <= largeBytes);
    const queue = small.values();
    const workers = Array.from({ length: Math.min(parallel, small.length) }, async () => {
      for (const copy of queue) await one(copy);
    });
    await Promise.all(workers);
    for (const copy of planned) if (copy.sizeBytes > largeBytes) await one(copy);
  } finally {
    progress.end();
  }
  const skipped = counts.skipped === 0 ? '' : `, ${describeCount(counts.skipped)} already there`;
  output.talk(
    `  ${describeCount(counts.copied)} of ${describeCount(planned.length)} copied (${describeBytes(counts.bytes)})${skipped}`,
  );
  return counts.highest;
}

/** Makes the folder of a file. A folder that has the file's own name is not entered: the copy would go somewhere else. @throws CliError */
async function makeRoom(path: string, source: CopyPlace): Promise<void> {
  if (await isDirectory(path)) {
    throw new CliError({
      exit: exitCodes.refused,
      what: `${showPlace(source)} cannot be stored as ${path}: that is a folder.`,
    });
  }
  await mkdir(dirname(path), { recursive: true });
}

/** What `--json` says of one copy. */
export function copyRecord({ source }: Pick<PlannedCopy, 'source'>, { stored, place }: Copied): object {
  return {
    source: showPlace(source),
    target: showPlace(place),
    size: stored.sizeBytes,
    etag: stored.etag ?? null,
    checksum: stored.crc64 === undefined ? null : { algorithm: 'CRC64NVME', value: stored.crc64 },
  };
}
