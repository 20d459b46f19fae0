/** `@tidegate/upload`: sends files from a browser, Node or a Worker straight to a store, by the URLs that an application signs. */

export type { Unfinished } from './memory.ts';
export type { Progress } from './progress.ts';
export { UploadError, type UploadErrorCode, type UploadErrorDetail } from './upload-error.ts';
export type { UploadState, UploadTask } from './upload-task.ts';
export { createUploader, type Uploader, type UploaderOptions, type UploadOptions } from './uploader.ts';
