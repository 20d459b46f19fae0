import { S3Error } from '@tidegate/protocol';
import type { Access } from '../../s3/operation.ts';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import type { ShareTarget } from '../../stores/links/share-store.ts';
import type { AdminTools } from '../endpoint.ts';
import { AdminProblem } from '../json/problem.ts';

/** What a key may do with objects. */
export type ObjectRights = {
  judge(access: Access): S3Error | undefined | Promise<S3Error | undefined>;
};

/**
 * Checks that what is to be shared exists (SHR-32). Only what the key may read is looked up, so the outcome reveals nothing about other
 * objects; a share of those is made, and refused at each use (SHR-4).
 * @throws AdminProblem 404 NoSuchKey
 */
export async function requireTarget(target: ShareTarget, actor: KeyRecord, tools: AdminTools): Promise<void> {
  const rights = tools.rightsOf(actor);
  const { bucket } = target;
  if (target.kind === 'prefix') {
    const { prefix } = target;
    if ((await rights.judge({ action: 's3:ListBucket', bucket, key: prefix })) !== undefined) return;
    const { entries } = await tools.objects.listObjects({ bucket, prefix, delimiter: undefined, after: '', limit: 1 });
    if (entries.length === 0) throw missing('prefix', `${bucket}/${prefix} has no objects.`);
    return;
  }
  const { versionId, keys } = target;
  for (const key of keys) {
    const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
    if ((await rights.judge({ action, bucket, key, versionId })) !== undefined) continue;
    if (await exists(tools, { bucket, key, versionId })) continue;
    const version = versionId === undefined ? '' : ` in version ${versionId}`;
    throw missing(keys.length === 1 ? 'key' : 'keys', `${bucket}/${key} does not exist${version}.`);
  }
}

type Named = { readonly bucket: string; readonly key: string; readonly versionId: string | undefined };

async function exists({ objects }: AdminTools, named: Named): Promise<boolean> {
  try {
    await objects.readObject(named);
    return true;
  } catch (error) {
    if (error instanceof S3Error) return false;
    throw error;
  }
}

function missing(field: string, detail: string): AdminProblem {
  return new AdminProblem({
    status: 404,
    code: 'NoSuchKey',
    title: 'Nothing to share',
    detail,
    hint: 'Check the name. To share what will be uploaded later, send "allowMissing": true.',
    errors: [{ field, detail }],
  });
}
