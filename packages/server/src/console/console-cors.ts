import { receivedHeader } from '../auth/received.ts';
import type { WireAnswer, WireRequest } from '../http/wire.ts';
import { type ConsolePlace, isConsoleOrigin } from './hosts.ts';
import { hostOf } from './request-address.ts';

/**
 * Lets pages of the console read what S3 answers: objects come from S3's origin alone, never from the console's. Nothing is
 * admitted by it: who asks is judged by the signature, and no cookie goes along.
 */
export function withConsoleCors(
  wire: WireRequest,
  place: () => ConsolePlace,
  handle: (wire: WireRequest) => Promise<WireAnswer>,
): Promise<WireAnswer> {
  const origin = receivedHeader(wire.rawHeaders, 'origin');
  if (origin === undefined || !isConsoleOrigin(origin, hostOf(wire), place())) return handle(wire);
  return answerConsole(origin, wire, handle);
}

async function answerConsole(
  origin: string,
  wire: WireRequest,
  handle: (wire: WireRequest) => Promise<WireAnswer>,
): Promise<WireAnswer> {
  if (wire.method === 'OPTIONS' && receivedHeader(wire.rawHeaders, 'access-control-request-method') !== undefined) {
    const asked = receivedHeader(wire.rawHeaders, 'access-control-request-headers');
    return {
      status: 204,
      headers: consolePreflightHeaders(origin, asked),
      body: undefined,
      note: { operation: 'Preflight' },
    };
  }
  const answer = await handle(wire);
  const others = answer.headers.filter(([name]) => !/^access-control-/i.test(name));
  return { ...answer, headers: [...others, ...consoleCorsHeaders(origin)] };
}

const methods = 'GET, HEAD, PUT, POST, DELETE';
/** The console reads every header of an answer, metadata too. Without credentials the wildcard means all. */
const exposed = '*';
const headerNames = /^[\w!#$%&'*+.^`|~ ,-]{0,4096}$/;

type Headers = readonly (readonly [name: string, value: string])[];

/** Headers with which the console's pages may read an answer of S3. No credentials: a signature is all that counts there. */
function consoleCorsHeaders(origin: string): Headers {
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Expose-Headers', exposed],
    ['Vary', 'Origin'],
  ];
}

/** The answer to a preflight of the console's. */
function consolePreflightHeaders(origin: string, asked: string | undefined): Headers {
  const headers: [string, string][] = [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Methods', methods],
    ['Access-Control-Max-Age', '600'],
    ['Vary', 'Origin, Access-Control-Request-Headers'],
  ];
  if (asked !== undefined && headerNames.test(asked)) headers.push(['Access-Control-Allow-Headers', asked]);
  return headers;
}
