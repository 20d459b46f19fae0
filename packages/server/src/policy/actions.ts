import { configActions } from '../stores/objects/bucket.ts';

/** What an action works on, and how it is reached without ownership. */
export type ActionEntry = {
  readonly on: 'service' | 'bucket' | 'object';
  /** `read`: keys with the role `read` may. `write`: also those with `write` and `link-only`. `owner`: owners alone. */
  readonly role: 'read' | 'write' | 'owner';
  /** The grant of an ACL that gives it. */
  readonly acl?:
    | `bucket ${'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP'}`
    | `object ${'READ' | 'READ_ACP' | 'WRITE_ACP'}`;
  /** For a key with prefixes: `prefix`: judged by the listed prefix; `open`: harmless; absent: it concerns the whole bucket, refused. */
  readonly prefixed?: 'prefix' | 'open';
};

/** A part of a bucket's configuration is read by keys that may read, and changed by owners. Exceptions are listed below. */
const configurationActions: Readonly<Record<string, ActionEntry>> = Object.fromEntries(
  configActions.flatMap(([read, change]): readonly [string, ActionEntry][] => [
    [read, { on: 'bucket', role: 'read' }],
    [change, { on: 'bucket', role: 'owner' }],
  ]),
);

/**
 * Every action that an operation may need, by its name in IAM. An action that is not here is refused to everybody: the gate
 * fails closed (SEC-301). Source: AWS, Actions, resources, and condition keys for Amazon S3; ACL permissions: AWS, Access
 * control list overview.
 */
export const actions: Readonly<Record<string, ActionEntry>> = {
  ...configurationActions,
  's3:ListAllMyBuckets': { on: 'service', role: 'read', prefixed: 'open' },
  's3:CreateBucket': { on: 'bucket', role: 'owner' },
  's3:DeleteBucket': { on: 'bucket', role: 'owner' },
  's3:ListBucket': { on: 'bucket', role: 'read', acl: 'bucket READ', prefixed: 'prefix' },
  's3:ListBucketMultipartUploads': { on: 'bucket', role: 'read', acl: 'bucket READ', prefixed: 'prefix' },
  's3:GetBucketLocation': { on: 'bucket', role: 'read', prefixed: 'open' },
  's3:GetBucketVersioning': { on: 'bucket', role: 'read', prefixed: 'open' },
  's3:ListBucketVersions': { on: 'bucket', role: 'read', acl: 'bucket READ', prefixed: 'prefix' },
  's3:GetAccelerateConfiguration': { on: 'bucket', role: 'read' },
  's3:GetAnalyticsConfiguration': { on: 'bucket', role: 'read' },
  's3:GetBucketRequestPayment': { on: 'bucket', role: 'read' },
  's3:GetBucketWebsite': { on: 'bucket', role: 'read' },
  's3:GetIntelligentTieringConfiguration': { on: 'bucket', role: 'read' },
  's3:GetInventoryConfiguration': { on: 'bucket', role: 'read' },
  's3:GetMetricsConfiguration': { on: 'bucket', role: 'read' },
  's3:GetReplicationConfiguration': { on: 'bucket', role: 'read' },
  's3:GetBucketAcl': { on: 'bucket', role: 'read', acl: 'bucket READ_ACP' },
  's3:PutBucketAcl': { on: 'bucket', role: 'owner', acl: 'bucket WRITE_ACP' },
  's3:GetBucketPolicyStatus': { on: 'bucket', role: 'read' },
  's3:DeleteBucketPolicy': { on: 'bucket', role: 'owner' },
  's3:GetObject': { on: 'object', role: 'read', acl: 'object READ' },
  's3:GetObjectVersion': { on: 'object', role: 'read', acl: 'object READ' },
  's3:GetObjectAttributes': { on: 'object', role: 'read', acl: 'object READ' },
  's3:GetObjectTagging': { on: 'object', role: 'read' },
  's3:GetObjectVersionTagging': { on: 'object', role: 'read' },
  's3:PutObjectTagging': { on: 'object', role: 'write' },
  's3:PutObjectVersionTagging': { on: 'object', role: 'write' },
  's3:DeleteObjectTagging': { on: 'object', role: 'write' },
  's3:DeleteObjectVersionTagging': { on: 'object', role: 'write' },
  's3:GetObjectRetention': { on: 'object', role: 'read' },
  's3:PutObjectRetention': { on: 'object', role: 'write' },
  's3:GetObjectLegalHold': { on: 'object', role: 'read' },
  's3:PutObjectLegalHold': { on: 'object', role: 'owner' },
  's3:BypassGovernanceRetention': { on: 'object', role: 'owner' },
  's3:GetObjectVersionAcl': { on: 'object', role: 'read', acl: 'object READ_ACP' },
  's3:PutObjectVersionAcl': { on: 'object', role: 'write', acl: 'object WRITE_ACP' },
  's3:DeleteObjectVersion': { on: 'object', role: 'write' },
  's3:GetObjectAcl': { on: 'object', role: 'read', acl: 'object READ_ACP' },
  's3:PutObject': { on: 'object', role: 'write', acl: 'bucket WRITE' },
  's3:PutObjectAcl': { on: 'object', role: 'write', acl: 'object WRITE_ACP' },
  's3:DeleteObject': { on: 'object', role: 'write', acl: 'bucket WRITE' },
  's3:AbortMultipartUpload': { on: 'object', role: 'write', acl: 'bucket WRITE' },
  's3:ListMultipartUploadParts': { on: 'object', role: 'read', acl: 'bucket WRITE' },
};
