import { createHash } from 'node:crypto';
import { childrenOf, Delete, textOf, writeDocument } from '@tidegate/protocol';
import { CliError, exitCodes } from '../core/errors.ts';
import type { S3Client } from '../s3/s3-client.ts';

/** One object to delete; with a version, that version for good. */
export type Doomed = { readonly key: string; readonly versionId?: string };

/** As many as S3 takes in one request. */
export const deletedAtOnce = 1000;

/** Deletes up to 1,000 objects in one request. @throws CliError naming the first that stayed, and how many did */
export async function deleteMany(client: S3Client, bucket: string, doomed: readonly Doomed[]): Promise<void> {
  if (doomed.length === 0) return;
  const body = Buffer.from(
    writeDocument('Delete', Delete, { objects: doomed.map((one) => ({ ...one })), quiet: true }),
  );
  const root = await client.askDocument({
    method: 'POST',
    bucket,
    query: [['delete', '']],
    headers: { 'content-md5': createHash('md5').update(body).digest('base64') },
    body,
    about: bucket,
  });
  const refused = childrenOf(root, 'Error');
  const [first] = refused;
  if (first === undefined) return;
  const name = `${bucket}/${textOf(first, 'Key') ?? ''}`;
  const others = refused.length === 1 ? '' : `, and ${refused.length - 1} more`;
  throw new CliError({
    exit: exitCodes.refused,
    what: `${name}${others} cannot be deleted: ${textOf(first, 'Message') ?? textOf(first, 'Code') ?? 'no reason given'}`,
    code: textOf(first, 'Code'),
  });
}

/** Items in groups, so that each group is one request. */
export async function* inGroups<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<readonly Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
