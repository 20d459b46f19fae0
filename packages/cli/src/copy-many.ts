import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Copied, type CopyPlan, copyOne } from './copy-one.ts';
import { type CopyPlace, showPlace } from './copy-place.ts';
import { CliError, exitCodes, failureOf, Interrupted, wrongUse } from './errors.ts';
import { describeBytes, describeCount } from './format.ts';
import { listAll } from './listing.ts';
import { nameFilter } from './name-filter.ts';
import { Progress } from './progress.ts';
import { reportOf } from './report.ts';
import { holdSame } from './same-content.ts';
import { printable } from './style.ts';

/** One copy of a folder's: from where, to where, and what decides whether it was made before. */
export type PlannedCopy = {
  readonly source: CopyPlace;
  readonly target: CopyPlace;
  readonly sizeBytes: number;
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
    throw wrongUse('Neither end is in the store.', 'Write  s3://bucket/prefix/  for the one that is.');
  }
  if (source.kind === 'file') {
    for await (const { name, path, sizeBytes } of filesBelow(source.path, plan)) {
      if (!isMeant(name)) continue;
      planned.push({ source: { kind: 'file', path }, target: below(destination, name), sizeBytes });
    }
    return planned;
  }
  const prefix = folderPrefix(source.key);
  for await (const object of listAll(plan.client, { bucket: source.bucket, prefix })) {
    const name = object.key.slice(prefix.length);
    if (!isMeant(name)) continue;
    if (destination.kind === 'file' && isFolderMark(name)) continue;
    const { sizeBytes } = object;
    planned.push({
      source: { kind: 'object', bucket: source.bucket, key: object.key },
      target: below(destination, name),
      sizeBytes,
    });
  }
  return planned;
}

/** `reports` and `reports/` are the same folder. */
function folderPrefix(key: string): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`;
}

/** Some tools store an empty object for a folder; its name ends in a slash, or it has none. */
function isFolderMark(name: string): boolean {
  return name === '' || name.endsWith('/');
}

function below(destination: Exclude<CopyPlace, { readonly kind: 'stream' }>, name: string): CopyPlace {
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
    what: `The key "${name}" gives no path below a folder.`,
    fix: `Leave it out:  --exclude '${name}'`,
  });
}

type Found = {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
};

/** Every file below a folder, by name. Links to files are followed, links to folders are not: they may lead in a circle. */
async function* filesBelow(folder: string, plan: CopyPlan, before = ''): AsyncGenerator<Found> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new CliError({
      exit: code === 'ENOENT' ? exitCodes.notFound : exitCodes.wrongUse,
      what:
        code === 'ENOENT'
          ? `The folder ${folder} does not exist.`
          : code === 'ENOTDIR'
            ? `${folder} is a file, not a folder.`
            : `The folder ${folder} cannot be read (${code}).`,
      ...(code === 'ENOTDIR' && { fix: 'Leave out  -r' }),
      cause: error,
    });
  });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const name = before + entry.name;
    if (entry.isDirectory()) {
      yield* filesBelow(path, plan, `${name}/`);
      continue;
    }
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isFile()) yield { name, path, sizeBytes: facts.size };
    else plan.call.output.warn(`${printable(path)} is left out: it is no file.`);
  }
}

/**
 * Makes the copies: small ones several at a time, large ones alone with their parts in parallel. One failure does not stop the others.
 * @param then what follows each copy: `mv` takes the source away
 * @returns the highest exit code that happened
 */
export async function copyPlanned(
  planned: readonly PlannedCopy[],
  plan: CopyPlan,
  then: (copy: PlannedCopy, copied: Copied) => Promise<void>,
): Promise<number> {
  const { call, parallel } = plan;
  const { output, world } = call;
  const totalBytes = planned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const progress = new Progress(world, output, `${describeCount(planned.length)} files`, totalBytes);
  const whole = { ...plan, progress };
  const counts = { copied: 0, skipped: 0, bytes: 0, highest: 0 };
  const one = async (copy: PlannedCopy): Promise<void> => {
    try {
      if (plan.isResumed && (await holdSame(copy.source, copy.target, plan.client))) {
        counts.skipped += 1;
        progress.moved(copy.sizeBytes);
        return;
      }
      if (copy.target.kind === 'file') await mkdir(dirname(copy.target.path), { recursive: true });
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
      counts.highest = Math.max(counts.highest, failure.exit);
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
  const skipped = counts.skipped === 0 ? '' : `, ${describeCount(counts.skipped)} were there already`;
  output.talk(
    `  ${describeCount(counts.copied)} of ${describeCount(planned.length)} copied (${describeBytes(counts.bytes)})${skipped}`,
  );
  return counts.highest;
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
