/** `@tidegate/upload/server`: the handler of an application that owns the rules of its uploads. Not for browsers. */
export { type NodeRequest, type NodeResponse, toNodeHandler } from './server/node-handler.ts';
export type { UploadedObject, UploadOptions } from './server/rules.ts';
export { uploadHandler } from './server/upload-handler.ts';
export { type RefusedDetail, UploadRefused } from './server/upload-refused.ts';
export type { FileInfo } from './wire.ts';
