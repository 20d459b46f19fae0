import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeRequest } from './node-request.ts';
import type { AnswerBody, WireAnswer } from './wire.ts';

/** How an answer left. */
export type Sent = {
  /** Bytes of the body handed to the socket. */
  readonly bytes: number;
  /** The connection was cut after the first byte, by the client or because the rest could not be had. */
  readonly outcome: 'whole' | 'cut';
  /** Why, when the server's side could not go on. */
  readonly error?: unknown;
};

/** What sending needs beside the answer. */
export type SendTools = {
  readonly hostId: string;
  readonly sendStallTimeoutMs: () => number;
  /** The server is stopping: connections are not kept. */
  readonly closing: () => boolean;
};

/** An answer without end says something each 15 s: who takes none of it for so long has gone. */
const openEndedStallMs = 60_000;
/** Largest body that is written together with its head: a tenth more answers a second of 1 KiB (measured 2026-11-24). */
const joinedBytes = 16_384;
/** A body of up to so many bytes that nobody read is read away, so that the connection can be kept. */
const drainBytes = 65_536;
/** What is read away at most before a connection is closed, so that the answer is not lost to a reset. */
const lingerBytes = 1_048_576;

/**
 * Writes an answer with what every answer has, at its turn. After the first byte there is no error answer: the connection is cut,
 * so that a client sees a cut and not a short success. A promise only where there is something to wait for; it never rejects.
 */
export function sendAnswer(
  request: NodeRequest,
  message: IncomingMessage,
  response: ServerResponse,
  answer: WireAnswer,
  tools: SendTools,
): Sent | Promise<Sent> {
  const { body } = answer;
  if (request.isCut || response.headersSent || response.destroyed) return closed(body, { bytes: 0, outcome: 'cut' });
  const unread = message.complete ? 'nothing' : unreadBody(request, message);
  const headers = headersOf(request, answer, tools.hostId);
  if (unread === 'much' || tools.closing()) headers.push('Connection', 'close');
  response.writeHead(answer.status, headers);
  if (unread === 'little') message.resume();
  if (body === undefined || request.method === 'HEAD' || typeof body === 'string' || body instanceof Uint8Array) {
    const sent = request.method === 'HEAD' || body === undefined || isAnswerBody(body) ? undefined : body;
    if (unread === 'much' && !request.waitsForContinue) endAfterLinger(message, response, sent);
    else endWith(response, sent);
    return closed(body, { bytes: sent === undefined ? 0 : Buffer.byteLength(sent), outcome: 'whole' });
  }
  return sendBody(request, response, body, tools);
}

/** Small bytes go out as text of one character a byte: Node joins head and text into one write, which it does not for bytes. */
function endWith(response: ServerResponse, sent: string | Uint8Array | undefined): void {
  if (sent instanceof Uint8Array && sent.byteLength <= joinedBytes) {
    response.end(Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength).toString('latin1'), 'latin1');
  } else response.end(sent);
}

async function sendBody(
  request: NodeRequest,
  response: ServerResponse,
  body: AnswerBody,
  tools: SendTools,
): Promise<Sent> {
  const { socket } = response;
  const before = socket?.bytesWritten ?? 0;
  // Node destroys a socket that moves no byte for so long; when the response has ended it sets the keep-alive time again.
  socket?.setTimeout(body.isOpenEnded === true ? openEndedStallMs : tools.sendStallTimeoutMs());
  try {
    await body.send(response, request.signal);
    response.end();
    return { bytes: body.isOpenEnded ? sentSince(before, socket) : body.sizeBytes, outcome: 'whole' };
  } catch (error) {
    const clientLeft = request.signal.aborted || response.destroyed || socket?.destroyed === true;
    response.destroy();
    const sent = sentSince(before, socket);
    const bytes = body.isOpenEnded ? sent : Math.min(body.sizeBytes, sent);
    return clientLeft ? { bytes, outcome: 'cut' } : { bytes, outcome: 'cut', error };
  } finally {
    await body.close();
  }
}

function sentSince(before: number, socket: ServerResponse['socket']): number {
  return Math.max(0, (socket?.bytesWritten ?? before) - before);
}

function isAnswerBody(body: WireAnswer['body']): body is AnswerBody {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

/** `sent`, once the body is closed that was not sent. */
function closed(body: WireAnswer['body'], sent: Sent): Sent | Promise<Sent> {
  return isAnswerBody(body) ? body.close().then(() => sent) : sent;
}

function headersOf(request: NodeRequest, answer: WireAnswer, hostId: string): string[] {
  const { body, status } = answer;
  const headers: string[] = ['x-amz-request-id', request.requestId, 'x-amz-id-2', hostId, 'Server', 'Tidegate'];
  for (const [name, value] of answer.headers) headers.push(name, value);
  if (status === 204 || status === 304) return headers;
  const isOpenEnded = isAnswerBody(body) && body.isOpenEnded === true;
  if (request.method !== 'HEAD' && !isOpenEnded) headers.push('Content-Length', String(sizeOf(body)));
  return headers;
}

function sizeOf(body: WireAnswer['body']): number {
  if (body === undefined) return 0;
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.byteLength : body.sizeBytes;
}

/** What is left of a body that the handler did not read to its end. */
function unreadBody(request: NodeRequest, message: IncomingMessage): 'nothing' | 'little' | 'much' {
  const declared = message.headers['content-length'];
  if (declared === undefined && message.headers['transfer-encoding'] === undefined) return 'nothing';
  if (request.waitsForContinue) return 'much';
  return declared !== undefined && Number(declared) <= drainBytes ? 'little' : 'much';
}

/**
 * The client is still sending. Closing now would reset the connection and may take the answer with it, so the answer goes out,
 * a bounded rest is read away, and then the connection closes.
 */
function endAfterLinger(
  message: IncomingMessage,
  response: ServerResponse,
  sent: string | Uint8Array | undefined,
): void {
  let read = 0;
  const end = (): void => {
    message.off('data', count);
    if (!response.writableEnded) response.end();
  };
  const count = (chunk: Buffer): void => {
    read += chunk.length;
    if (read > lingerBytes) end();
  };
  response.flushHeaders();
  if (sent !== undefined) response.write(sent);
  response.socket?.setTimeout(1000, () => response.destroy());
  message.on('data', count).once('end', end).once('close', end);
  message.resume();
}
