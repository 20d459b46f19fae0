/** `@tidegate/upload/internal`: what Tidegate's own pages are made of. It may change in any version. */

export { isAccepted } from './accept.ts';
export { unreachable } from './failures.ts';
export { filesOfDrop, filesOfInput, type GatheredFile } from './gather.ts';
export { holdPage } from './hold-page.ts';
export { isSameFile, type Memory, openMemory } from './memory.ts';
export { largestObject, type Part, partBytesOf, partsOf, smallBytes } from './parts.ts';
export { type Sent, send } from './send.ts';
export { Slots } from './slots.ts';
export { type PartSending, Transfer, type UploadProtocol } from './transfer.ts';
export { UploadError } from './upload-error.ts';
