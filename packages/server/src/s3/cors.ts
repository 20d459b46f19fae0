import { receivedHeader } from '../auth/received.ts';
import type { WireRequest } from '../http/wire.ts';
import { isResumableLink } from '../links/resumable/dialect.ts';
import { widenCors } from '../links/resumable/resumable-cors.ts';
import { corsResponseHeaders, findCorsRule, isOrigin } from '../policy/cors.ts';
import type { Server } from './server.ts';

type CorsHeaders = readonly (readonly [name: string, value: string])[];

const none: CorsHeaders = [];

/**
 * Headers of the bucket's CORS rule that fits, on every answer, refusals too: a browser can then read why a link failed
 * (SIG-100). A preflight answers for itself. Never rejects: an answer does not fail for the sake of these. A request
 * without an Origin, as nearly every one, has nothing to wait for.
 */
export function corsHeaders(
  wire: WireRequest,
  bucket: string,
  server: Pick<Server, 'tools'>,
): CorsHeaders | Promise<CorsHeaders> {
  if (bucket === '' || wire.method === 'OPTIONS') return none;
  const origin = receivedHeader(wire.rawHeaders, 'origin');
  return origin === undefined || !isOrigin(origin) ? none : headersFor(origin, wire, bucket, server);
}

async function headersFor(
  origin: string,
  wire: WireRequest,
  bucket: string,
  server: Pick<Server, 'tools'>,
): Promise<CorsHeaders> {
  try {
    const record = await server.tools.store.readBucket(bucket);
    // As Amazon S3: a request that names the method it asks about is judged by that one.
    const isResumable = isResumableLink(queryOf(wire.target));
    const asked = receivedHeader(wire.rawHeaders, 'access-control-request-method');
    // Rules know no PATCH: a link for a whole upload is the PUT that was signed (LNK-57).
    const method = asked ?? (isResumable ? 'PUT' : wire.method);
    const request = { origin, method, headers: [] };
    const rule = findCorsRule(record?.config.cors ?? [], request);
    if (rule === undefined) return none;
    const headers = corsResponseHeaders(rule, request);
    return isResumable ? widenCors(headers, undefined) : headers;
  } catch {
    // The store's failure is the answer's own business; it has been met by the operation too.
    return none;
  }
}

/** Looked at for one flag alone; what the router reads is parsed once, elsewhere. */
function queryOf(target: string): readonly (readonly [string, string])[] {
  const mark = target.indexOf('?');
  return mark === -1 || !target.includes('x-link-resumable', mark)
    ? []
    : [...new URLSearchParams(target.slice(mark + 1))];
}
