import { type LinkBucket, linkBucket } from './links.ts';
import { createUpload, presignAbort, presignComplete, presignListParts, presignParts } from './multipart.ts';
import type {
  BucketConfig,
  CommonOptions,
  PartsOptions,
  PostOptions,
  PutOptions,
  SignedForm,
  SignedPart,
  SignedRequest,
  Upload,
} from './options.ts';
import { signPost } from './post-policy.ts';
import { presignV2 } from './presign-v2.ts';
import { createSigner } from './signer.ts';

/** Everything about one bucket. */
export interface Bucket extends LinkBucket {
  /** Form for browser uploads without script, and the only way to bound size on stores other than Tidegate. */
  presignPost(options: PostOptions): SignedForm;
  /** Starts a multipart upload. The only method that talks to the network. Rejects with `RequestFailed`. */
  createUpload(key: string, options?: PutOptions & { fetch?: typeof fetch }): Promise<Upload>;
  /** One signed request for each part. Sign few, just before use: they expire. */
  presignParts(upload: Upload, options: PartsOptions): SignedPart[];
  /** Request that joins the parts. `body` is the XML when `parts` is given. */
  presignComplete(
    upload: Upload,
    parts?: readonly { partNumber: number; etag: string }[],
    options?: CommonOptions,
  ): SignedRequest & { body?: string };
  presignAbort(upload: Upload, options?: CommonOptions): SignedRequest;
  /** Which parts the store has: resume after a crash. */
  presignListParts(upload: Upload, options?: CommonOptions & { after?: number }): SignedRequest;
}

/**
 * Everything about one bucket. Cheap to make, holds no connection; the environment is read at the first signing.
 * @throws PresignError BucketInvalid
 */
export function bucket(name: string, config: BucketConfig = {}): Bucket {
  const signer = createSigner(name, config, presignV2);
  return {
    ...linkBucket(signer),
    presignPost: (options) => signPost(signer, options ?? {}),
    createUpload: (key, options = {}) => createUpload(signer, key, options),
    presignParts: (upload, options) => presignParts(signer, upload, options ?? {}),
    presignComplete: (upload, parts, options = {}) => presignComplete(signer, upload, parts, options),
    presignAbort: (upload, options = {}) => presignAbort(signer, upload, options),
    presignListParts: (upload, options = {}) => presignListParts(signer, upload, options),
  };
}
