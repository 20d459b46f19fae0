export {
  checksumAlgorithmOfHeader,
  type DeclaredChecksum,
  digestMismatch,
  parseChecksumAlgorithm,
  parseChecksumValue,
  parseContentMd5,
  parseDeclaredChecksum,
  parseTrailerAnnouncement,
} from './checksums/checksum-headers.ts';
export {
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumAlgorithmNames,
  checksumAlgorithms,
  combineChecksums,
  createChecksum,
  type PartChecksum,
  parseChecksumType,
} from './checksums/checksums.ts';
export { crc32c } from './checksums/crc32c.ts';
export { type ETag, listNamesEtag, multipartEtag, partCountOfEtag, quoteEtag, unquoteEtag } from './checksums/etag.ts';
export {
  type Acl,
  type AclGrant,
  allUsersUri,
  anonymousOwnerId,
  authenticatedUsersUri,
  type CannedAcl,
  cannedAcls,
  grantOfDocument,
  grantsOfAcl,
  logDeliveryUri,
  parseCannedAcl,
  parseGrantHeaders,
} from './documents/acl.ts';
export { checkCorsConfiguration, corsMethods } from './documents/cors.ts';
export {
  checkLifecycleConfiguration,
  type LifecycleScope,
  lifecycleScope,
  withRuleIds,
} from './documents/lifecycle.ts';
export {
  type NotificationRule,
  notificationDocument,
  notificationEvents,
  notificationRules,
  notifies,
} from './documents/notification.ts';
export { type ErrorCode, type ErrorEntry, type ErrorFields, errors, isErrorCode } from './errors/errors.ts';
export { type RefusalReason, refusal, S3Error, type S3ErrorParts } from './errors/s3-error.ts';
export { StoreFailure, type StoreFailureKind, type StoreFailureParts } from './errors/store-failure.ts';
export {
  judgeRead,
  type ObjectState,
  parseWriteCondition,
  type ReadConditions,
  type ReadOutcome,
  rangeCounts,
  type WriteCondition,
} from './headers/conditions.ts';
export { type CopySource, parseCopySource } from './headers/copy-source.ts';
export { decodeWords, encodeWords } from './headers/encoded-words.ts';
export { checkHeaderValue, headerValueOfText, isHeaderValue } from './headers/header-value.ts';
export { formatHttpDate, parseHttpDate } from './headers/http-date.ts';
export { fitsMediaRange, isInert, type MediaType, parseMediaType } from './headers/media-type.ts';
export {
  type MetadataDirective,
  metadataHeaders,
  metadataPrefix,
  parseMetadataDirective,
  parseUserMetadata,
  type UserMetadata,
} from './headers/metadata.ts';
export {
  defaultContentType,
  type OverriddenHeader,
  parseResponseOverrides,
  parseStorageClass,
  parseStoredHeaders,
  responseOverrides,
  type StoredHeader,
  storedHeaders,
  withoutAwsChunked,
} from './headers/object-headers.ts';
export { type ByteRange, contentRange, parseCopySourceRange, parseRange, rangeRefusal } from './headers/range.ts';
export * from './names/limits.ts';
export { type BucketName, isBucketName, type ObjectKey, parseBucketName, parseKey } from './names/names.ts';
export { type OperationMethod, type OperationResource, type S3Operation, s3Operations } from './names/s3-operations.ts';
export { findOperation, findSubResource, methodsOf, type OperationClaim, subResources } from './names/sub-resources.ts';
export { headerOf, type PastedRequest, readCurlCommand } from './pasted/curl-command.ts';
export { type PastedError, readPastedError } from './pasted/pasted-error.ts';
export { escapeXml, type UnwritableCharacters } from './xml/escape.ts';
export { type ReadBounds, readDocument } from './xml/read.ts';
export {
  type AnyMembers,
  type AnyShape,
  type Attribute,
  attribute,
  boolean,
  count,
  enumeration,
  type Field,
  field,
  integer,
  isoTime,
  type ListBounds,
  type ListShape,
  list,
  type ObjectShape,
  object,
  optional,
  type Repeated,
  repeated,
  type Scalar,
  text,
  token,
  type ValueOf,
} from './xml/shape.ts';
export {
  AccelerateConfiguration,
  EmptyConfigurationList,
  RequestPaymentConfiguration,
} from './xml/shapes/AbsentConfigurations.ts';
export { AccessControlPolicy, type Grant } from './xml/shapes/AccessControlPolicy.ts';
export { CORSConfiguration, type CORSRule } from './xml/shapes/CORSConfiguration.ts';
export { CompleteMultipartUpload, CompleteMultipartUploadResult } from './xml/shapes/CompleteMultipartUpload.ts';
export { CopyObjectResult, CopyPartResult } from './xml/shapes/CopyResult.ts';
export { CreateBucketConfiguration } from './xml/shapes/CreateBucketConfiguration.ts';
export { Delete } from './xml/shapes/Delete.ts';
export { DeleteResult } from './xml/shapes/DeleteResult.ts';
export { type ErrorContext, writeErrorDocument } from './xml/shapes/Error.ts';
export { GetObjectAttributesResponse } from './xml/shapes/GetObjectAttributesResponse.ts';
export { InitiateMultipartUploadResult } from './xml/shapes/InitiateMultipartUploadResult.ts';
export { LifecycleConfiguration, type LifecycleRule } from './xml/shapes/LifecycleConfiguration.ts';
export { ListAllMyBucketsResult } from './xml/shapes/ListAllMyBucketsResult.ts';
export { ListBucketResult, ListBucketResultV2, type ListedObject } from './xml/shapes/ListBucketResult.ts';
export { ListMultipartUploadsResult } from './xml/shapes/ListMultipartUploadsResult.ts';
export { ListPartsResult } from './xml/shapes/ListPartsResult.ts';
export { ListVersionsResult } from './xml/shapes/ListVersionsResult.ts';
export { LocationConstraint } from './xml/shapes/LocationConstraint.ts';
export { NotificationConfiguration } from './xml/shapes/NotificationConfiguration.ts';
export { LegalHold, ObjectLockConfiguration, Retention } from './xml/shapes/ObjectLock.ts';
export { Owner } from './xml/shapes/Owner.ts';
export { type ObjectOwnership, OwnershipControls, objectOwnerships } from './xml/shapes/OwnershipControls.ts';
export { PolicyStatus } from './xml/shapes/PolicyStatus.ts';
export { PostResponse } from './xml/shapes/PostResponse.ts';
export { PublicAccessBlockConfiguration } from './xml/shapes/PublicAccessBlockConfiguration.ts';
export { ServerSideEncryptionConfiguration } from './xml/shapes/ServerSideEncryptionConfiguration.ts';
export { Tagging } from './xml/shapes/Tagging.ts';
export { VersioningConfiguration } from './xml/shapes/VersioningConfiguration.ts';
export { childOf, childrenOf, readXmlTree, textOf, type XmlElement } from './xml/tree.ts';
export { s3Namespace, type WriteOptions, writeDocument, xmlDeclaration } from './xml/write.ts';
