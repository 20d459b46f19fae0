import { type Access, gated, type Parser, query, type Target } from '../operation.ts';
import { invalidArgument } from './parameters.ts';

/** A `versionId` as S3 makes them, or `null`: the version that was written while versioning was not on. */
export type VersionId = string;

/** Ids of versions have 32 characters, here as at Amazon S3. @throws S3Error InvalidArgument for what can be no version id */
export const optionalVersionId: Parser<VersionId | undefined> = (text, name) => {
  if (text === undefined) return undefined;
  if (text !== 'null' && !/^[A-Za-z0-9._-]{32}$/.test(text))
    throw invalidArgument(name, text, 'Invalid version id specified');
  return text;
};

/** `versionId` of a request. */
export const versionId = gated(query('versionId', optionalVersionId), (id) => ({ versionId: id }));

/** Naming a version needs a right of its own (AWS: the …Version actions). */
export function versionAccess(action: string, target: Target, id: VersionId | undefined): readonly Access[] {
  return id === undefined ? [] : [{ action, bucket: target.bucket, key: target.key, versionId: id }];
}
