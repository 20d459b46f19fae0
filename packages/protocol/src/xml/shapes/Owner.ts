import { field, object, optional, text, type ValueOf } from '../shape.ts';

/** Who owns a bucket, object or upload, as S3 shows it: the owner id (64 hex digits) and a name. Part of documents. */
export const Owner = object({ id: field('ID', text), displayName: optional('DisplayName', text) });
export type Owner = ValueOf<typeof Owner>;
