import { findOperation, refusal, S3Error, subResources } from '@tidegate/protocol';
import type { Operation, RequestHead } from './operation.ts';

/** What the router decides by: nothing is looked up, and no signature is judged yet (SIG section 10, step 2). */
export type RouteRequest = {
  /** As received, upper case. */
  readonly method: string;
  /** Empty: the service itself. */
  readonly bucket: string;
  /** Empty: the bucket. */
  readonly key: string;
  /** Decoded query parameters in order of arrival. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** The values that will be verified and executed: the routed operation is the one that the signature speaks for. */
  readonly view: Pick<RequestHead, 'header'>;
};

/** Finds the operation of a request. */
export interface Router {
  /** @throws S3Error MethodNotAllowed (with Allow), NotImplemented (naming the operation), InvalidArgument */
  match(request: RouteRequest): Operation;
}

const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS'] as const;

/** Operations of one method and resource: the plain ones, and those of each sub-resource, most markers first. */
type Claims = { readonly plain: Operation[]; readonly bySubresource: Map<string, Operation[]> };

/**
 * Derives the router from the declarations. An operation's claim is (method, resource, sub-resource, markers); the most specific
 * that fits wins. A sub-resource that S3 knows and nobody claims is refused by the name of its operation, never taken for
 * the plain one.
 * @throws Error when two operations claim the same
 */
export function createRouter(operations: readonly Operation[]): Router {
  const claims = claimsOf(operations);
  return {
    match(request) {
      const resource = request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
      // A preflight asks about the request that follows it, whatever its query chooses (SIG-33).
      const chosen = request.method === 'OPTIONS' ? undefined : chooseSubresource(request.query);
      const claimed = claims.get(`${request.method} ${resource}`);
      const candidates = chosen === undefined ? claimed?.plain : claimed?.bySubresource.get(chosen);
      const found = candidates?.find((operation) => fits(operation, request));
      if (found !== undefined) return found;
      const unbuilt = findOperation({
        method: request.method,
        resource,
        subresource: chosen,
        query: new Map(request.query),
        hasHeader: (name) => request.view.header(name) !== undefined,
      });
      if (unbuilt !== undefined) throw notBuilt(unbuilt.name);
      throw notAllowed(request.method, resource, allowedMethods(claims, resource, chosen));
    },
  };
}

function claimKey(method: string, resource: string, subresource: string): string {
  return `${method} ${resource} ${subresource}`;
}

function claimsOf(operations: readonly Operation[]): Map<string, Claims> {
  const claims = new Map<string, Claims>();
  const owners = new Map<string, string>();
  for (const operation of operations) {
    const claim = `${claimKey(operation.method, operation.resource, operation.subresource ?? '')} ${markersText(operation)}`;
    const owner = owners.get(claim);
    if (owner !== undefined) {
      throw new Error(`${owner} and ${operation.name} claim the same requests: ${claim.trim()}`);
    }
    owners.set(claim, operation.name);

    const place = `${operation.method} ${operation.resource}`;
    const held = claims.get(place) ?? { plain: [], bySubresource: new Map<string, Operation[]>() };
    claims.set(place, held);
    if (operation.subresource === undefined) {
      held.plain.push(operation);
    } else {
      held.bySubresource.set(operation.subresource, [
        ...(held.bySubresource.get(operation.subresource) ?? []),
        operation,
      ]);
    }
  }
  for (const { plain, bySubresource } of claims.values()) {
    for (const candidates of [plain, ...bySubresource.values()]) {
      candidates.sort((a, b) => markerCount(b) - markerCount(a));
    }
  }
  return claims;
}

function markersText(operation: Operation): string {
  const queries = Object.entries(operation.markers?.query ?? {}).map(([name, value]) => `?${name}=${value}`);
  const headers = Object.entries(operation.markers?.header ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [...queries, ...headers].sort().join(' ');
}

function markerCount(operation: Operation): number {
  return Object.keys(operation.markers?.query ?? {}).length + Object.keys(operation.markers?.header ?? {}).length;
}

/** The one sub-resource that a query names. @throws S3Error InvalidArgument when it names several */
function chooseSubresource(query: RouteRequest['query']): string | undefined {
  let chosen: string | undefined;
  for (const [name] of query) {
    if (name === chosen || !subResources.has(name)) continue;
    if (chosen !== undefined) {
      throw refusal(
        'InvalidArgument',
        { ArgumentName: 'ResourceType', ArgumentValue: chosen },
        undefined,
        `Conflicting query string parameters: ${[chosen, name].sort().join(', ')}`,
      );
    }
    chosen = name;
  }
  return chosen;
}

function fits(operation: Operation, request: RouteRequest): boolean {
  const { markers } = operation;
  if (markers === undefined) return true;
  for (const [name, wanted] of Object.entries(markers.query ?? {})) {
    const value = request.query.find(([sent]) => sent === name)?.[1];
    if (value === undefined || (wanted !== true && value !== wanted)) return false;
  }
  for (const [name, wanted] of Object.entries(markers.header ?? {})) {
    const value = request.view.header(name);
    if (value === undefined || (wanted !== true && !wanted.test(value))) return false;
  }
  return true;
}

function notBuilt(name: string): S3Error {
  return refusal('NotImplemented', { Operation: name }, undefined, `${name} is not implemented by this server.`);
}

function notAllowed(method: string, resource: string, allowed: readonly string[]): S3Error {
  return new S3Error({
    code: 'MethodNotAllowed',
    fields: { Method: method, ResourceType: resource.toUpperCase() },
    headers: { allow: allowed.join(', ') },
  });
}

function allowedMethods(claims: ReadonlyMap<string, Claims>, resource: string, chosen: string | undefined): string[] {
  return methods.filter((method) => {
    const claimed = claims.get(`${method} ${resource}`);
    return chosen === undefined || method === 'OPTIONS'
      ? claimed !== undefined && claimed.plain.length > 0
      : claimed?.bySubresource.has(chosen) === true;
  });
}
