import type { Operation } from '../operation.ts';
import { AbortMultipartUpload } from './AbortMultipartUpload.ts';
import { absentConfigurations } from './AbsentConfigurations.ts';
import { GetBucketAcl, PutBucketAcl } from './BucketAcl.ts';
import { DeleteBucketCors, GetBucketCors, PutBucketCors } from './BucketCors.ts';
import { DeleteBucketEncryption, GetBucketEncryption, PutBucketEncryption } from './BucketEncryption.ts';
import {
  DeleteBucketLifecycle,
  GetBucketLifecycleConfiguration,
  PutBucketLifecycleConfiguration,
} from './BucketLifecycle.ts';
import { GetBucketNotificationConfiguration, PutBucketNotificationConfiguration } from './BucketNotification.ts';
import {
  DeleteBucketOwnershipControls,
  GetBucketOwnershipControls,
  PutBucketOwnershipControls,
} from './BucketOwnershipControls.ts';
import { DeleteBucketPolicy, GetBucketPolicy, GetBucketPolicyStatus, PutBucketPolicy } from './BucketPolicy.ts';
import { DeleteBucketTagging, GetBucketTagging, PutBucketTagging } from './BucketTagging.ts';
import { GetBucketVersioning, PutBucketVersioning } from './BucketVersioning.ts';
import { CompleteMultipartUpload } from './CompleteMultipartUpload.ts';
import { CopyObject } from './CopyObject.ts';
import { CreateBucket } from './CreateBucket.ts';
import { CreateMultipartUpload } from './CreateMultipartUpload.ts';
import { DeleteBucket } from './DeleteBucket.ts';
import { DeleteObject } from './DeleteObject.ts';
import { DeleteObjects } from './DeleteObjects.ts';
import { DeleteObjectTagging } from './DeleteObjectTagging.ts';
import { GetBucketLocation } from './GetBucketLocation.ts';
import { GetObject } from './GetObject.ts';
import { GetObjectAcl } from './GetObjectAcl.ts';
import { GetObjectAttributes } from './GetObjectAttributes.ts';
import { GetObjectLegalHold } from './GetObjectLegalHold.ts';
import { GetObjectRetention } from './GetObjectRetention.ts';
import { GetObjectTagging } from './GetObjectTagging.ts';
import { HeadBucket } from './HeadBucket.ts';
import { HeadObject } from './HeadObject.ts';
import { ListBuckets } from './ListBuckets.ts';
import { ListMultipartUploads } from './ListMultipartUploads.ts';
import { ListObjects } from './ListObjects.ts';
import { ListObjectsV2 } from './ListObjectsV2.ts';
import { ListObjectVersions } from './ListObjectVersions.ts';
import { ListParts } from './ListParts.ts';
import { GetObjectLockConfiguration, PutObjectLockConfiguration } from './ObjectLockConfiguration.ts';
import { PostObject } from './PostObject.ts';
import { PreflightBucket, PreflightObject } from './Preflight.ts';
import { DeletePublicAccessBlock, GetPublicAccessBlock, PutPublicAccessBlock } from './PublicAccessBlock.ts';
import { PutObject } from './PutObject.ts';
import { PutObjectAcl } from './PutObjectAcl.ts';
import { PutObjectLegalHold } from './PutObjectLegalHold.ts';
import { PutObjectRetention } from './PutObjectRetention.ts';
import { PutObjectTagging } from './PutObjectTagging.ts';
import { UploadPart } from './UploadPart.ts';
import { UploadPartCopy } from './UploadPartCopy.ts';

/** Every operation of the server. What is not here is answered 501 or 405. */
export const operations: readonly Operation[] = [
  ...absentConfigurations,
  AbortMultipartUpload,
  CompleteMultipartUpload,
  CopyObject,
  CreateBucket,
  CreateMultipartUpload,
  DeleteBucket,
  DeleteBucketCors,
  DeleteBucketEncryption,
  DeleteBucketOwnershipControls,
  DeleteBucketLifecycle,
  DeleteBucketPolicy,
  DeleteBucketTagging,
  DeleteObject,
  DeleteObjectTagging,
  DeleteObjects,
  DeletePublicAccessBlock,
  GetBucketAcl,
  GetBucketCors,
  GetBucketEncryption,
  GetBucketLifecycleConfiguration,
  GetBucketLocation,
  GetBucketNotificationConfiguration,
  GetBucketOwnershipControls,
  GetBucketPolicy,
  GetBucketPolicyStatus,
  GetBucketTagging,
  GetBucketVersioning,
  GetObject,
  GetObjectAcl,
  GetObjectAttributes,
  GetObjectLegalHold,
  GetObjectLockConfiguration,
  GetObjectRetention,
  GetObjectTagging,
  GetPublicAccessBlock,
  HeadBucket,
  HeadObject,
  ListBuckets,
  ListMultipartUploads,
  ListObjectVersions,
  ListObjects,
  ListObjectsV2,
  ListParts,
  PostObject,
  PreflightBucket,
  PreflightObject,
  PutBucketAcl,
  PutBucketCors,
  PutBucketEncryption,
  PutBucketNotificationConfiguration,
  PutBucketOwnershipControls,
  PutBucketLifecycleConfiguration,
  PutBucketPolicy,
  PutBucketTagging,
  PutBucketVersioning,
  PutObject,
  PutObjectAcl,
  PutObjectLegalHold,
  PutObjectLockConfiguration,
  PutObjectRetention,
  PutObjectTagging,
  PutPublicAccessBlock,
  UploadPart,
  UploadPartCopy,
];
