import { Readable } from 'node:stream';
import { type ChecksumAlgorithm, checksumAlgorithmNames } from '@tidegate/protocol';
import { failedSourceCondition } from '../objects/conditions.ts';
import type { BodyExpectation, CopyWrite, StoredChecksums, VersionRecord } from '../objects/object-store.ts';
import { type Copy, encryptionInBucket, putObject } from '../sqlite/objects/objects.ts';
import { etagUnder, fullObject, wrappingOf } from './folder/wrapping.ts';
import { openObject, type ReadParts } from './read-object.ts';
import { type BodyParts, withBody } from './take-body.ts';

/**
 * ENC-14: a copy whose bytes are encrypted otherwise than those of its source, or get a checksum of their own. The version that was
 * opened is what is copied, also when it is replaced meanwhile; the copy is one body, whatever the source was made of.
 */
export async function copyBytes(parts: ReadParts & BodyParts, copy: Copy): Promise<VersionRecord> {
  const { metadata } = parts;
  const { source, target, write, conditions } = copy;
  const opened = await openObject(parts, source);
  try {
    const { record } = opened;
    const failed = failedSourceCondition(record, conditions.source);
    if (failed !== undefined) throw failed;
    const encryption = encryptionInBucket(metadata, target.bucket, write.encryption);
    const { sizeBytes } = record;
    const expect: BodyExpectation = { sizeBytes, checksums: {}, compute: algorithmsOf(record.checksums, write) };
    const body = sizeBytes === 0 ? Readable.from([]) : opened.stream({ start: 0, end: sizeBytes - 1 });
    const wrapping = wrappingOf(parts, encryption, write.encryption);
    return await withBody(parts, { body, expect, wrapping }, (taken, stored) =>
      putObject(metadata, {
        target,
        body: stored,
        condition: conditions.target,
        facts: {
          ...record,
          ...write.replace,
          etag: etagUnder(taken.md5, write.encryption),
          checksums: fullObject(taken.checksums),
          partSizes: [],
          owner: write.owner,
          acl: write.acl,
          tags: write.tags ?? record.tags,
          lock: write.lock,
          encryption,
        },
      }),
    );
  } finally {
    await opened.close();
  }
}

/** The checksum that was asked for, else those that the source has. */
function algorithmsOf(checksums: StoredChecksums | undefined, { checksum }: CopyWrite): readonly ChecksumAlgorithm[] {
  if (checksum !== undefined) return [checksum];
  return checksumAlgorithmNames.filter((algorithm) => checksums?.values[algorithm] !== undefined);
}
