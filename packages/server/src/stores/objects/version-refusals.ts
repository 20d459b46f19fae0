import { formatHttpDate, S3Error } from '@tidegate/protocol';

/** A delete marker as a reader meets it. */
export type MarkerFacts = { readonly versionId: string; readonly modifiedAtMs: number };

/** The newest version of the key is a delete marker: nothing is there, and why is said (STO-103). */
export function hiddenByMarker(key: string, marker: MarkerFacts): S3Error {
  return new S3Error({ code: 'NoSuchKey', fields: { Key: key }, headers: markerHeaders(marker) });
}

/** The version that was named is a delete marker: it can be deleted and nothing else (STO-103). */
export function isMarkerItself(marker: MarkerFacts): S3Error {
  return new S3Error({
    code: 'MethodNotAllowed',
    fields: { Method: 'GET', ResourceType: 'DeleteMarker' },
    headers: { allow: 'DELETE', 'last-modified': formatHttpDate(marker.modifiedAtMs), ...markerHeaders(marker) },
  });
}

function markerHeaders({ versionId }: MarkerFacts): Record<string, string> {
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId };
}
