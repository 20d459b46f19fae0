import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { CliError, exitCodes, Interrupted } from '../core/errors.ts';

/** A request whose URL goes out byte for byte: nothing here passes through a URL class, which would tidy keys up. */
export type HttpRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is opened anew for each try. */
  readonly body?: Uint8Array | (() => Readable) | undefined;
};

/** An answer whose body has not been read. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
  readonly tookMs: number;
};

/** What one call of the client needs from outside. */
export type HttpOptions = {
  /** Give up when nothing moves for so long. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told of each answer, for `-v`. */
  readonly trace?: (line: string) => void;
};

/** Sends one request once. @throws CliError not reachable, timed out; Interrupted */
export function sendOnce(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  const { origin, host, path } = splitUrl(request.url);
  // An import of node:http would load undici and HTTP/2 with it: 30 ms of every command (Node 24.21).
  const send = process.getBuiltinModule(origin.startsWith('https:') ? 'node:https' : 'node:http').request;
  const { hostname, port } = new URL(origin);
  const startedMs = performance.now();
  return new Promise<HttpAnswer>((resolve, reject) => {
    const outgoing = send(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port: port === '' ? undefined : Number(port),
        method: request.method,
        path,
        headers: { host, ...(typeof request.body === 'function' && { expect: '100-continue' }), ...request.headers },
        signal: options.signal,
      },
      (body) => {
        const tookMs = performance.now() - startedMs;
        options.trace?.(
          `${request.method} ${request.url.slice(origin.length)} ${body.statusCode ?? 0} ${Math.round(tookMs)} ms`,
        );
        resolve({ status: body.statusCode ?? 0, headers: body.headers, body, tookMs });
      },
    );
    outgoing.setTimeout(options.timeoutMs, () => outgoing.destroy(new IdleTimeout()));
    outgoing.on('error', (error) => reject(unreachable(error, origin, options)));
    sendBody(outgoing, request.body, reject);
  });
}

const continueWaitMs = 1000;

function sendBody(outgoing: ClientRequest, body: HttpRequest['body'], reject: (error: unknown) => void): void {
  if (typeof body !== 'function') {
    outgoing.end(body);
    return;
  }
  let isStarted = false;
  const start = () => {
    clearTimeout(timer);
    if (isStarted || outgoing.destroyed) return;
    isStarted = true;
    const source = body();
    source.on('error', (error) => {
      outgoing.destroy();
      reject(error);
    });
    outgoing.on('close', () => source.destroy());
    source.pipe(outgoing);
  };
  // A refusal can come before the body: waiting for 100 spares sending it. Some servers never answer 100.
  const timer = setTimeout(start, continueWaitMs);
  outgoing.on('continue', start);
  outgoing.on('response', () => {
    clearTimeout(timer);
    if (!isStarted) outgoing.end();
  });
  outgoing.on('close', () => clearTimeout(timer));
  outgoing.flushHeaders();
}

/** Scheme and host, host as it is signed, and the rest of the text of an absolute URL. */
export function splitUrl(url: string): { readonly origin: string; readonly host: string; readonly path: string } {
  const [, origin = '', host = '', path = ''] = /^(https?:\/\/([^/?#]*))([^#]*)/i.exec(url) ?? [];
  return { origin, host, path: path.startsWith('/') ? path : `/${path}` };
}

const triesMost = 3;
const retriedStatus = new Set([500, 502, 503, 504]);

/** Sends a request, again after a busy or broken answer: 3 tries, 0.2 s and 0.8 s apart, with some jitter. */
export async function sendWithRetries(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  for (let tried = 1; ; tried += 1) {
    try {
      const answer = await sendOnce(request, options);
      if (!retriedStatus.has(answer.status) || tried === triesMost) return answer;
      answer.body.resume();
    } catch (error) {
      const isFinal =
        !(error instanceof CliError) || error.parts.code === 'ECONNREFUSED' || error.parts.code === 'ENOTFOUND';
      if (isFinal || tried === triesMost) throw error;
    }
    await pause(200 * 4 ** (tried - 1) * (0.75 + Math.random() / 2), options.signal);
  }
}

/** Waits, unless interrupted. */
async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new Interrupted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Interrupted());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, durationMs);
    signal.addEventListener('abort', stop, { once: true });
  });
}

const documentMostBytes = 16 * 1024 * 1024;

/** The whole of a small answer: a document or an error. @throws CliError when it passes 16 MiB or is cut */
export async function readDocumentText(answer: HttpAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of answer.body) {
      sizeBytes += chunk.length;
      if (sizeBytes > documentMostBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new CliError({ exit: exitCodes.unreachable, what: 'The response was cut off.', cause });
  }
  if (sizeBytes > documentMostBytes) {
    throw new CliError({
      exit: exitCodes.unreachable,
      what: 'The response is larger than 16 MiB, too large for an S3 document.',
    });
  }
  return Buffer.concat(chunks).toString('utf8');
}

class IdleTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** The error of a request that got no response. */
export function unreachable(
  error: Error & { readonly code?: string },
  origin: string,
  options: Pick<HttpOptions, 'signal' | 'timeoutMs'>,
): Error {
  if (options.signal.aborted) return new Interrupted();
  const { code = '' } = error;
  const why =
    whys[code] ??
    (code.includes('CERT') || code.includes('SIGNATURE') ? `its certificate is not trusted (${code})` : undefined);
  return new CliError({
    exit: exitCodes.unreachable,
    what: `Cannot reach ${origin}: ${why ?? (code === 'ETIMEDOUT' ? `no response within ${options.timeoutMs / 1000} s` : error.message)}.`,
    fix: fixOf(origin, code),
    code: code === '' ? undefined : code,
    cause: error,
  });
}

function fixOf(origin: string, code: string): string {
  if (code === 'ECONNREFUSED' && /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(origin)) {
    return 'Start it:  tidegate serve ./data';
  }
  // Keys without an address are keys of AWS: what one has who took over the keys of a first start and nothing else.
  if (/\.amazonaws\.com(?:\.cn)?$/.test(origin)) {
    return 'That is AWS. A server of yours is named by --endpoint-url or AWS_ENDPOINT_URL, like http://127.0.0.1:9000.';
  }
  return 'Check the address (--endpoint-url, AWS_ENDPOINT_URL) and the network.';
}

const whys: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no network',
  EPROTO: 'it does not speak TLS, or another version of it',
  HPE_INVALID_CONSTANT: 'what answers does not speak HTTP',
};
