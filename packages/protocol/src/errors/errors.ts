/** One row of the catalogue: how an S3 error code is answered. */
export type ErrorEntry = {
  readonly status: number;
  /** AWS's usual text for the code; a refusal may carry another one where AWS has several. */
  readonly message: string;
  /** Members of the error document that every refusal with this code gives. */
  readonly fields: readonly string[];
  /** Members that some refusals with this code give. */
  readonly optional?: readonly string[];
  /** Where the row comes from: an AWS page, a rule of this project, an RFC. */
  readonly source: string;
};

const awsList = 'AWS: S3 error responses';
const awsSeen = 'AWS: as answered by Amazon S3';

/**
 * Every error code that the server answers with its status, text and members (WIRE-1).
 * Codes are permanent; texts may change. Source of the rows: the `source` of each.
 */
export const errors = {
  AccessControlListNotSupported: {
    status: 400,
    message: 'The bucket does not allow ACLs',
    fields: [],
    source: awsList,
  },
  AccessDenied: {
    status: 403,
    message: 'Access Denied',
    fields: [],
    optional: ['HeadersNotSigned', 'X-Amz-Date', 'X-Amz-Expires', 'Expires', 'ServerTime'],
    source: awsList,
  },
  AccessForbidden: {
    status: 403,
    message: 'CORSResponse: CORS is not enabled for this bucket.',
    fields: [],
    optional: ['Method', 'ResourceType'],
    source: 'SIG-100',
  },
  AuthorizationHeaderMalformed: {
    status: 400,
    message: 'The authorization header you provided is invalid.',
    fields: [],
    optional: ['Region'],
    source: 'SIG-64',
  },
  AuthorizationQueryParametersError: {
    status: 400,
    message: 'The authorization query parameters that you provided are not valid.',
    fields: [],
    optional: ['Region'],
    source: 'SIG-40, SIG-42',
  },
  BadDigest: {
    status: 400,
    message: 'The Content-MD5 or checksum value that you specified did not match what the server received.',
    fields: [],
    optional: ['ExpectedDigest', 'CalculatedDigest'],
    source: awsList,
  },
  BadRequest: { status: 400, message: 'Bad Request', fields: [], source: awsList },
  BucketAlreadyExists: {
    status: 409,
    message:
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. ' +
      'Please select a different name and try again.',
    fields: ['BucketName'],
    source: awsList,
  },
  BucketAlreadyOwnedByYou: {
    status: 409,
    message: 'Your previous request to create the named bucket succeeded and you already own it.',
    fields: ['BucketName'],
    source: awsList,
  },
  BucketNotEmpty: {
    status: 409,
    message: 'The bucket you tried to delete is not empty',
    fields: ['BucketName'],
    source: awsList,
  },
  ConditionalRequestConflict: {
    status: 409,
    message: 'A conflicting operation occurred during the request. Please try again.',
    fields: [],
    optional: ['Condition', 'Key'],
    source: awsList,
  },
  EntityTooLarge: {
    status: 400,
    message: 'Your proposed upload exceeds the maximum allowed size',
    fields: ['ProposedSize', 'MaxSizeAllowed'],
    source: awsList,
  },
  EntityTooSmall: {
    status: 400,
    message: 'Your proposed upload is smaller than the minimum allowed size',
    fields: ['ProposedSize', 'MinSizeAllowed'],
    optional: ['PartNumber', 'ETag'],
    source: awsList,
  },
  ExpiredToken: { status: 400, message: 'The provided token has expired.', fields: ['Token-0'], source: 'SIG-76' },
  IllegalLocationConstraintException: {
    status: 400,
    message: 'The specified location constraint is not valid for the region this request was sent to.',
    fields: [],
    source: awsList,
  },
  IllegalVersioningConfigurationException: {
    status: 400,
    message: 'The versioning configuration specified in the request is invalid.',
    fields: [],
    source: awsList,
  },
  IncompleteBody: {
    status: 400,
    message: 'The request body terminated unexpectedly',
    fields: [],
    optional: ['NumberBytesExpected', 'NumberBytesProvided'],
    source: awsList,
  },
  IncorrectNumberOfFilesInPostRequest: {
    status: 400,
    message: 'POST requires exactly one file upload per request.',
    fields: [],
    source: awsList,
  },
  InsufficientStorage: {
    status: 507,
    message: 'There is not enough free space on the server to store what was sent. Nothing was stored.',
    fields: [],
    source: 'REL-14',
  },
  InternalError: {
    status: 500,
    message: 'We encountered an internal error. Please try again.',
    fields: [],
    source: awsList,
  },
  InvalidAccessKeyId: {
    status: 403,
    message: 'The AWS Access Key Id you provided does not exist in our records.',
    fields: ['AWSAccessKeyId'],
    source: 'SIG-74',
  },
  InvalidArgument: {
    status: 400,
    message: 'Invalid Argument',
    fields: ['ArgumentName'],
    optional: ['ArgumentValue'],
    source: awsList,
  },
  InvalidBucketAclWithBlockPublicAccessError: {
    status: 400,
    message: 'Bucket cannot have public ACLs set with BlockPublicAccess enabled',
    fields: [],
    source: awsSeen,
  },
  InvalidBucketAclWithObjectOwnership: {
    status: 400,
    message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    fields: [],
    source: awsList,
  },
  InvalidBucketName: {
    status: 400,
    message: 'The specified bucket is not valid.',
    fields: ['BucketName'],
    source: awsList,
  },
  InvalidBucketState: {
    status: 409,
    message: 'The request is not valid for the current state of the bucket.',
    fields: [],
    source: awsList,
  },
  InvalidChunkSizeError: {
    status: 403,
    message: 'Only the last chunk is allowed to have a size less than 8192 bytes',
    fields: [],
    optional: ['Chunk', 'BadChunkSize'],
    source: awsSeen,
  },
  InvalidDigest: {
    status: 400,
    message: 'The Content-MD5 you specified was invalid.',
    fields: [],
    optional: ['Content-MD5'],
    source: awsList,
  },
  InvalidEncryptionAlgorithmError: {
    status: 400,
    message: 'The encryption request that you specified is not valid. The valid value is AES256.',
    fields: [],
    source: awsList,
  },
  InvalidBucketOwnerAWSAccountID: {
    status: 400,
    message: 'The value of the expected bucket owner parameter must be an AWS Account ID...',
    fields: [],
    source: awsList,
  },
  InvalidLocationConstraint: {
    status: 400,
    message: 'The specified location-constraint is not valid',
    fields: ['LocationConstraint'],
    source: awsList,
  },
  InvalidObjectState: {
    status: 403,
    message: "The operation is not valid for the object's storage class",
    fields: [],
    optional: ['StorageClass', 'AccessTier'],
    source: awsList,
  },
  InvalidPart: {
    status: 400,
    message:
      'One or more of the specified parts could not be found. The part may not have been uploaded, ' +
      "or the specified entity tag may not match the part's entity tag.",
    fields: [],
    optional: ['UploadId', 'PartNumber', 'ETag'],
    source: awsList,
  },
  InvalidPartNumber: {
    status: 416,
    message: 'The requested partnumber is not satisfiable',
    fields: [],
    optional: ['PartNumberRequested', 'ActualPartCount'],
    source: awsSeen,
  },
  InvalidPartOrder: {
    status: 400,
    message: 'The list of parts was not in ascending order. Parts must be ordered by part number.',
    fields: [],
    optional: ['UploadId'],
    source: awsList,
  },
  InvalidPolicyDocument: {
    status: 400,
    message: 'Invalid Policy: Invalid JSON.',
    fields: [],
    source: 'SIG-84',
  },
  InvalidRange: {
    status: 416,
    message: 'The requested range is not satisfiable',
    fields: ['RangeRequested', 'ActualObjectSize'],
    source: awsList,
  },
  InvalidRequest: {
    status: 400,
    message: 'Invalid Request',
    fields: [],
    source: awsList,
  },
  InvalidRetentionPeriod: {
    status: 400,
    message: 'The retention period must be a positive number of days or years.',
    fields: [],
    source: awsSeen,
  },
  InvalidStorageClass: {
    status: 400,
    message: 'The storage class you specified is not valid',
    fields: [],
    optional: ['StorageClassRequested'],
    source: awsList,
  },
  InvalidTag: {
    status: 400,
    message: 'The tag provided was not a valid tag.',
    fields: [],
    optional: ['TagKey', 'TagValue'],
    source: awsList,
  },
  InvalidToken: {
    status: 400,
    message: 'The provided token is malformed or otherwise invalid.',
    fields: ['Token-0'],
    source: 'SIG-75',
  },
  InvalidURI: {
    status: 400,
    message: "Couldn't parse the specified URI.",
    fields: [],
    optional: ['URI'],
    source: 'SIG-7',
  },
  KeyTooLongError: {
    status: 400,
    message: 'Your key is too long',
    fields: ['Size', 'MaxSizeAllowed'],
    source: 'SIG-7',
  },
  MalformedACLError: {
    status: 400,
    message: 'The XML you provided was not well-formed or did not validate against our published schema',
    fields: [],
    source: awsList,
  },
  MalformedPOSTRequest: {
    status: 400,
    message: 'The body of your POST request is not well-formed multipart/form-data.',
    fields: [],
    source: 'SIG-80',
  },
  MalformedPolicy: {
    status: 400,
    message: 'This policy contains invalid Json',
    fields: [],
    optional: ['Detail'],
    source: awsList,
  },
  MalformedTrailerError: {
    status: 400,
    message: 'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    fields: [],
    source: awsList,
  },
  MalformedXML: {
    status: 400,
    message: 'The XML you provided was not well-formed or did not validate against our published schema',
    fields: [],
    source: awsList,
  },
  MaxMessageLengthExceeded: {
    status: 400,
    message: 'Your request was too big.',
    fields: [],
    optional: ['MaxMessageLengthBytes'],
    source: awsList,
  },
  MaxPostPreDataLengthExceededError: {
    status: 400,
    message: 'Your POST request fields preceding the upload file were too large.',
    fields: [],
    optional: ['MaxPostPreDataLength'],
    source: 'SIG-80',
  },
  MetadataTooLarge: {
    status: 400,
    message: 'Your metadata headers exceed the maximum allowed metadata size',
    fields: ['Size', 'MaxSizeAllowed'],
    source: awsList,
  },
  MethodNotAllowed: {
    status: 405,
    message: 'The specified method is not allowed against this resource.',
    fields: ['Method', 'ResourceType'],
    source: awsList,
  },
  MissingContentLength: {
    status: 411,
    message: 'You must provide the Content-Length HTTP header.',
    fields: [],
    source: awsList,
  },
  MissingRequestBodyError: { status: 400, message: 'Request body is empty.', fields: [], source: awsList },
  MissingSecurityHeader: {
    status: 400,
    message: 'Your request is missing a required header.',
    fields: [],
    optional: ['MissingHeaderName'],
    source: awsList,
  },
  NoSuchBucket: {
    status: 404,
    message: 'The specified bucket does not exist',
    fields: ['BucketName'],
    source: awsList,
  },
  NoSuchBucketPolicy: {
    status: 404,
    message: 'The bucket policy does not exist',
    fields: ['BucketName'],
    source: awsList,
  },
  NoSuchCORSConfiguration: {
    status: 404,
    message: 'The CORS configuration does not exist',
    fields: ['BucketName'],
    source: awsList,
  },
  NoSuchConfiguration: {
    status: 404,
    message: 'The specified configuration does not exist.',
    fields: ['BucketName'],
    source: awsList,
  },
  NoSuchKey: { status: 404, message: 'The specified key does not exist.', fields: ['Key'], source: awsList },
  NoSuchLifecycleConfiguration: {
    status: 404,
    message: 'The lifecycle configuration does not exist',
    fields: ['BucketName'],
    source: awsList,
  },
  NoSuchObjectLockConfiguration: {
    status: 404,
    message: 'The specified object does not have a ObjectLock configuration',
    fields: ['Key'],
    source: awsSeen,
  },
  NoSuchPublicAccessBlockConfiguration: {
    status: 404,
    message: 'The public access block configuration was not found',
    fields: ['BucketName'],
    source: awsList,
  },
  NoSuchTagSet: { status: 404, message: 'The TagSet does not exist', fields: ['BucketName'], source: awsList },
  NoSuchUpload: {
    status: 404,
    message:
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    fields: ['UploadId'],
    source: awsList,
  },
  NoSuchVersion: {
    status: 404,
    message: 'The specified version does not exist.',
    fields: ['Key', 'VersionId'],
    source: awsList,
  },
  NoSuchWebsiteConfiguration: {
    status: 404,
    message: 'The specified bucket does not have a website configuration',
    fields: ['BucketName'],
    source: awsList,
  },
  NotImplemented: {
    status: 501,
    message: 'A header or query you provided implies functionality that is not implemented',
    fields: [],
    optional: ['Header', 'Operation', 'ArgumentName', 'ArgumentValue', 'AdditionalMessage'],
    source: awsList,
  },
  NotModified: { status: 304, message: 'Not Modified', fields: [], source: 'RFC 9110 section 15.4.5' },
  ObjectLockConfigurationNotFoundError: {
    status: 404,
    message: 'Object Lock configuration does not exist for this bucket',
    fields: ['BucketName'],
    source: awsList,
  },
  OperationAborted: {
    status: 409,
    message: 'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    fields: [],
    source: awsList,
  },
  OwnershipControlsNotFoundError: {
    status: 404,
    message: 'The bucket ownership controls were not found',
    fields: ['BucketName'],
    source: awsList,
  },
  PreconditionFailed: {
    status: 412,
    message: 'At least one of the pre-conditions you specified did not hold',
    fields: ['Condition'],
    source: awsList,
  },
  ReplicationConfigurationNotFoundError: {
    status: 404,
    message: 'The replication configuration was not found',
    fields: ['BucketName'],
    source: awsList,
  },
  RequestHeaderSectionTooLarge: {
    status: 431,
    message: 'Your request header section exceeds the maximum allowed request header section size.',
    fields: [],
    optional: ['MaxSizeAllowed'],
    source: 'security.md I, SEC-406',
  },
  RequestTimeout: {
    status: 400,
    message:
      'Your socket connection to the server was not read from or written to within the timeout period. ' +
      'Idle connections will be closed.',
    fields: [],
    source: awsList,
  },
  RequestTimeTooSkewed: {
    status: 403,
    message: 'The difference between the request time and the current time is too large.',
    fields: ['RequestTime', 'ServerTime', 'MaxAllowedSkewMilliseconds'],
    source: 'SIG-63',
  },
  RequestURITooLong: {
    status: 414,
    message: 'The request target is longer than this server accepts.',
    fields: ['MaxSizeAllowed'],
    source: 'SIG-9',
  },
  ServerSideEncryptionConfigurationNotFoundError: {
    status: 404,
    message: 'The server side encryption configuration was not found',
    fields: ['BucketName'],
    source: awsList,
  },
  ServiceUnavailable: {
    status: 503,
    message: 'Service is unable to handle request. Please try again.',
    fields: [],
    source: awsList,
  },
  SignatureDoesNotMatch: {
    status: 403,
    message:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    fields: [],
    optional: [
      'AWSAccessKeyId',
      'StringToSign',
      'SignatureProvided',
      'StringToSignBytes',
      'CanonicalRequest',
      'CanonicalRequestBytes',
    ],
    source: 'SIG-78',
  },
  SlowDown: { status: 503, message: 'Please reduce your request rate.', fields: [], source: awsList },
  TooManyBuckets: {
    status: 400,
    message: 'You have attempted to create more buckets than allowed',
    fields: [],
    source: awsList,
  },
  UnexpectedContent: {
    status: 400,
    message: 'This request contains unsupported content.',
    fields: [],
    source: awsList,
  },
  UnresolvableGrantByEmailAddress: {
    status: 400,
    message: 'The e-mail address you provided does not match any account on record.',
    fields: [],
    source: awsList,
  },
  UserKeyMustBeSpecified: {
    status: 400,
    message: "The bucket POST must contain a field named 'key'. If it is specified, check the order of the fields.",
    fields: [],
    source: awsList,
  },
  XAmzContentChecksumMismatch: {
    status: 400,
    message: "The provided 'x-amz-checksum' header does not match what was computed.",
    fields: [],
    optional: ['ClientComputedChecksum', 'S3ComputedChecksum'],
    source: awsSeen,
  },
  XAmzContentSHA256Mismatch: {
    status: 400,
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    fields: ['ClientComputedContentSHA256', 'S3ComputedContentSHA256'],
    source: 'SIG-20',
  },
} as const satisfies Record<string, ErrorEntry>;

/** An S3 error code of the catalogue. */
export type ErrorCode = keyof typeof errors;

type Entry<Code extends ErrorCode> = (typeof errors)[Code];
type RequiredField<Code extends ErrorCode> = Entry<Code>['fields'][number];
type OptionalField<Code extends ErrorCode> =
  Entry<Code> extends { readonly optional: readonly (infer Name extends string)[] } ? Name : never;

type FieldsOf<Required extends string, Optional extends string> = { readonly [Name in Required]: string | number } & {
  readonly [Name in Optional]?: string | number;
};
type Flat<Fields> = { readonly [Name in keyof Fields]: Fields[Name] };

/** The members that a refusal with this code must and may give; none at all where the entry names none. */
export type ErrorFields<Code extends ErrorCode> = [RequiredField<Code> | OptionalField<Code>] extends [never]
  ? Readonly<Record<string, never>>
  : Flat<FieldsOf<RequiredField<Code>, OptionalField<Code>>>;

/** Whether a text is a code of the catalogue. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code);
}
