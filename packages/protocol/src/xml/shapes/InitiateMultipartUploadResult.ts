import { field, object, text, token, type ValueOf } from '../shape.ts';

/** Answer of CreateMultipartUpload. Source: AWS API reference, CreateMultipartUpload. */
export const InitiateMultipartUploadResult = object({
  bucket: field('Bucket', text),
  key: field('Key', text),
  uploadId: field('UploadId', token),
});
export type InitiateMultipartUploadResult = ValueOf<typeof InitiateMultipartUploadResult>;
