import { receivedHeader } from '../auth/received.ts';
import type { WireAnswer, WireRequest } from '../http/wire.ts';
import { consoleCorsHeaders, consolePreflightHeaders } from './cors.ts';
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
