import { confirm } from '../ask.ts';
import type { Call } from '../command.ts';
import { deletedAtOnce, deleteMany } from '../delete-many.ts';
import { CliError, exitCodes, wrongUse } from '../errors.ts';
import { describeCount } from '../format.ts';
import { listAll } from '../listing.ts';
import { nameFilter } from '../name-filter.ts';
import { nearestKeyHint } from '../nearest-key.ts';
import { clientFor } from '../s3-call.ts';
import type { S3Client } from '../s3-client.ts';
import { forEachTarget } from '../several.ts';
import { printable } from '../style.ts';
import { objectTarget, parseTarget } from '../target.ts';

/** `rm`: deletes objects. It asks first, or wants `--yes`: without versions they cannot be brought back. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  if (flags.has('recursive')) return await removeFolders(call);
  for (const flag of ['include', 'exclude']) {
    if (flags.has(flag)) throw wrongUse(`--${flag} is for whole folders.`, 'Add  -r');
  }
  const targets = args.map(objectTarget);
  const names = targets.map((target) => `${target.bucket}/${target.key}`);
  if (flags.has('dry-run')) {
    for (const name of names) output.answer(printable(name));
    return exitCodes.done;
  }
  const what = names.length === 1 ? (names[0] ?? '') : `${names.length} objects`;
  await confirm(call, `Delete ${what}? It cannot be brought back.`);
  const client = clientFor(call);
  const byName = new Map(targets.map((target) => [`${target.bucket}/${target.key}`, target]));
  return forEachTarget(call, names, async (about) => {
    const target = byName.get(about);
    if (target === undefined) return;
    await removeOne(client, target, about);
    if (output.isJson) output.json({ deleted: about });
    else output.talk(`  Deleted ${printable(about)}.`);
  });
}

async function removeOne(
  client: S3Client,
  target: { readonly bucket: string; readonly key: string },
  about: string,
): Promise<void> {
  try {
    // S3 answers 204 for a key that never was; a person who mistyped wants to know.
    const head = await client.send({ method: 'HEAD', ...target, about });
    head.body.resume();
    if (head.status === 404) {
      throw new CliError({
        exit: exitCodes.notFound,
        what: `${about} does not exist.`,
        status: 404,
        code: 'NoSuchKey',
      });
    }
    const answer = await client.ask({ method: 'DELETE', ...target, about });
    answer.body.resume();
  } catch (error) {
    throw await nearestKeyHint(error, target, client);
  }
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
      throw wrongUse(`"${argument}" is neither a bucket nor a prefix.`, 'Write  bucket/prefix/');
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
    throw new CliError({ exit: exitCodes.notFound, what: `Nothing is below ${args.join(', ')}.` });
  }
  await confirm(call, `Delete ${describeCount(count)} object${count === 1 ? '' : 's'}? They cannot be brought back.`);
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
