import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { forEachTarget } from '../../core/several.ts';
import { objectTarget, parseTarget } from '../../core/target.ts';
import { listAll } from '../../s3/listing.ts';
import { nearestKeyHint } from '../../s3/nearest-key.ts';
import { clientFor } from '../../s3/s3-call.ts';
import type { S3Client } from '../../s3/s3-client.ts';
import { confirm } from '../../terminal/ask.ts';
import { describeCount } from '../../terminal/format.ts';
import { printable } from '../../terminal/style.ts';
import { deletedAtOnce, deleteMany } from '../../transfer/delete-many.ts';
import { nameFilter } from '../../transfer/name-filter.ts';
import { objectsOf } from '../../transfer/object-pattern.ts';

/** `rm`: deletes objects, by name or pattern. It asks first, or needs `--yes`: without versions they cannot be restored. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  if (flags.has('recursive')) return await removeFolders(call);
  for (const flag of ['include', 'exclude']) {
    if (flags.has(flag)) throw wrongUse(`--${flag} is for whole folders.`, 'Add  -r');
  }
  const client = clientFor(call);
  const targets = new Map<string, ObjectName>();
  // Looked up before anything is asked: there is nothing to confirm for an object that does not exist.
  const looked = await forEachTarget(call, args, async (argument) => {
    for (const target of await existing(objectTarget(argument), client, call)) targets.set(nameOf(target), target);
  });
  const names = [...targets.keys()];
  if (flags.has('dry-run')) {
    for (const name of names) output.answer(printable(name));
    return looked;
  }
  if (names.length === 0) return looked;
  const what = names.length === 1 ? (names[0] ?? '') : `${names.length} objects`;
  await confirm(call, `Delete ${what}? This cannot be undone.`);
  const removed = await forEachTarget(call, names, async (about) => {
    const target = targets.get(about);
    if (target === undefined) return;
    const answer = await client.ask({ method: 'DELETE', ...target, about });
    answer.body.resume();
    if (output.isJson) output.json({ deleted: about });
    else output.talk(`  Deleted ${printable(about)}.`);
  });
  return Math.max(looked, removed);
}

type ObjectName = { readonly bucket: string; readonly key: string };

function nameOf({ bucket, key }: ObjectName): string {
  return `${bucket}/${key}`;
}

/** The object, or those that a pattern matches. S3 answers 204 for a key that does not exist; a person who mistyped wants to know. */
async function existing(target: ObjectName, client: S3Client, { output }: Call): Promise<readonly ObjectName[]> {
  const matches = await objectsOf(target, client, output);
  if (matches !== undefined) return matches.flatMap(({ place }) => (place.kind === 'object' ? [place] : []));
  const about = nameOf(target);
  const head = await client.send({ method: 'HEAD', ...target, about });
  head.body.resume();
  if (head.status !== 404) return [target];
  const missing = new CliError({
    exit: exitCodes.notFound,
    what: `${about} does not exist.`,
    status: 404,
    code: 'NoSuchKey',
  });
  throw await nearestKeyHint(missing, target, client);
}

/** Whole folders: counted first, so that the question has a number. */
async function removeFolders(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const client = clientFor(call);
  const isMeant = nameFilter(flags);
  const found = new Map<string, string[]>();
  for (const argument of args) {
    const target = parseTarget(argument);
    if (target.kind !== 'bucket' && target.kind !== 'object') {
      throw wrongUse(`"${argument}" is not a bucket or a prefix.`, 'Write  bucket/prefix/');
    }
    const { bucket } = target;
    const key = target.kind === 'object' ? target.key : '';
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    const keys = found.get(bucket) ?? [];
    found.set(bucket, keys);
    for await (const object of listAll(client, { bucket, prefix })) {
      if (isMeant(object.key.slice(prefix.length))) keys.push(object.key);
    }
  }
  const count = [...found.values()].reduce((sum, keys) => sum + keys.length, 0);
  if (flags.has('dry-run')) {
    for (const [bucket, keys] of found) for (const key of keys) output.answer(printable(`${bucket}/${key}`));
    output.talk(`  ${describeCount(count)} to delete`);
    return exitCodes.done;
  }
  if (count === 0) {
    const isPattern = args.some((argument) => /[*?]/.test(argument));
    throw new CliError({
      exit: exitCodes.notFound,
      what: `No objects in ${args.join(', ')}.`,
      ...(isPattern && { fix: 'With -r, name prefixes. For a pattern leave out -r; ** also matches /.' }),
    });
  }
  await confirm(call, `Delete ${describeCount(count)} object${count === 1 ? '' : 's'}? This cannot be undone.`);
  for (const [bucket, keys] of found) {
    for (let at = 0; at < keys.length; at += deletedAtOnce) {
      await deleteMany(
        client,
        bucket,
        keys.slice(at, at + deletedAtOnce).map((key) => ({ key })),
      );
    }
  }
  if (output.isJson) output.json({ deleted: count });
  else output.talk(`  Deleted ${describeCount(count)} object${count === 1 ? '' : 's'}.`);
  return exitCodes.done;
}
