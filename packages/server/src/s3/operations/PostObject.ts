import { maxObjectTags, PostResponse, parseKey, quoteEtag, readDocument, Tagging } from '@tidegate/protocol';
import type { Tag } from '../../stores/objects/object-lock.ts';
import { declaredBody, expectationOf } from '../input/body-expectation.ts';
import { encryptionInput, readEncryption } from '../input/encryption.ts';
import { checkRetention, lockAccess, lockHeaders } from '../input/lock.ts';
import { aclAccess, objectAcl, objectHead, storageClass } from '../input/object-head.ts';
import { optionalText } from '../input/parameters.ts';
import { tagsAccess, tagsOfDocument } from '../input/tags.ts';
import { boundBody } from '../objects/bound-body.ts';
import { checksumHeaderNames, checksumHeaders } from '../objects/checksum-members.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { objectUrl } from '../objects/object-url.ts';
import { ownerOf } from '../objects/owner.ts';
import { writtenVersion } from '../objects/version-header.ts';
import { gated, header, operation, type Parser, xml } from '../operation.ts';
import { created } from '../operation-events.ts';

/** Stores the file of an HTML form; its fields act as headers (SIG-80 to SIG-88). Source: AWS API reference, POST Object. */
export const PostObject = operation({
  name: 'PostObject',
  method: 'POST',
  resource: 'bucket',
  action: 's3:PutObject',
  keyFrom: ({ key }) => key,
  alsoNeeds: ({ acl, tags, lock }, target) => [
    ...aclAccess(acl, target),
    ...tagsAccess(tags, target),
    ...lockAccess(lock, target),
  ],
  input: {
    ...encryptionInput,
    key: header('key', (text): string => parseKey(text ?? '')),
    head: objectHead,
    acl: objectAcl,
    storageClass,
    declared: declaredBody,
    tags: gated(header('tagging', readTagging), (tags) => ({ tags })),
    lock: lockHeaders,
    status: header('success_action_status', (text) => (text === '200' || text === '201' ? Number(text) : 204)),
    redirect: header('success_action_redirect', optionalText),
    oldRedirect: header('redirect', optionalText),
  },
  body: 'stream',
  output: {
    document: xml('PostResponse', PostResponse, 'none'),
    status: 204,
    headers: {
      etag: 'etag',
      versionId: 'x-amz-version-id',
      location: 'location',
      ...checksumHeaderNames,
      ...encryptionHeaderNames,
    },
  },
  refuses: [
    'NoSuchBucket',
    'UserKeyMustBeSpecified',
    'KeyTooLongError',
    'EntityTooLarge',
    'EntityTooSmall',
    'BadDigest',
    'MetadataTooLarge',
    'MalformedXML',
    'InvalidTag',
    'InvalidArgument',
    'InvalidRequest',
    'InvalidEncryptionAlgorithmError',
    'NotImplemented',
  ],

  async handle({ target, input, caller, body, bucketUrl }, { store, clock, limits }) {
    const { acl, head, tags, lock, declared } = input;
    checkRetention(lock.retention, clock.nowMs());
    const encryption = readEncryption(input.encryption);
    const stream = boundBody(body, limits.maxSinglePutBytes);
    const expect = expectationOf(declared, body);
    const write = { ...head, owner: ownerOf(caller), acl: acl ?? 'private', tags, lock, encryption, expect };
    const record = await store.putObject(target, stream, write, {});
    const etag = quoteEtag(record.etag);
    const location = objectUrl(bucketUrl, target.key);
    const versionId = writtenVersion(record.versionId);
    const encrypted = encryptionHeaders(
      record.encryption,
      encryption?.kind === 'customer' ? encryption.key : undefined,
    );
    const headers = { etag, versionId, location, ...checksumHeaders(record.checksums), ...encrypted };
    const events = [created('Post', record)];
    const redirect = redirectUrl(input.redirect ?? input.oldRedirect, { ...target, etag });
    if (redirect !== undefined) return { events, status: 303, headers: { ...headers, location: redirect } };
    if (input.status !== 201) return { events, status: input.status, headers };
    return { events, status: 201, headers, document: { location, bucket: target.bucket, key: target.key, etag } };
  },
});

/** The field `tagging`: the same document that PutObjectTagging takes. @throws S3Error MalformedXML, InvalidTag */
function readTagging(...[text]: Parameters<Parser<unknown>>): readonly Tag[] | undefined {
  if (text === undefined || text === '') return undefined;
  const bytes = Buffer.from(text, 'utf8');
  return tagsOfDocument(readDocument('Tagging', Tagging, bytes, { maxBytes: bytes.byteLength }), maxObjectTags);
}

/** Where the browser goes next; a text that is no web address counts as not sent, as on Amazon S3. */
function redirectUrl(
  wanted: string | undefined,
  done: { readonly bucket: string; readonly key: string; readonly etag: string },
): string | undefined {
  if (wanted === undefined || !URL.canParse(wanted)) return undefined;
  const url = new URL(wanted);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  for (const [name, value] of Object.entries(done)) url.searchParams.append(name, value);
  return url.href;
}
