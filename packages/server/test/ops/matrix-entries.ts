import type { Ask } from './fixture.ts';

/**
 * SEC-301: every operation against every kind of caller. What is expected is written down once for each operation, as the
 * rights it needs; the answers are derived from that, and an operation without an entry fails.
 */
export type Entry = {
  /** What it needs: from a key of the bucket's own account, by the key's role. */
  readonly needs: 'nothing' | 'read' | 'write' | 'owner';
  /** What it works on: a key limited to `in/` may what lies there, nothing on the whole bucket but where it says so. */
  readonly place: 'service' | 'object' | 'listing' | 'bucket' | 'bucket-open';
  /** Refused to all who do not own the bucket but for these reasons: each key is answered for itself; anybody may make one. */
  readonly foreign?: 'each-key' | 'makes-own';
  readonly line: (bucket: string, dir: string) => string;
  readonly ask?: (bucket: string, dir: string) => Ask;
  readonly success: number;
};

const complete =
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>';
const noUpload = 404;
const preflight = { headers: { origin: 'http://a.test', 'access-control-request-method': 'GET' } };
export const cors =
  '<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>http://a.test</AllowedOrigin></CORSRule></CORSConfiguration>';
const versioned = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
export const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
/** The buckets of the matrix have no object lock: whoever passes the gate is told so. */
const noLock = { put: 400, configuration: 404 };
const lockConfiguration =
  '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>';
const retention =
  '<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2099-01-01T00:00:00Z</RetainUntilDate></Retention>';
const noEncryption = 404;
const encryption =
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>';
const ownership = '<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>';
const lifecycle =
  '<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>';
/** Nothing was set on the buckets of the matrix. */
const noControls = 404;
export const policy = (bucket: string) =>
  JSON.stringify({
    Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/never/*` }],
  });

export const entries: Readonly<Record<string, Entry>> = {
  ListBuckets: { needs: 'read', place: 'service', foreign: 'makes-own', line: () => 'GET /', success: 200 },
  CreateBucket: {
    needs: 'owner',
    place: 'bucket',
    foreign: 'makes-own',
    line: (bucket, dir) => `PUT /${bucket}-${dir.replaceAll('/', '')}`,
    success: 200,
  },
  HeadBucket: { needs: 'read', place: 'bucket-open', line: (bucket) => `HEAD /${bucket}`, success: 200 },
  DeleteBucket: { needs: 'owner', place: 'bucket', line: (bucket) => `DELETE /${bucket}`, success: 409 },
  GetBucketLocation: { needs: 'read', place: 'bucket-open', line: (bucket) => `GET /${bucket}?location`, success: 200 },
  GetBucketVersioning: { needs: 'read', place: 'bucket-open', line: (b) => `GET /${b}?versioning`, success: 200 },
  PutBucketVersioning: {
    needs: 'owner',
    place: 'bucket',
    line: (bucket) => `PUT /${bucket}?versioning`,
    ask: () => ({ body: versioned }),
    success: 200,
  },
  ListObjectVersions: {
    needs: 'read',
    place: 'listing',
    line: (b, dir) => `GET /${b}?prefix=${dir}&versions`,
    success: 200,
  },
  PutBucketTagging: {
    needs: 'owner',
    place: 'bucket',
    line: (bucket) => `PUT /${bucket}?tagging`,
    ask: () => ({ body: tagging }),
    success: 204,
  },
  GetBucketTagging: { needs: 'read', place: 'bucket', line: (bucket) => `GET /${bucket}?tagging`, success: 200 },
  DeleteBucketTagging: { needs: 'owner', place: 'bucket', line: (bucket) => `DELETE /${bucket}?tagging`, success: 204 },
  PutObjectLockConfiguration: {
    needs: 'owner',
    place: 'bucket',
    line: (bucket) => `PUT /${bucket}?object-lock`,
    ask: () => ({ body: lockConfiguration }),
    success: 409,
  },
  GetObjectLockConfiguration: {
    needs: 'read',
    place: 'bucket',
    line: (bucket) => `GET /${bucket}?object-lock`,
    success: noLock.configuration,
  },
  PutObjectTagging: {
    needs: 'write',
    place: 'object',
    line: (b, dir) => `PUT /${b}/${dir}k?tagging`,
    ask: () => ({ body: tagging }),
    success: 200,
  },
  GetObjectTagging: { needs: 'read', place: 'object', line: (b, dir) => `GET /${b}/${dir}k?tagging`, success: 200 },
  DeleteObjectTagging: {
    needs: 'write',
    place: 'object',
    line: (b, dir) => `DELETE /${b}/${dir}k?tagging`,
    success: 204,
  },
  PutObjectRetention: {
    needs: 'write',
    place: 'object',
    line: (b, dir) => `PUT /${b}/${dir}k?retention`,
    ask: () => ({ body: retention }),
    success: noLock.put,
  },
  GetObjectRetention: {
    needs: 'read',
    place: 'object',
    line: (b, dir) => `GET /${b}/${dir}k?retention`,
    success: noLock.put,
  },
  PutObjectLegalHold: {
    needs: 'owner',
    place: 'object',
    line: (b, dir) => `PUT /${b}/${dir}k?legal-hold`,
    ask: () => ({ body: '<LegalHold><Status>ON</Status></LegalHold>' }),
    success: noLock.put,
  },
  GetObjectLegalHold: {
    needs: 'read',
    place: 'object',
    line: (b, dir) => `GET /${b}/${dir}k?legal-hold`,
    success: noLock.put,
  },
  GetObjectAttributes: {
    needs: 'read',
    place: 'object',
    line: (b, dir) => `GET /${b}/${dir}k?attributes`,
    ask: () => ({ headers: { 'x-amz-object-attributes': 'ETag' } }),
    success: 200,
  },
  ListObjects: { needs: 'read', place: 'listing', line: (bucket, dir) => `GET /${bucket}?prefix=${dir}`, success: 200 },
  ListObjectsV2: {
    needs: 'read',
    place: 'listing',
    line: (b, dir) => `GET /${b}?list-type=2&prefix=${dir}`,
    success: 200,
  },
  ListMultipartUploads: {
    needs: 'read',
    place: 'listing',
    line: (b, dir) => `GET /${b}?prefix=${dir}&uploads`,
    success: 200,
  },
  GetBucketAcl: { needs: 'read', place: 'bucket', line: (bucket) => `GET /${bucket}?acl`, success: 200 },
  PutBucketAcl: {
    needs: 'owner',
    place: 'bucket',
    line: (bucket) => `PUT /${bucket}?acl`,
    ask: () => ({ headers: { 'x-amz-acl': 'private' } }),
    success: 200,
  },
  PutBucketCors: {
    needs: 'owner',
    place: 'bucket',
    line: (bucket) => `PUT /${bucket}?cors`,
    ask: () => ({ body: cors }),
    success: 200,
  },
  GetBucketCors: { needs: 'read', place: 'bucket', line: (bucket) => `GET /${bucket}?cors`, success: 200 },
  DeleteBucketCors: { needs: 'owner', place: 'bucket', line: (bucket) => `DELETE /${bucket}?cors`, success: 204 },
  PutBucketEncryption: {
    needs: 'owner',
    place: 'bucket',
    line: (bucket) => `PUT /${bucket}?encryption`,
    ask: () => ({ body: encryption }),
    success: 200,
  },
  GetBucketEncryption: {
    needs: 'read',
    place: 'bucket',
    line: (bucket) => `GET /${bucket}?encryption`,
    success: noEncryption,
  },
  DeleteBucketEncryption: {
    needs: 'owner',
    place: 'bucket',
    line: (bucket) => `DELETE /${bucket}?encryption`,
    success: 204,
  },
  PutBucketPolicy: {
    needs: 'owner',
    place: 'bucket',
    line: (bucket) => `PUT /${bucket}?policy`,
    ask: (bucket) => ({ body: policy(bucket) }),
    success: 204,
  },
  GetBucketPolicy: { needs: 'read', place: 'bucket', line: (bucket) => `GET /${bucket}?policy`, success: 200 },
  PutBucketOwnershipControls: {
    needs: 'owner',
    place: 'bucket',
    line: (b) => `PUT /${b}?ownershipControls`,
    ask: () => ({ body: ownership }),
    success: 200,
  },
  GetBucketOwnershipControls: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?ownershipControls`,
    success: noControls,
  },
  DeleteBucketOwnershipControls: {
    needs: 'owner',
    place: 'bucket',
    line: (b) => `DELETE /${b}?ownershipControls`,
    success: 204,
  },
  PutBucketLifecycleConfiguration: {
    needs: 'owner',
    place: 'bucket',
    line: (b) => `PUT /${b}?lifecycle`,
    ask: () => ({ body: lifecycle }),
    success: 200,
  },
  GetBucketLifecycleConfiguration: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?lifecycle`,
    success: noControls,
  },
  DeleteBucketLifecycle: { needs: 'owner', place: 'bucket', line: (b) => `DELETE /${b}?lifecycle`, success: 204 },
  PutBucketNotificationConfiguration: {
    needs: 'owner',
    place: 'bucket',
    line: (b) => `PUT /${b}?notification`,
    ask: () => ({ body: '<NotificationConfiguration/>' }),
    success: 200,
  },
  GetBucketNotificationConfiguration: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?notification`,
    success: 200,
  },
  PutPublicAccessBlock: {
    needs: 'owner',
    place: 'bucket',
    line: (b) => `PUT /${b}?publicAccessBlock`,
    ask: () => ({ body: '<PublicAccessBlockConfiguration/>' }),
    success: 200,
  },
  GetPublicAccessBlock: { needs: 'read', place: 'bucket', line: (b) => `GET /${b}?publicAccessBlock`, success: 404 },
  DeletePublicAccessBlock: {
    needs: 'owner',
    place: 'bucket',
    line: (b) => `DELETE /${b}?publicAccessBlock`,
    success: 204,
  },
  GetBucketAccelerateConfiguration: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?accelerate`,
    success: 200,
  },
  GetBucketRequestPayment: { needs: 'read', place: 'bucket', line: (b) => `GET /${b}?requestPayment`, success: 200 },
  GetBucketWebsite: { needs: 'read', place: 'bucket', line: (b) => `GET /${b}?website`, success: 404 },
  GetBucketReplication: { needs: 'read', place: 'bucket', line: (b) => `GET /${b}?replication`, success: 404 },
  GetBucketAnalyticsConfiguration: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?analytics&id=a`,
    success: 404,
  },
  ListBucketAnalyticsConfigurations: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?analytics`,
    success: 200,
  },
  GetBucketInventoryConfiguration: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?inventory&id=a`,
    success: 404,
  },
  ListBucketInventoryConfigurations: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?inventory`,
    success: 200,
  },
  GetBucketMetricsConfiguration: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?metrics&id=a`,
    success: 404,
  },
  ListBucketMetricsConfigurations: { needs: 'read', place: 'bucket', line: (b) => `GET /${b}?metrics`, success: 200 },
  GetBucketIntelligentTieringConfiguration: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?intelligent-tiering&id=a`,
    success: 404,
  },
  ListBucketIntelligentTieringConfigurations: {
    needs: 'read',
    place: 'bucket',
    line: (b) => `GET /${b}?intelligent-tiering`,
    success: 200,
  },
  GetBucketPolicyStatus: { needs: 'read', place: 'bucket', line: (b) => `GET /${b}?policyStatus`, success: 200 },
  DeleteBucketPolicy: { needs: 'owner', place: 'bucket', line: (bucket) => `DELETE /${bucket}?policy`, success: 204 },
  PreflightBucket: {
    needs: 'nothing',
    place: 'bucket',
    line: (b) => `OPTIONS /${b}`,
    ask: () => preflight,
    success: 200,
  },
  PreflightObject: {
    needs: 'nothing',
    place: 'object',
    line: (b, d) => `OPTIONS /${b}/${d}k`,
    ask: () => preflight,
    success: 200,
  },
  GetObject: { needs: 'read', place: 'object', line: (bucket, dir) => `GET /${bucket}/${dir}k`, success: 200 },
  HeadObject: { needs: 'read', place: 'object', line: (bucket, dir) => `HEAD /${bucket}/${dir}k`, success: 200 },
  GetObjectAcl: { needs: 'read', place: 'object', line: (bucket, dir) => `GET /${bucket}/${dir}k?acl`, success: 200 },
  PutObject: {
    needs: 'write',
    place: 'object',
    line: (bucket, dir) => `PUT /${bucket}/${dir}k`,
    ask: () => ({ body: 'v' }),
    success: 200,
  },
  PutObjectAcl: {
    needs: 'write',
    place: 'object',
    line: (bucket, dir) => `PUT /${bucket}/${dir}k?acl`,
    ask: () => ({ headers: { 'x-amz-acl': 'private' } }),
    success: 200,
  },
  CopyObject: {
    needs: 'write',
    place: 'object',
    line: (bucket, dir) => `PUT /${bucket}/${dir}copy`,
    ask: (bucket, dir) => ({ headers: { 'x-amz-copy-source': `/${bucket}/${dir}k` } }),
    success: 200,
  },
  DeleteObject: {
    needs: 'write',
    place: 'object',
    line: (bucket, dir) => `DELETE /${bucket}/${dir}gone`,
    success: 204,
  },
  DeleteObjects: {
    needs: 'write',
    place: 'bucket-open',
    foreign: 'each-key',
    line: (bucket) => `POST /${bucket}?delete`,
    ask: (_bucket, dir) => ({ body: `<Delete><Object><Key>${dir}gone</Key></Object></Delete>` }),
    success: 200,
  },
  // The form itself is judged in post-object.test.ts; here it arrives without a policy, as anybody's.
  PostObject: { needs: 'write', place: 'object', line: (bucket) => `POST /${bucket}`, success: 204 },
  CreateMultipartUpload: {
    needs: 'write',
    place: 'object',
    line: (b, dir) => `POST /${b}/${dir}k?uploads`,
    success: 200,
  },
  UploadPart: {
    needs: 'write',
    place: 'object',
    line: (bucket, dir) => `PUT /${bucket}/${dir}k?partNumber=1&uploadId=none`,
    ask: () => ({ body: 'v' }),
    success: noUpload,
  },
  UploadPartCopy: {
    needs: 'write',
    place: 'object',
    line: (bucket, dir) => `PUT /${bucket}/${dir}k?partNumber=1&uploadId=none`,
    ask: (bucket, dir) => ({ headers: { 'x-amz-copy-source': `/${bucket}/${dir}k` } }),
    success: noUpload,
  },
  ListParts: { needs: 'read', place: 'object', line: (b, dir) => `GET /${b}/${dir}k?uploadId=none`, success: noUpload },
  CompleteMultipartUpload: {
    needs: 'write',
    place: 'object',
    line: (bucket, dir) => `POST /${bucket}/${dir}k?uploadId=none`,
    ask: () => ({ body: complete }),
    success: noUpload,
  },
  AbortMultipartUpload: {
    needs: 'write',
    place: 'object',
    line: (b, d) => `DELETE /${b}/${d}k?uploadId=none`,
    success: noUpload,
  },
};
