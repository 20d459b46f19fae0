import type { Readable, Writable } from 'node:stream';
import type { S3Error } from '@tidegate/protocol';

/** The head of a request as it came (signatures need the very bytes), and an unread body. */
export type WireRequest = {
  readonly requestId: string;
  /** Upper case, as received. */
  readonly method: string;
  /** Between method and version on the request line, raw (SIG-1). */
  readonly target: string;
  /** name, value, name, value: as received, latin1, in order of arrival. */
  readonly rawHeaders: readonly string[];
  readonly body: Readable;
  readonly client: WireClient;
  /** First value of X-Forwarded-Host, when a trusted proxy sent it (SIG-17). */
  readonly forwardedHost: string | undefined;
  /** Aborts when the connection is gone or the server must cut the request. */
  readonly signal: AbortSignal;
  /** Sends `100 Continue` when the client waits for it. Called once, when the body is about to be read (SEC-423). */
  readonly expectBody: () => void;
  /** Sends an informational answer (1xx) ahead of the answer, if that has not begun (LNK-54). */
  readonly inform: (status: number, headers: readonly (readonly [name: string, value: string])[]) => void;
  /** Ends the answer from outside: the connection is reset, so that nobody takes what was sent for the whole (SEC-217). */
  readonly breakAnswer: () => void;
  /**
   * Ends the body from outside, if it is still arriving: it is answered with the refusal, and its stream fails with it (SEC-218).
   * What arrived whole is left to whoever makes it final.
   */
  readonly breakBody: (refused: S3Error) => void;
  /** Calls back once it is known whether the client has read the whole answer, if it ever is. For after the answer was sent. */
  readonly whenTaken: (notify: (taken: boolean) => void) => void;
};

export type WireClient = {
  /** As the trusted proxies report it; without any, the socket's. IPv4-mapped IPv6 is written as IPv4. */
  readonly address: string;
  /** TLS, the server's own or as a trusted proxy reports it. */
  readonly secure: boolean;
  /** `1.3`; absent where the server itself does not speak TLS with the client. */
  readonly tlsVersion?: string | undefined;
};

/** Bytes that are written when the head has gone out. */
export interface AnswerBody {
  readonly sizeBytes: number;
  /** It has no length: it is sent in chunks until `send` resolves. */
  readonly isOpenEnded?: boolean;
  /** Writes exactly `sizeBytes` to `sink` without ending it; rejects when it cannot, and the connection is cut then. */
  send(sink: Writable, signal: AbortSignal): Promise<void>;
  /** Called once in any case, sent or not. */
  close(): Promise<void>;
}

export type WireAnswer = {
  readonly status: number;
  /** Without what every answer has: request id, Date, Connection, Content-Length of a body that is given. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array | AnswerBody | undefined;
  /** For log and metrics: what the request was found to be. Absent members are unknown. */
  readonly note: AnswerNote;
  /** Told once how the answer left, or that it did not. */
  readonly onSent?: ((sent: SentReport) => void) | undefined;
};

/** How an answer left. */
export type SentReport = {
  /** Bytes of the answer's body that were handed to the socket. */
  readonly bytes: number;
  readonly outcome: 'whole' | 'cut';
  /** Bytes of the request's body that were received. */
  readonly bytesIn: number;
  /** From the first line of the request to the last byte of the answer. */
  readonly durationMs: number;
};

/** What log line and metrics say of a request besides its head. Holds no secret, signature or token. */
export type AnswerNote = {
  readonly operation?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly accessKeyId?: string;
  /** Fingerprint, `lk_…`. */
  readonly link?: string;
  readonly code?: string;
  readonly reason?: string;
  /** Of a form: bytes of the files that were taken of it, for the ledger. Default: all that came. */
  readonly takenBytes?: number;
  /** An unforeseen error, only for the log. */
  readonly bug?: unknown;
};
