import type { Readable } from 'node:stream';
import type { Acl, AnyShape, ErrorCode, ValueOf, WriteOptions } from '@tidegate/protocol';
import type { ObjectLock, Tag } from '../stores/objects/object-lock.ts';
import type { VersionRecord } from '../stores/objects/object-store.ts';
import { commonInput } from './common-headers.ts';
import type { ObjectEvent } from './operation-events.ts';
import type { Fields, Gated, InputGate, InputOf } from './operation-input.ts';
import type { ObjectContent, OperationTools, StreamedContent } from './operation-tools.ts';

export {
  type Field,
  type Fields,
  fromHead,
  gated,
  header,
  type InputOf,
  type Parser,
  query,
  type RequestHead,
} from './operation-input.ts';

/** An XML document: its root element, and what stands in it. */
export type DocumentShape<Shape extends AnyShape = AnyShape> = {
  readonly root: string;
  readonly shape: Shape;
  /** `none` for the few documents that S3 writes without a namespace. */
  readonly namespace: NonNullable<WriteOptions['namespace']>;
  /** `optional`: an empty body is read as no document. Else it is refused: MissingRequestBodyError. */
  readonly presence: 'required' | 'optional';
};

/** Names the root of a document. */
export function xml<Shape extends AnyShape>(
  root: string,
  shape: Shape,
  namespace: DocumentShape['namespace'] = 's3',
): DocumentShape<Shape> & { readonly presence: 'required' } {
  return { root, shape, namespace, presence: 'required' };
}

/** Names the root of a document that a request may leave out. */
export function optionalXml<Shape extends AnyShape>(
  root: string,
  shape: Shape,
): DocumentShape<Shape> & { readonly presence: 'optional' } {
  return { root, shape, namespace: 's3', presence: 'optional' };
}

/** The value of a document. */
export type DocumentValue<Document extends DocumentShape> =
  | ValueOf<Document['shape']>
  | (Document['presence'] extends 'optional' ? undefined : never);

/** What a request addresses. `service` has neither bucket nor key, `bucket` no key. */
export type Target = {
  readonly bucket: string;
  readonly key: string;
};

/** The request's body behind its checks: chunk signatures, payload hash and declared size fail the stream itself. */
export interface RequestBody {
  /** Decoded bytes. Read it to its end, or destroy it. */
  readonly stream: Readable;
  /** Declared size of the decoded bytes. */
  readonly sizeBytes: number | undefined;
  /** Whether the connection itself ends the stream there: when so many bytes have come it is whole. */
  readonly endsAtSize?: boolean;
  /** Trailer fields by lower-case name, once the stream has ended. */
  trailers(): ReadonlyMap<string, string>;
}

/** What a handler gives back. Header members are named in the declaration's `output.headers`. */
export type Output<Document> = {
  readonly document?: Document;
  /** An object's bytes with all headers of its record. */
  readonly content?: ObjectContent;
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  /** What happened, for the webhooks that the bucket names (NTF-10). */
  readonly events?: readonly ObjectEvent[];
  /** What kept a part of it from being done, although it is answered 200: for the log alone. */
  readonly failure?: Error | undefined;
  /** Text that is no XML document: a policy, a page. */
  readonly text?: { readonly contentType: string; readonly text: string };
  readonly stream?: StreamedContent;
  /** Where the declaration leaves the status to the request: POST forms (200, 201, 204, 303), a preflight, resumable uploads. */
  readonly status?: number;
};

/** A right that a request needs: an action as IAM names it, and on what. */
export type Access = {
  readonly action: string;
  readonly bucket: string;
  /** Empty for a right on the bucket itself. */
  readonly key: string;
  /** The version that is meant; absent: the current one. */
  readonly versionId?: string | undefined;
  /** A listing of this prefix, where none was asked for. */
  readonly listed?: string;
  /** Tags and lock that the object gets. `later`: its body says it, so the handler asks again when that is read (POL-8). */
  readonly brings?: Brought | 'later' | undefined;
  /** Part of a write: who may write the object by ACL may do this to it as well (its first ACL). */
  readonly within?: 'write';
  /** The ACL that a write sets: one that gives rights to the bucket's owner alone needs no right of its own (POL-32). */
  readonly acl?: Acl;
  /** The bucket as such: a key with prefixes has the right when it reaches into the bucket at all. */
  readonly reach?: 'any-prefix' | undefined;
  /** Account that must own the bucket: `x-amz-source-expected-bucket-owner`. */
  readonly expectedOwner?: string | undefined;
};

/** What a request puts on an object that policies may ask for. */
export type Brought = { readonly tags?: readonly Tag[] | undefined; readonly lock?: ObjectLock | undefined };

/** What the gate found: the target that was judged, and the same judge for what only the body names (SEC-306, SEC-309). */
export interface Permit {
  /** A handler works on this target and no other. In a POST form the key comes from its fields. */
  readonly target: Target;
  /** Whether the caller has a further right. Never throws a refusal. */
  allows(access: Access): Promise<boolean>;
  /** Whether the caller's key reaches into the bucket at all (SEC-305). */
  reaches(bucket: string): boolean;
  /**
   * Asked with the version that was opened: it may be another one than the gate saw, with another ACL or other tags, or another
   * account's. Default: `object READ`.
   */
  admits(record: VersionRecord, permission?: 'object READ' | 'object READ_ACP' | 'object WRITE_ACP'): boolean;
}

type OperationShape<
  F extends Fields,
  Request extends DocumentShape | undefined,
  Answer extends DocumentShape | undefined,
> = {
  /** As AWS names it. */
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS';
  readonly resource: 'service' | 'bucket' | 'object';
  /** The query parameter that chooses this operation (`tagging`). */
  readonly subresource?: string;
  /** Further query parameters or headers that must be there, or have that very value (`list-type` = `2`). More markers win. */
  readonly markers?: {
    readonly query?: Readonly<Record<string, true | string>>;
    readonly header?: Readonly<Record<string, true | RegExp>>;
  };
  /** The right that is needed on the target, as IAM names it. `public`: none (a preflight). */
  readonly action: string;
  /** Rights beyond it: the source of a copy, an ACL set along the way. */
  readonly alsoNeeds?: (input: InputOf<F>, target: Target) => readonly Access[];
  /** The key, where the request's path does not give it: a POST form. */
  readonly keyFrom?: (input: InputOf<F>) => string;
  /** The part of the bucket that a listing shows: a key with prefixes lists below one of them alone (SEC-305, SEC-308). */
  readonly listPrefix?: (input: InputOf<F>) => string;
  /**
   * `bucket`: keys with prefixes may too, when they reach into the bucket at all. `body`: the rights follow from the body; the
   * handler asks its permit for each (DeleteObjects). Default, `target`: bucket and key.
   */
  readonly judgedBy?: 'target' | 'bucket' | 'body';
  /** Its body says what tags or lock an object gets: the handler asks its permit again with them (POL-8). */
  readonly brings?: 'in-body';
  readonly input: F;
  /** `stream`: the handler reads it; a document: read whole and parsed (bounded); absent: a body is refused or ignored as S3 does. */
  readonly body?: 'stream' | 'text' | Request;
  /** Longest document or text in bytes. Default max_xml_bytes_config. */
  readonly maxBodyBytes?: number;
  readonly output: {
    readonly document?: Answer;
    /** Status of success; default 200. */
    readonly status?: 200 | 204;
    /** Member of `headers` → header name. */
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Codes that its own handler or store calls may answer with, for the reference. */
  readonly refuses: readonly ErrorCode[];
  handle(
    request: {
      readonly target: Target;
      readonly input: InputOf<F>;
      readonly caller: OperationCaller;
      readonly permit: Permit;
      /** The bucket's URL as the client addressed it, with a slash at its end. */
      readonly bucketUrl: string;
      readonly body: RequestBody;
      /** The parsed document when `body` is a shape, text when it is `'text'`. */
      readonly document: [Request] extends [DocumentShape] ? DocumentValue<Request> : string;
    },
    tools: OperationTools,
  ): Promise<Output<[Answer] extends [DocumentShape] ? DocumentValue<Answer> : never>>;
};

/** Who asks, as far as an operation may know: the account that will own what is made. */
export type OperationCaller = {
  readonly owner: { readonly id: string; readonly displayName: string } | undefined;
  readonly accessKeyId: string | undefined;
  readonly presigned: boolean;
};

/** One S3 operation, declared once; router, reader, authorizer, writer and reference are derived from it. */
export type Operation = OperationShape<Fields, DocumentShape | undefined, DocumentShape | undefined> & {
  /** The members of `input` that the gate judges. */
  readonly gates: readonly InputGate[];
};

/** What `perform` needs of an operation. S3 operations are declared with more: their route, their input and their gate. */
export type Performable = Pick<Operation, 'name' | 'method' | 'body' | 'maxBodyBytes' | 'output' | 'handle'>;

/** Checks the declaration's types against each other, adds what every operation reads, and forgets the types. */
export function operation<
  const F extends Fields,
  Request extends DocumentShape | undefined = undefined,
  Answer extends DocumentShape | undefined = undefined,
>(declared: OperationShape<F, Request, Answer> & { readonly input: Gated<F> }): Operation {
  const input: Fields = declared.action === 'public' ? declared.input : { ...commonInput, ...declared.input };
  const gates = Object.entries(input).flatMap(([name, { gate }]) => (gate === undefined ? [] : [{ name, gate }]));
  // Sound: the request path reads `input` and `document` by this same declaration before it calls `handle`.
  return { ...declared, input, gates } as unknown as Operation;
}
