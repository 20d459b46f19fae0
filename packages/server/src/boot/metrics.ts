import { createHash, timingSafeEqual } from 'node:crypto';
import { S3Error } from '@tidegate/protocol';
import type { Authority } from '../auth/authenticate.ts';
import { authenticate } from '../auth/authenticate.ts';
import { receivedHeader } from '../auth/received.ts';
import { parseRequestTarget } from '../auth/request-target.ts';
import { plain } from '../http/handlers.ts';
import type { WireAnswer, WireRequest } from '../http/wire.ts';
import type { Metrics } from '../observe/metrics.ts';
import { isOwner } from '../policy/key-scope.ts';

/** Answers `/_/metrics` to an owner's signature or the bearer token of the settings (SEC-311). */
export async function answerMetrics(
  wire: WireRequest,
  metrics: Metrics,
  authority: Authority,
  token: string | undefined,
): Promise<WireAnswer> {
  if (wire.method !== 'GET' && wire.method !== 'HEAD') return plain(405, 'Only GET and HEAD.', ['Allow', 'GET, HEAD']);
  const refused = await refusalFor(wire, authority, token);
  if (refused !== undefined) return refused;
  const { text, contentType } = await metrics.write();
  const headers = [
    ['Content-Type', contentType],
    ['Cache-Control', 'no-store'],
  ] as const;
  return { status: 200, headers, body: text, note: { operation: 'Metrics' } };
}

async function refusalFor(
  wire: WireRequest,
  authority: Authority,
  token: string | undefined,
): Promise<WireAnswer | undefined> {
  const authorization = receivedHeader(wire.rawHeaders, 'authorization') ?? '';
  if (/^bearer /i.test(authorization)) {
    const isRight = token !== undefined && isSame(authorization.slice('bearer '.length).trim(), token);
    return isRight ? undefined : plain(403, 'This token may not read the metrics.');
  }
  try {
    const target = parseRequestTarget(wire, authority.addressing);
    const { caller } = await authenticate(wire, target, 'request', authority);
    if (caller.kind === 'signed' && !caller.presigned && isOwner(caller.key)) return undefined;
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return plain(error.status, `${error.code}: ${error.message}`);
  }
  return plain(
    403,
    'Metrics are for an owner: sign the request in its header, or send the token of metrics.token_file.',
  );
}

/** Compared by their hashes: tokens may differ in length. */
function isSame(sent: string, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(sent), hash(expected));
}
