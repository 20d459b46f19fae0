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
  /** Form for browser uploads without a script. On stores other than Tidegate, only a form can limit the size. */
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
  /** Request that aborts the upload and deletes its parts. */
  presignAbort(upload: Upload, options?: CommonOptions): SignedRequest;
  /** Request that lists the parts already stored, to resume after a crash. `after`: only parts with a higher number. */
  presignListParts(upload: Upload, options?: CommonOptions & { after?: number }): SignedRequest;
}

/**
 * Returns an object that signs links, forms and multipart uploads of one bucket. It holds no connection, and reads the environment
 * when it first signs. Every option has a default, see `BucketConfig`.
 * @throws PresignError `BucketInvalid` or `OptionInvalid`; its methods throw the other codes of `PresignErrorCode`
 * @example
 * ```js
 * import { bucket } from '@tidegate/presign';
 *
 * const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
 * const files = bucket('files', { endpoint: 'https://s3.example.com', region: 'eu-central-1', credentials });
 *
 * const download = files.presignGet('report.pdf', { expiresIn: '15m', download: true });
 * const upload = files.presignPut('in/scan.pdf', { type: 'application/pdf', overwrite: false });
 * const form = files.presignPost({ prefix: 'in/', type: 'image/*', size: { max: '5MB' } });
 * console.log(download, upload.headers, form.fields);
 * ```
 */
export function bucket(name: string, config: BucketConfig = {}): Bucket {
  const signer = createSigner(name, config, presignV2);
  const more: Omit<Bucket, keyof LinkBucket> = {
    presignPost: (options) => signPost(signer, options ?? {}),
    createUpload: (key, options = {}) => createUpload(signer, key, options),
    presignParts: (upload, options) => presignParts(signer, upload, options ?? {}),
    presignComplete: (upload, parts, options = {}) => presignComplete(signer, upload, parts, options),
    presignAbort: (upload, options = {}) => presignAbort(signer, upload, options),
    presignListParts: (upload, options = {}) => presignListParts(signer, upload, options),
  };
  return Object.assign(linkBucket(signer), more);
}
