import assert from 'node:assert/strict';
import { type BareAnswer, xmlText } from '../bare-http.ts';
import { absentRows } from './absent-rows.ts';

/** What earlier rows learned. */
export type State = { uploadId: string; etag: string; copiedEtag: string; versionId: string };

/** One use of an operation, presigned by boto3 and carried out by somebody without a key. */
export type Row = {
  /** The server's operation. */
  readonly operation: string;
  /** The method of boto3's client, `generate_presigned_post`, or `preflight` of another call. */
  readonly call: string;
  readonly params: object | ((state: State) => object);
  readonly status?: number;
  /** Headers that the URL does not bind. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Must be in the body. */
  readonly has?: RegExp;
  readonly check?: (answer: BareAnswer, state: State) => void;
  /** boto3 leaves the sub-resource out of what SigV2 signs, so that no such URL can hold (SIG-57). */
  readonly v2?: 'not covered';
};

const Bucket = 'every';
const at = (Key: string, more: object = {}) => ({ Bucket, Key, ...more });
const set = (more: object) => ({ Bucket, ...more });
const locked = (more: object = {}) => ({ Bucket: 'locked', Key: 'held.txt', ...more });
const header = (answer: BareAnswer, name: string): string => String(answer.headers[name] ?? '');
const etagOf = (answer: BareAnswer): string => header(answer, 'etag');
const firstPart = 'x'.repeat(5 * 1024 * 1024);
const uploading = (more: object) => (state: State) => at('parts.bin', { UploadId: state.uploadId, ...more });
const tags = [{ Key: 'team', Value: 'a + b' }];
const policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/open/*` }],
};

/** The life of two buckets, in an order in which each step finds what it needs. */
export const rows: readonly Row[] = [
  { operation: 'CreateBucket', call: 'create_bucket', params: set({}) },
  {
    operation: 'CreateBucket',
    call: 'create_bucket',
    params: { Bucket: 'locked', ObjectLockEnabledForBucket: true },
  },
  { operation: 'ListBuckets', call: 'list_buckets', params: {}, has: /<Name>every<\/Name>/ },
  { operation: 'HeadBucket', call: 'head_bucket', params: set({}) },
  { operation: 'GetBucketLocation', call: 'get_bucket_location', params: set({}), has: /LocationConstraint/ },
  {
    operation: 'PutBucketVersioning',
    call: 'put_bucket_versioning',
    params: set({ VersioningConfiguration: { Status: 'Enabled' } }),
  },
  { operation: 'GetBucketVersioning', call: 'get_bucket_versioning', params: set({}), has: /Enabled/ },
  {
    operation: 'PutBucketTagging',
    call: 'put_bucket_tagging',
    params: set({ Tagging: { TagSet: tags } }),
    status: 204,
  },
  { operation: 'GetBucketTagging', call: 'get_bucket_tagging', params: set({}), has: /a \+ b/ },
  { operation: 'DeleteBucketTagging', call: 'delete_bucket_tagging', params: set({}), status: 204 },
  {
    operation: 'PutBucketCors',
    call: 'put_bucket_cors',
    params: set({
      CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET', 'PUT'], AllowedOrigins: ['https://a.example'] }] },
    }),
  },
  { operation: 'GetBucketCors', call: 'get_bucket_cors', params: set({}), has: /https:\/\/a\.example/ },
  {
    operation: 'PreflightBucket',
    call: 'preflight list_objects_v2',
    params: set({}),
    headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' },
    check: (answer) => assert.equal(answer.headers['access-control-allow-origin'], 'https://a.example'),
  },
  {
    operation: 'PreflightObject',
    call: 'preflight put_object',
    params: at('from a page.txt'),
    headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'PUT' },
    check: (answer) => assert.match(header(answer, 'access-control-allow-methods'), /PUT/),
  },
  { operation: 'DeleteBucketCors', call: 'delete_bucket_cors', params: set({}), status: 204 },
  { operation: 'PutBucketAcl', call: 'put_bucket_acl', params: set({ ACL: 'private' }) },
  { operation: 'GetBucketAcl', call: 'get_bucket_acl', params: set({}), has: /FULL_CONTROL/ },
  {
    operation: 'PutBucketPolicy',
    call: 'put_bucket_policy',
    params: set({ Policy: JSON.stringify(policy) }),
    status: 204,
  },
  { operation: 'GetBucketPolicy', call: 'get_bucket_policy', params: set({}), has: /open\/\*/ },
  {
    operation: 'GetBucketPolicyStatus',
    call: 'get_bucket_policy_status',
    params: set({}),
    has: /<IsPublic>true/i,
    v2: 'not covered',
  },
  { operation: 'DeleteBucketPolicy', call: 'delete_bucket_policy', params: set({}), status: 204 },
  {
    operation: 'PutPublicAccessBlock',
    call: 'put_public_access_block',
    params: set({ PublicAccessBlockConfiguration: { BlockPublicPolicy: true } }),
    v2: 'not covered',
  },
  {
    operation: 'GetPublicAccessBlock',
    call: 'get_public_access_block',
    params: set({}),
    has: /<BlockPublicPolicy>true/,
    v2: 'not covered',
  },
  {
    operation: 'DeletePublicAccessBlock',
    call: 'delete_public_access_block',
    params: set({}),
    status: 204,
    v2: 'not covered',
  },
  {
    operation: 'PutBucketOwnershipControls',
    call: 'put_bucket_ownership_controls',
    params: set({ OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] } }),
    v2: 'not covered',
  },
  {
    operation: 'GetBucketOwnershipControls',
    call: 'get_bucket_ownership_controls',
    params: set({}),
    has: /ObjectWriter/,
    v2: 'not covered',
  },
  {
    operation: 'DeleteBucketOwnershipControls',
    call: 'delete_bucket_ownership_controls',
    params: set({}),
    status: 204,
    v2: 'not covered',
  },
  {
    operation: 'PutBucketLifecycleConfiguration',
    call: 'put_bucket_lifecycle_configuration',
    params: set({
      LifecycleConfiguration: {
        Rules: [{ ID: 'old', Status: 'Enabled', Filter: { Prefix: 'log/' }, Expiration: { Days: 30 } }],
      },
    }),
  },
  {
    operation: 'GetBucketLifecycleConfiguration',
    call: 'get_bucket_lifecycle_configuration',
    params: set({}),
    has: /<Days>30/,
  },
  { operation: 'DeleteBucketLifecycle', call: 'delete_bucket_lifecycle', params: set({}), status: 204 },
  ...absentRows,
  {
    operation: 'PutBucketEncryption',
    call: 'put_bucket_encryption',
    params: set({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    }),
    v2: 'not covered',
  },
  {
    operation: 'GetBucketEncryption',
    call: 'get_bucket_encryption',
    params: set({}),
    has: /AES256/,
    v2: 'not covered',
  },
  {
    operation: 'DeleteBucketEncryption',
    call: 'delete_bucket_encryption',
    params: set({}),
    status: 204,
    v2: 'not covered',
  },
  {
    operation: 'PutBucketNotificationConfiguration',
    call: 'put_bucket_notification_configuration',
    params: set({ NotificationConfiguration: {} }),
  },
  {
    operation: 'GetBucketNotificationConfiguration',
    call: 'get_bucket_notification_configuration',
    params: set({}),
    has: /NotificationConfiguration/,
  },
  {
    operation: 'PutObject',
    call: 'put_object',
    params: at('a b+é.txt', { Body: 'one', ContentType: 'text/x-one', Metadata: { color: 'blue' } }),
    check: (answer, state) => {
      state.etag = etagOf(answer);
      state.versionId = header(answer, 'x-amz-version-id');
    },
  },
  {
    operation: 'HeadObject',
    call: 'head_object',
    params: at('a b+é.txt'),
    check: (answer) => {
      assert.equal(answer.headers['x-amz-meta-color'], 'blue');
      assert.equal(answer.headers['content-type'], 'text/x-one');
    },
  },
  { operation: 'GetObject', call: 'get_object', params: at('a b+é.txt'), has: /^one$/ },
  {
    operation: 'GetObject',
    call: 'get_object',
    params: at('a b+é.txt', { ResponseContentDisposition: 'attachment; filename="ü.txt"', Range: 'bytes=1-' }),
    status: 206,
    has: /^ne$/,
    check: (answer) => assert.match(header(answer, 'content-disposition'), /^attachment; filename="/),
  },
  {
    operation: 'GetObject',
    call: 'get_object',
    params: (state: State) => at('a b+é.txt', { VersionId: state.versionId }),
    has: /^one$/,
  },
  {
    operation: 'GetObjectAttributes',
    call: 'get_object_attributes',
    params: at('a b+é.txt', { ObjectAttributes: ['ETag', 'ObjectSize'] }),
    has: /<ObjectSize>3</,
    v2: 'not covered',
  },
  { operation: 'PutObjectAcl', call: 'put_object_acl', params: at('a b+é.txt', { ACL: 'private' }) },
  { operation: 'GetObjectAcl', call: 'get_object_acl', params: at('a b+é.txt'), has: /FULL_CONTROL/ },
  { operation: 'PutObjectTagging', call: 'put_object_tagging', params: at('a b+é.txt', { Tagging: { TagSet: tags } }) },
  { operation: 'GetObjectTagging', call: 'get_object_tagging', params: at('a b+é.txt'), has: /a \+ b/ },
  { operation: 'DeleteObjectTagging', call: 'delete_object_tagging', params: at('a b+é.txt'), status: 204 },
  {
    operation: 'CopyObject',
    call: 'copy_object',
    params: at('copied/two.txt', { CopySource: { Bucket, Key: 'a b+é.txt' } }),
    has: /CopyObjectResult/,
  },
  { operation: 'GetObject', call: 'get_object', params: at('copied/two.txt'), has: /^one$/ },
  { operation: 'ListObjects', call: 'list_objects', params: set({ Delimiter: '/' }), has: /<Prefix>copied\/</ },
  { operation: 'ListObjectsV2', call: 'list_objects_v2', params: set({ Prefix: 'copied/' }), has: /<KeyCount>1</ },
  {
    operation: 'ListObjectVersions',
    call: 'list_object_versions',
    params: set({ Prefix: 'copied/' }),
    has: /<IsLatest>true</,
  },
  {
    operation: 'CreateMultipartUpload',
    call: 'create_multipart_upload',
    params: at('parts.bin', { ContentType: 'text/x-parts' }),
    check: (answer, state) => {
      state.uploadId = xmlText(answer.body, 'UploadId') ?? '';
    },
  },
  {
    operation: 'UploadPart',
    call: 'upload_part',
    params: uploading({ PartNumber: 1, Body: firstPart }),
    check: (answer, state) => {
      state.etag = etagOf(answer);
    },
  },
  {
    operation: 'UploadPartCopy',
    call: 'upload_part_copy',
    params: uploading({ PartNumber: 2, CopySource: { Bucket, Key: 'a b+é.txt' }, CopySourceRange: 'bytes=0-1' }),
    check: (answer, state) => {
      state.copiedEtag = (xmlText(answer.body, 'ETag') ?? '').replaceAll('&quot;', '"');
    },
  },
  { operation: 'ListParts', call: 'list_parts', params: uploading({ MaxParts: 1 }), has: /<IsTruncated>true</ },
  { operation: 'ListMultipartUploads', call: 'list_multipart_uploads', params: set({}), has: /<Key>parts\.bin</ },
  {
    operation: 'CompleteMultipartUpload',
    call: 'complete_multipart_upload',
    params: (state: State) =>
      uploading({
        MultipartUpload: {
          Parts: [
            { PartNumber: 1, ETag: state.etag },
            { PartNumber: 2, ETag: state.copiedEtag },
          ],
        },
      })(state),
    has: /-2/,
  },
  {
    operation: 'HeadObject',
    call: 'head_object',
    params: at('parts.bin', { PartNumber: 2 }),
    status: 206,
    check: (answer) => assert.equal(answer.headers['content-length'], '2'),
  },
  {
    operation: 'CreateMultipartUpload',
    call: 'create_multipart_upload',
    params: at('parts.bin'),
    check: (answer, state) => {
      state.uploadId = xmlText(answer.body, 'UploadId') ?? '';
    },
  },
  { operation: 'AbortMultipartUpload', call: 'abort_multipart_upload', params: uploading({}), status: 204 },
  {
    operation: 'PostObject',
    call: 'generate_presigned_post',
    params: at('posted ü.txt'),
    status: 204,
  },
  { operation: 'GetObject', call: 'get_object', params: at('posted ü.txt'), has: /^from a form$/ },
  {
    operation: 'PutObjectLockConfiguration',
    call: 'put_object_lock_configuration',
    params: {
      Bucket: 'locked',
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
      },
    },
  },
  {
    operation: 'GetObjectLockConfiguration',
    call: 'get_object_lock_configuration',
    params: { Bucket: 'locked' },
    has: /GOVERNANCE/,
  },
  {
    operation: 'PutObject',
    call: 'put_object',
    params: locked({ Body: 'held' }),
    check: (answer, state) => {
      state.versionId = header(answer, 'x-amz-version-id');
    },
  },
  {
    operation: 'PutObjectRetention',
    call: 'put_object_retention',
    params: locked({ Retention: { Mode: 'GOVERNANCE', RetainUntilDate: '2099-01-01T00:00:00Z' } }),
    v2: 'not covered',
  },
  {
    operation: 'GetObjectRetention',
    call: 'get_object_retention',
    params: locked(),
    has: /2099-01-01/,
    v2: 'not covered',
  },
  {
    operation: 'PutObjectLegalHold',
    call: 'put_object_legal_hold',
    params: locked({ LegalHold: { Status: 'ON' } }),
    v2: 'not covered',
  },
  {
    operation: 'GetObjectLegalHold',
    call: 'get_object_legal_hold',
    params: locked(),
    has: /<Status>ON</,
    v2: 'not covered',
  },
  {
    operation: 'DeleteObject',
    call: 'delete_object',
    params: (state: State) => locked({ VersionId: state.versionId }),
    status: 403,
    has: /AccessDenied/,
  },
  {
    operation: 'DeleteObject',
    call: 'delete_object',
    params: at('copied/two.txt'),
    status: 204,
    check: (answer) => assert.equal(answer.headers['x-amz-delete-marker'], 'true'),
  },
  {
    operation: 'DeleteObjects',
    call: 'delete_objects',
    params: set({ Delete: { Objects: [{ Key: 'parts.bin' }, { Key: 'a b+é.txt' }] } }),
    has: /<Deleted>/,
  },
  { operation: 'DeleteBucket', call: 'delete_bucket', params: set({}), status: 409, has: /BucketNotEmpty/ },
  { operation: 'CreateBucket', call: 'create_bucket', params: { Bucket: 'short-lived' } },
  { operation: 'DeleteBucket', call: 'delete_bucket', params: { Bucket: 'short-lived' }, status: 204 },
  { operation: 'HeadBucket', call: 'head_bucket', params: { Bucket: 'short-lived' }, status: 404 },
];
