import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { refusal, type S3Error, writeErrorDocument } from '@tidegate/protocol';
import type { Clock } from '../world/clock.ts';
import { ClientAddresses } from './client-address.ts';
import { ConnectionGate } from './connection-gate.ts';
import { checkHead, type HeadLimits } from './head-check.ts';
import { NodeRequest } from './node-request.ts';
import { answerBroken, rawRefusal } from './raw-answer.ts';
import { type SendTools, type Sent, sendAnswer } from './send-answer.ts';
import { UploadWatch } from './upload-watch.ts';
import { noteNextRequest } from './when-taken.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

// An import of node:http reads all of its exports, and the getters of WebSocket and its events load undici and HTTP/2 for that:
// 30 ms and 12 MB of an empty process, 4 MB of this one (Node 24.21). What speaks TLS is more of it, so only who uses it asks for it.
const http = process.getBuiltinModule('node:http');

/** Bounds of a listener, by the names of security.md, section I. */
export type ListenerLimits = HeadLimits & {
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  readonly maxRequestsPerConnection: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly minUploadBytesPerS: number;
  readonly uploadWindowS: number;
  readonly sendStallTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly connectionsCheckIntervalMs: number;
};

/** A request that has been answered, for log and metrics. */
export type Handled = {
  readonly wire: WireRequest;
  readonly answer: WireAnswer;
  readonly sent: Sent;
  readonly bytesIn: number;
  /** Monotonic. */
  readonly startedMs: number;
  readonly answeredMs: number;
  readonly endedMs: number;
};

/** What a listener is made of. */
export type ListenerOptions = {
  readonly limits: ListenerLimits;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly trustProxy: readonly string[];
  readonly clock: Clock;
  readonly nextRequestId: () => string;
  readonly hostId: string;
  /** Answers a request. Whatever it throws ends the connection and is given to `onBug`. */
  readonly handle: (wire: WireRequest) => Promise<WireAnswer>;
  readonly onHandled: (handled: Handled) => void;
  readonly onBug: (error: unknown, wire: WireRequest) => void;
};

/** Where to listen. */
export type Place =
  /** `reusePort`: other processes may listen there too; the kernel spreads connections over them. */
  { readonly host: string; readonly port: number; readonly reusePort?: true } | { readonly path: string };

/** One open listener: sockets in, `WireRequest`s out, answers back. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server | TlsServer;
  readonly #addresses: ClientAddresses;
  readonly #gate: ConnectionGate;
  readonly #uploads: UploadWatch;
  #limits: ListenerLimits;
  /** Sockets that were refused on connect; requests on them are ignored. */
  readonly #refused = new WeakSet<Socket>();
  /** Sockets with requests under way: nothing else may be written to them. */
  readonly #answering = new Map<Socket, UnderWay>();
  /** The connections under TLS ones, by the peer's address and port: they alone can be reset. */
  readonly #plain = new Map<string, Socket>();
  #running = 0;
  #closing = false;
  readonly #sendTools: SendTools;
  #idle: (() => void) | undefined;

  constructor(options: ListenerOptions) {
    const { limits } = options;
    this.#options = options;
    this.#limits = limits;
    this.#sendTools = {
      hostId: options.hostId,
      sendStallTimeoutMs: () => this.#limits.sendStallTimeoutMs,
      closing: () => this.#closing,
    };
    this.#addresses = new ClientAddresses(options.trustProxy);
    this.#gate = new ConnectionGate(limits, this.#addresses);
    this.#uploads = new UploadWatch(options.clock, limits);
    const settings = {
      maxHeaderSize: limits.maxHeaderBytes,
      connectionsCheckingInterval: limits.connectionsCheckIntervalMs,
      insecureHTTPParser: false,
      // Ours, so that it is answered like every other refusal (SEC-408).
      requireHostHeader: false,
      noDelay: true,
    };
    this.#server =
      options.tls === undefined
        ? http.createServer(settings)
        : process.getBuiltinModule('node:https').createServer({ ...settings, ...options.tls, minVersion: 'TLSv1.2' });
    this.useLimits(limits);
    this.#server.prependListener('connection', (socket: Socket) => this.#admit(socket));
    this.#server.on('request', (message, response) => this.#begin(message, response, 'no'));
    // Without this listener Node would send 100 Continue before anything was judged (SEC-423).
    this.#server.on('checkContinue', (message, response) => this.#begin(message, response, 'yes'));
    // Nor 417: an expectation that nobody knows is passed over, as S3 does (WIRE-109).
    this.#server.on('checkExpectation', (message, response) => this.#begin(message, response, 'no'));
    this.#server.on('clientError', (error, socket) => this.#broken(error, asSocket(socket)));
  }

  /** Resolves when connections are taken. Rejects with Node's error (`EADDRINUSE` …). */
  async listen(place: Place): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(place, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    // Errors of accepting (no descriptors left) pass; a listener keeps them from ending the process (SEC-904).
    this.#server.on('error', ignoreAcceptError);
  }

  /** Host and port in use, or the socket file. */
  get address(): AddressInfo | string {
    const address = this.#server.address();
    if (address === null) throw new Error('The listener is not open.');
    return address;
  }

  /** Requests that are being answered. */
  get running(): number {
    return this.#running;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#gate.open;
  }

  /** New certificates for connections from now on. */
  useCertificate(tls: { readonly cert: string; readonly key: string }): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(tls);
  }

  /** Other limits for connections and requests from now on; the size of a head and the rhythm of Node's checks stay. */
  useLimits(limits: ListenerLimits): void {
    this.#limits = limits;
    this.#gate.useLimits(limits);
    this.#uploads.useLimits(limits);
    this.#server.headersTimeout = limits.headersTimeoutMs;
    this.#server.requestTimeout = limits.requestTimeoutMs;
    this.#server.keepAliveTimeout = limits.keepAliveTimeoutMs;
    // One more than allowed: Node drops the surplus silently, and it must be seen to be refused (SEC-406).
    this.#server.maxHeadersCount = limits.maxHeaderCount + 1;
    this.#server.maxRequestsPerSocket = limits.maxRequestsPerConnection;
  }

  /** Stops taking; resolves when everything under way has been answered. Idle connections are closed at once (REL-8). */
  async drain(): Promise<void> {
    this.#closing = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    this.#server.closeIdleConnections();
  }

  /** Cuts every connection. */
  cut(): void {
    this.#closing = true;
    this.#server.close();
    this.#server.closeAllConnections();
    this.#uploads.stop();
  }

  #admit(socket: Socket): void {
    if (this.#gate.enter(socket) === 'entered') {
      if (this.#options.tls !== undefined) this.#remember(socket);
      return;
    }
    this.#refused.add(socket);
    if (this.#options.tls !== undefined) socket.destroy();
    else socket.end(rawRefusal(refusal('SlowDown', {}), this.#options.nextRequestId(), this.#options.hostId));
  }

  #remember(socket: Socket): void {
    const peer = peerOf(socket);
    this.#plain.set(peer, socket);
    socket.once('close', () => {
      if (this.#plain.get(peer) === socket) this.#plain.delete(peer);
    });
  }

  /** A plain close would still deliver what waits in the kernel; a reset drops it (SEC-217). */
  readonly #reset = (socket: Socket): void => {
    if (this.#options.tls === undefined) socket.resetAndDestroy();
    else {
      this.#plain.get(peerOf(socket))?.resetAndDestroy();
      socket.destroy();
    }
  };

  #begin(message: IncomingMessage, response: ServerResponse, waitsForContinue: 'yes' | 'no'): void {
    const { socket } = message;
    if (this.#refused.has(socket)) return;
    noteNextRequest(socket);
    const { rawHeaders } = message;
    const encrypted = this.#options.tls !== undefined;
    const request = new NodeRequest({
      requestId: this.#options.nextRequestId(),
      message,
      response,
      forwarded: this.#addresses.read(socket.remoteAddress, encrypted, rawHeaders, tlsVersionOf(socket)),
      waitsForContinue: waitsForContinue === 'yes',
      hostId: this.#options.hostId,
      reset: this.#reset,
    });
    this.#running += 1;
    const underWay = this.#answering.get(socket);
    if (underWay === undefined) this.#answering.set(socket, { count: 1, last: { request, message, response } });
    else {
      underWay.count += 1;
      underWay.last = { request, message, response };
    }
    // Never rejects: what goes wrong inside is given to onBug.
    this.#serve(request, message, response).then(
      () => this.#end(socket),
      (error: unknown) => {
        this.#options.onBug(error, request);
        response.destroy();
        this.#end(socket);
      },
    );
  }

  async #serve(request: NodeRequest, message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock } = this.#options;
    const limits = this.#limits;
    const startedMs = clock.monotonicMs();
    const bytesBefore = message.socket.bytesRead;
    const stopWatching = message.complete ? undefined : this.#watch(request, message, response);
    const fault = checkHead(request.target, request.rawHeaders, message.httpVersion, limits);
    let answer: WireAnswer;
    try {
      answer = fault === undefined ? await this.#options.handle(request) : this.#refuse(fault, request);
    } finally {
      stopWatching?.();
    }
    const answeredMs = clock.monotonicMs();
    await answerTurn();
    const sending = sendAnswer(request, message, response, answer, this.#sendTools);
    const sent = sending instanceof Promise ? await sending : sending;
    const bytesIn = stopWatching === undefined ? 0 : bodyBytes(message, message.socket.bytesRead - bytesBefore);
    const endedMs = clock.monotonicMs();
    answer.onSent?.({ bytes: sent.bytes, outcome: sent.outcome, bytesIn, durationMs: endedMs - startedMs });
    this.#options.onHandled({ wire: request, answer, sent, bytesIn, startedMs, answeredMs, endedMs });
  }

  #watch(request: NodeRequest, message: IncomingMessage, response: ServerResponse): (() => void) | undefined {
    if (message.headers['content-length'] === '0') return undefined;
    if (message.headers['content-length'] === undefined && message.headers['transfer-encoding'] === undefined) {
      return undefined;
    }
    return this.#uploads.watch(message, () => {
      const error = refusal('RequestTimeout', {});
      if (!response.headersSent) message.socket.write(rawRefusal(error, request.requestId, this.#options.hostId));
      request.cut();
      message.destroy(error);
    });
  }

  #refuse(error: S3Error, request: NodeRequest): WireAnswer {
    const mark = request.target.indexOf('?');
    return {
      status: error.status,
      headers: [
        ['Content-Type', 'application/xml'],
        ['Connection', 'close'],
      ],
      body: writeErrorDocument(error, {
        requestId: request.requestId,
        hostId: this.#options.hostId,
        resource: (mark === -1 ? request.target : request.target.slice(0, mark)).slice(0, 1024),
      }),
      note: { code: error.code },
    };
  }

  /**
   * The parser gave up on a connection. What was received whole before is still answered; a request whose body broke is not,
   * and the refusal goes out in its place, unless its answer has begun.
   */
  #broken(error: NodeJS.ErrnoException, socket: Socket): void {
    if (this.#refused.has(socket)) return;
    const underWay = this.#answering.get(socket);
    if (underWay === undefined) {
      answerBroken(error, socket, this.#options);
      return;
    }
    const { request, message, response } = underWay.last;
    if (message.complete) underWay.broken = error;
    else if (response.headersSent || underWay.count > 1) socket.destroy();
    else {
      request.cut();
      answerBroken(error, socket, this.#options);
    }
  }

  #end(socket: Socket): void {
    this.#running -= 1;
    const underWay = this.#answering.get(socket);
    if (underWay !== undefined) {
      underWay.count -= 1;
      if (underWay.count === 0) {
        this.#answering.delete(socket);
        if (underWay.broken !== undefined) answerBroken(underWay.broken, socket, this.#options);
      }
    }
    if (this.#closing && this.#running === 0) this.#idle?.();
  }
}

/** Requests of one connection that are not answered yet. */
type UnderWay = {
  count: number;
  /** The newest, whose body may still be arriving. */
  last: { readonly request: NodeRequest; readonly message: IncomingMessage; readonly response: ServerResponse };
  /** The parser gave up behind them. */
  broken?: NodeJS.ErrnoException;
};

/** Bytes of a body: as declared where it came whole (it may have come in one packet with its head), else as received. */
function bodyBytes(message: IncomingMessage, receivedBytes: number): number {
  const declared = message.headers['content-length'];
  return message.complete && declared !== undefined ? Number(declared) : receivedBytes;
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function asSocket(stream: unknown): Socket {
  // Node types the socket of `clientError` as a Duplex; for TCP, TLS and socket files alike it is a net.Socket.
  return stream as Socket;
}

/** `1.3`, as condition keys write it. */
function tlsVersionOf(socket: Socket): string | undefined {
  return isTls(socket) ? (socket.getProtocol()?.replace('TLSv', '') ?? undefined) : undefined;
}

function ignoreAcceptError(): void {
  // The kernel's queue keeps the connection until a descriptor is free.
}

/** As Node tells them apart itself: a listener without TLS never loads the class. */
function isTls(socket: Socket): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true;
}

let coming: Promise<void> | undefined;

/**
 * Resolves when all requests that came in with this one have been worked on. Their answers then go out one behind the other: the
 * first write wakes the other side, and the rest find it awake. Written each at once, every answer pays for that: half as
 * many again of 1 KiB a second go out this way (19,200 to 28,400, two cores, measured 2026-11-24).
 */
function answerTurn(): Promise<void> {
  coming ??= new Promise((resolve) => {
    setImmediate(() => {
      coming = undefined;
      resolve();
    });
  });
  return coming;
}
