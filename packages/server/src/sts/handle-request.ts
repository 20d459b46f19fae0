import { createHash } from 'node:crypto';
import { authenticate } from '../auth/authenticate.ts';
import { bytesOf, readSmallBody } from '../auth/body-source.ts';
import type { SignedCaller } from '../auth/caller.ts';
import { receivedHeader } from '../auth/received.ts';
import { parseRequestTarget, type RequestTarget } from '../auth/request-target.ts';
import { refuseExpired } from '../auth/still-valid.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import { type ClientAddressPolicy, keptAddress } from '../links/address.ts';
import type { Server } from '../s3/server.ts';
import { answerSts, type StsTools } from './answer-sts.ts';
import { StsError, toStsError } from './sts-error.ts';
import { invalid, StsParameters } from './sts-parameters.ts';
import { writeStsAnswer, writeStsError } from './sts-xml.ts';

/** Longest form that is read: a policy has 2,048 characters. */
const maxFormBytes = 65_536;

/** Services that a request may be signed for: AWS's clients sign for `sts`; those that know S3 alone, for that. */
const services = ['sts', 's3'];

/**
 * STS-1: whether a request asks STS, which answers where S3 does: a form to the service itself, which is no operation of S3, or
 * a query that names an action and its version.
 */
export function isStsRequest({ method, target, rawHeaders }: WireRequest): boolean {
  const next = target.charAt(1);
  if (target.charCodeAt(0) !== 0x2f || (next !== '' && next !== '?')) return false;
  if (method === 'POST')
    return /^application\/x-www-form-urlencoded\b/i.test(receivedHeader(rawHeaders, 'content-type') ?? '');
  return method === 'GET' && /[?&]Action=/.test(target) && /[?&]Version=/.test(target);
}

/** The life of one request to STS: header-signed, a form or a query in, XML out. */
export async function handleStsRequest(
  wire: WireRequest,
  server: Server,
  tools: StsTools & { readonly clientAddress: () => ClientAddressPolicy },
): Promise<WireAnswer> {
  let note: AnswerNote = { operation: 'Sts' };
  try {
    const target = parseRequestTarget(wire, server.authority.addressing);
    const body = await readForm(wire);
    const bodySha256 = createHash('sha256').update(body).digest('hex');
    const { caller } = await authenticate(wire, target, 'request', server.authority, { services, bodySha256 });
    refuseExpired({ caller }, server.tools.clock);
    const signed = requireHeaderSigned(caller, bodySha256);
    note = { ...note, accessKeyId: signed.verified.accessKeyId };
    const parameters = new StsParameters(pairsOf(wire, target, body));
    note = { ...note, operation: parameters.action };
    const client = keptAddress(wire.client.address, tools.clientAddress());
    const result = await answerSts(parameters, signed, { client, requestId: wire.requestId }, tools);
    return xmlAnswer(200, writeStsAnswer(parameters.action, result, wire.requestId), wire, note);
  } catch (error) {
    const { refused, bug } = toStsError(error);
    note = { ...note, code: refused.code, ...(bug === undefined ? {} : { bug }) };
    return xmlAnswer(refused.status, writeStsError(refused, wire.requestId), wire, note);
  }
}

function readForm(wire: WireRequest): Promise<Uint8Array> {
  wire.expectBody();
  return readSmallBody(bytesOf(wire.body), maxFormBytes, () =>
    invalid(`The form is longer than ${maxFormBytes} bytes.`),
  );
}

/** STS-2: a link makes no credentials, and the signature stands for the whole body. */
function requireHeaderSigned(caller: SignedCaller | { readonly kind: 'anonymous' }, bodySha256: string): SignedCaller {
  if (caller.kind === 'anonymous') {
    throw new StsError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  const { mechanism, payload } = caller.verified;
  if (mechanism !== 'sigv4-header') {
    throw new StsError(403, 'AccessDenied', 'Requests to STS are signed with SigV4 in their Authorization header.');
  }
  if (payload.kind !== 'sha256' || payload.hex !== bodySha256) {
    throw new StsError(403, 'SignatureDoesNotMatch', 'The signature does not stand for the body that was sent.');
  }
  return caller;
}

function pairsOf(wire: WireRequest, target: RequestTarget, body: Uint8Array): Iterable<readonly [string, string]> {
  if (wire.method !== 'POST') return target.parsed.query;
  if (target.parsed.query.length > 0) throw invalid('The parameters stand in the form, not in the query.');
  return new URLSearchParams(new TextDecoder().decode(body));
}

function xmlAnswer(status: number, text: string, wire: WireRequest, note: AnswerNote): WireAnswer {
  return {
    status,
    headers: [
      ['Content-Type', 'text/xml'],
      ['Cache-Control', 'no-store'],
      ['X-Content-Type-Options', 'nosniff'],
      ['x-amzn-RequestId', wire.requestId],
    ],
    body: text,
    note,
  };
}
