import { boolean, field, object, optional, repeated, text, token, type ValueOf } from '../shape.ts';

/** Answer of DeleteObjects: one entry for each key asked for. Source: AWS API reference, DeleteObjects. */
export const DeleteResult = object({
  deleted: repeated(
    'Deleted',
    object({
      key: field('Key', text),
      versionId: optional('VersionId', token),
      deleteMarker: optional('DeleteMarker', boolean),
      deleteMarkerVersionId: optional('DeleteMarkerVersionId', token),
    }),
    { max: 1000 },
  ),
  errors: repeated(
    'Error',
    object({
      key: field('Key', text),
      versionId: optional('VersionId', token),
      code: field('Code', token),
      message: field('Message', text),
    }),
    { max: 1000 },
  ),
});
export type DeleteResult = ValueOf<typeof DeleteResult>;
