import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Forwarded } from './client-address.ts';
import { rawRefusal } from './raw-answer.ts';
import { whenTaken } from './when-taken.ts';
import type { WireClient, WireRequest } from './wire.ts';

/** What the listener found out about a request before it is handled. */
export type NodeRequestParts = {
  readonly requestId: string;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly forwarded: Forwarded;
  /** The client sent `Expect: 100-continue` and waits. */
  readonly waitsForContinue: boolean;
  readonly hostId: string;
  /** Drops a connection with a reset, whatever still waits to be sent. */
  readonly reset: (socket: Socket) => void;
};

const informational: Readonly<Record<number, string>> = { 104: 'Upload Resumption Supported' };

/**
 * A request of Node's parser as the rest of the server sees it. Nothing is copied; the abort signal, and the functions that few
 * requests need, are made when they are asked for.
 */
export class NodeRequest implements WireRequest {
  readonly requestId: string;
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly body: Readable;
  readonly client: WireClient;
  readonly forwardedHost: string | undefined;
  readonly #parts: NodeRequestParts;
  readonly #response: ServerResponse;
  #abort: AbortController | undefined;
  #waitsForContinue: boolean;
  #isCut = false;

  constructor(parts: NodeRequestParts) {
    const { message } = parts;
    this.requestId = parts.requestId;
    this.method = message.method ?? '';
    this.target = message.url ?? '';
    this.rawHeaders = message.rawHeaders;
    this.body = message;
    this.client = parts.forwarded;
    this.forwardedHost = parts.forwarded.forwardedHost;
    this.#parts = parts;
    this.#response = parts.response;
    this.#waitsForContinue = parts.waitsForContinue;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      const response = this.#response;
      if (response.destroyed) abort.abort();
      else {
        response.once('close', () => {
          if (!response.writableFinished) abort.abort();
        });
      }
    }
    return this.#abort.signal;
  }

  /** Whether the client still waits for `100 Continue`: then it has sent no body, and may never. */
  get waitsForContinue(): boolean {
    return this.#waitsForContinue;
  }

  /** Something else was written in place of the answer, or nothing can be: what the handler still answers is dropped. */
  cut(): void {
    this.#isCut = true;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  get breakAnswer(): WireRequest['breakAnswer'] {
    const { message, reset } = this.#parts;
    const { socket } = message;
    return () => {
      this.cut();
      reset(socket);
    };
  }

  get breakBody(): WireRequest['breakBody'] {
    return (refused) => {
      const { message, response, hostId } = this.#parts;
      if (message.complete || response.headersSent || response.destroyed) return;
      if (message.socket.writable) message.socket.write(rawRefusal(refused, this.requestId, hostId));
      this.cut();
      message.destroy(refused);
    };
  }

  get whenTaken(): WireRequest['whenTaken'] {
    const { message, response } = this.#parts;
    return (notify) => {
      // Where the server closes the connection itself, nothing shows what the client has read of what the kernel holds.
      if (response.shouldKeepAlive) whenTaken(message.socket, notify);
    };
  }

  get inform(): WireRequest['inform'] {
    return (status, headers) => {
      const { socket, headersSent, destroyed } = this.#response;
      // A response has its socket when those before it on the connection have left.
      if (headersSent || destroyed || socket === null || !socket.writable) return;
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 ${status} ${informational[status] ?? 'Information'}\r\n${lines.join('')}\r\n`, 'latin1');
    };
  }

  get expectBody(): WireRequest['expectBody'] {
    return () => {
      if (!this.#waitsForContinue) return;
      this.#waitsForContinue = false;
      if (!this.#response.headersSent && !this.#response.destroyed) this.#response.writeContinue();
    };
  }
}
