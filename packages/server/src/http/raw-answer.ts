import type { Socket } from 'node:net';
import { type ErrorCode, refusal, S3Error, writeErrorDocument } from '@tidegate/protocol';

/** An answer written to a socket whose request cannot be handled as one: refused at the door, or no HTTP at all. */
export function rawRefusal(error: S3Error, requestId: string, hostId: string): string {
  const body = writeErrorDocument(error, { requestId, hostId });
  return [
    `HTTP/1.1 ${error.status} ${statusText(error.status)}`,
    'Server: Tidegate',
    `x-amz-request-id: ${requestId}`,
    'Content-Type: application/xml',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

/** Answers what Node's parser refused (SEC-401 to SEC-405, SEC-410) and closes. */
export function answerBroken(
  error: NodeJS.ErrnoException,
  socket: Socket,
  tools: { readonly nextRequestId: () => string; readonly hostId: string },
): void {
  if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    socket.destroy();
    return;
  }
  socket.end(rawRefusal(brokenRefusal(error.code), tools.nextRequestId(), tools.hostId), () => socket.destroy());
}

function brokenRefusal(code: string | undefined): S3Error {
  if (code === 'HPE_HEADER_OVERFLOW') return refusal('RequestHeaderSectionTooLarge', {});
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return withStatus('RequestTimeout', 408);
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return withStatus('BadRequest', 413);
  return refusal('BadRequest', {}, undefined, 'An error occurred when parsing the HTTP request.');
}

function withStatus(code: ErrorCode, status: number): S3Error {
  return new S3Error({ code, status });
}

function statusText(status: number): string {
  if (status === 403) return 'Forbidden';
  if (status === 408) return 'Request Timeout';
  if (status === 413) return 'Content Too Large';
  if (status === 431) return 'Request Header Fields Too Large';
  return status === 503 ? 'Slow Down' : 'Bad Request';
}
