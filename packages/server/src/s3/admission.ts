import { Readable } from 'node:stream';
import type { OpenBody } from '../auth/open-body.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import type { LinkUse } from '../links/link-use.ts';
import type { LinkFacts } from '../stores/links/link-store.ts';
import type { OperationCaller, Performable, Permit, RequestBody } from './operation.ts';
import type { Server } from './server.ts';

/** A request that was admitted, as data: who may do what, with which input, under which link, and with which body. */
export type Admission = {
  readonly operation: Performable;
  readonly permit: Permit;
  /** As the operation's declaration read it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: OperationCaller;
  /** Account that webhooks name as the cause; undefined for an anonymous caller, and where a share acts for its owner. */
  readonly principalId: string | undefined;
  /** The bucket's URL as the client addressed it, with a slash at its end. */
  readonly bucketUrl: string;
  /** undefined: the operation takes no body. */
  readonly body: OpenBody | undefined;
  /** Bucket whose CORS rules apply to the response; undefined: none do. */
  readonly corsBucket: string | undefined;
  /**
   * What the request consumes of its link. `operation`: a write claims a use before its body is read, a read when its response is
   * known. `free`: only a place among the clients. `self`: an upload of several requests, whose stored state decides.
   */
  readonly consumes: 'operation' | 'free' | 'self';
  /** Changes the response before a read is claimed: a file name, a cookie. */
  readonly adapt?: ((response: WireAnswer) => WireAnswer) | undefined;
};

/** What is known of a request so far: enough to refuse it, to log it, and to release what it claimed. */
export type Progress = {
  /** As it came. */
  readonly received: WireRequest;
  /** As it acts: with the query of a grant that its cookie stands for. */
  readonly wire: WireRequest;
  note: AnswerNote;
  /** The link that the outcome is counted on. */
  link?: { readonly facts: LinkFacts };
  use?: LinkUse;
  /** Body bytes of a write under way. */
  takenBytes?: () => number;
};

/** How one kind of request is admitted, refused and concluded. S3 and shares each have one. */
export type Entrance<P extends Progress> = {
  /**
   * Judges the head of a request.
   * @returns what to perform, or the response itself where nothing is performed: a page, a redirect
   * @throws whatever `refuse` turns into a response
   */
  admit(progress: P, server: Server): Promise<Admission | WireAnswer>;
  /** Turns whatever was thrown into a response. Never throws. */
  refuse(error: unknown, progress: P, server: Server): WireAnswer | Promise<WireAnswer>;
  /** Adds what every response has, refusals too, and reports it to the ledger. */
  conclude(response: WireAnswer, progress: P, server: Server): WireAnswer;
};

/** The body of an operation that takes none. */
export const emptyBody: RequestBody = {
  get stream() {
    return Readable.from([]);
  },
  sizeBytes: 0,
  trailers: () => new Map<string, string>(),
};

/** An operation of links or shares: it declares no output, since its handler returns text, a stream or headers. */
export function performable(name: string, method: Performable['method'], handle: Performable['handle']): Performable {
  return { name, method, output: {}, handle };
}
