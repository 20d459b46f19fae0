import { refusal } from '../errors/s3-error.ts';
import { type OperationResource, type S3Operation, s3Operations } from './s3-operations.ts';

/**
 * Every query parameter that chooses an operation (WIRE-91). A known one that no operation of the server claims is 501
 * or 405, never the plain operation. `partNumber` by itself is not one: on GET and HEAD it only chooses bytes.
 */
export const subResources: ReadonlySet<string> = new Set(
  s3Operations.flatMap((operation) => operation.subresource ?? []),
);

/**
 * The sub-resource that the query of a request names, if any (WIRE-92). `names`: decoded parameter names.
 * @throws S3Error InvalidArgument when it names two, as S3 does
 */
export function findSubResource(names: Iterable<string>): string | undefined {
  const found = new Set<string>();
  for (const name of names) if (subResources.has(name)) found.add(name);
  const [first, ...others] = found;
  if (first !== undefined && others.length > 0) {
    const message = `Conflicting query string parameters: ${[...found].sort().join(', ')}`;
    throw refusal('InvalidArgument', { ArgumentName: 'ResourceType', ArgumentValue: first }, undefined, message);
  }
  return first;
}

/** The head of a request, as far as it chooses an operation. */
export type OperationClaim = {
  readonly method: string;
  readonly resource: OperationResource;
  readonly subresource: string | undefined;
  /** First value of each decoded query parameter. */
  readonly query: ReadonlyMap<string, string>;
  /** Whether a header, given in lower case, was sent. */
  readonly hasHeader: (name: string) => boolean;
};

/**
 * The operation of the S3 API that a request asks for, the most specific one; `undefined` when S3 has none (WIRE-93).
 * A PUT with `partNumber` but no upload ID has none: as PutObject it would replace the object with one part.
 */
export function findOperation(claim: OperationClaim): S3Operation | undefined {
  if (claim.method === 'PUT' && claim.subresource === undefined && claim.query.has('partNumber')) return undefined;
  let best: S3Operation | undefined;
  for (const operation of s3Operations) {
    if (fits(operation, claim) && (best === undefined || markers(operation) > markers(best))) best = operation;
  }
  return best;
}

/** The methods that S3 has for a resource, for the `Allow` header of a 405 (WIRE-94). */
export function methodsOf(resource: OperationResource, subresource: string | undefined): readonly string[] {
  const methods = s3Operations
    .filter((operation) => operation.resource === resource && operation.subresource === subresource)
    .map((operation) => operation.method);
  return [...new Set(methods)].sort();
}

function fits(operation: S3Operation, claim: OperationClaim): boolean {
  return (
    operation.method === claim.method &&
    operation.resource === claim.resource &&
    operation.subresource === claim.subresource &&
    (operation.query ?? []).every((marker) => hasMarker(claim.query, marker)) &&
    (operation.headers ?? []).every(claim.hasHeader)
  );
}

function hasMarker(query: ReadonlyMap<string, string>, marker: string): boolean {
  const equals = marker.indexOf('=');
  return equals < 0 ? query.has(marker) : query.get(marker.slice(0, equals)) === marker.slice(equals + 1);
}

function markers(operation: S3Operation): number {
  return (operation.query?.length ?? 0) + (operation.headers?.length ?? 0);
}
