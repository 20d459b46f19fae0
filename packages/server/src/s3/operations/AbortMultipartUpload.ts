import { refusedHeader, requiredText } from '../input/parameters.ts';
import { header, operation, query } from '../operation.ts';

/** Ends an upload and forgets its parts. Source: AWS API reference, AbortMultipartUpload. */
export const AbortMultipartUpload = operation({
  name: 'AbortMultipartUpload',
  method: 'DELETE',
  resource: 'object',
  subresource: 'uploadId',
  action: 's3:AbortMultipartUpload',
  input: { uploadId: query('uploadId', requiredText), ifMatch: header('if-match', refusedHeader) },
  output: { status: 204 },
  refuses: ['NoSuchUpload', 'NotImplemented'],

  async handle({ target, input }, { store }) {
    await store.abortUpload({ ...target, uploadId: input.uploadId });
    return {};
  },
});
