/**
 * S3's numbers (security.md I; AWS: Amazon S3 quotas). The server's settings start from these; where the table gives
 * a setting a name, the constant has the same words.
 */

const kib = 1024;
const mib = 1024 * kib;
const gib = 1024 * mib;

/** Longest key, in UTF-8 bytes (SIG-7, SEC-416). */
export const maxKeyBytes = 1024;
/** Shortest and longest bucket name, in characters (SEC-314). */
export const minBucketNameLength = 3;
export const maxBucketNameLength = 63;
/** User metadata: names without prefix and values together, in bytes (SEC-418). */
export const maxMetadataBytes = 2 * kib;
/** Largest body of one PutObject or POST form. */
export const maxSinglePutBytes = 5 * gib;
/** Largest source of one CopyObject. */
export const maxCopySourceBytes = 5 * gib;
/** Largest object, made of parts. */
export const maxObjectBytes = 5 * 1024 * gib;
/** Smallest part but the last, and largest part. */
export const minPartBytes = 5 * mib;
export const maxPartBytes = 5 * gib;
/** Part numbers go from 1 to this; an upload has no more parts (SEC-425). */
export const maxParts = 10_000;
/** Keys of one DeleteObjects. */
export const maxDeleteKeys = 1000;
/** Entries of one page of a listing; a larger wish counts as this (SEC-414). */
export const maxListKeys = 1000;
/** Buckets of one page of ListBuckets. */
export const maxListBuckets = 10_000;
/** XML bodies: Delete and CompleteMultipartUpload, and all others (SEC-412). */
export const maxXmlBytes = 8 * mib;
export const maxXmlBytesConfig = 256 * kib;
/** Elements of an XML body inside one another. */
export const maxXmlDepth = 20;
/** A bucket policy document. */
export const maxPolicyBytes = 20 * kib;
/** Fields before the file of a POST form, together (SIG-80). */
export const maxPostPreDataBytes = 20 * kib;
/** Request target (SIG-9), and request line and headers together. */
export const maxUrlBytes = 8192;
export const maxHeaderBytes = 64 * kib;
export const maxHeaderCount = 200;
/** Trailer block of an aws-chunked body (SEC-128). */
export const maxTrailerBytes = 4096;
/** A stored or overridden header value: room for a file name of 1,024 bytes, plain and percent-encoded (SEC-419). */
export const maxHeaderValueBytes = 6 * kib;
/** Rules of a CORS configuration; tags of a bucket and of an object. */
export const maxCorsRules = 100;
export const maxBucketTags = 50;
export const maxObjectTags = 10;
