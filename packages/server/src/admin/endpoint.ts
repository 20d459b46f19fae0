import type { Explanation, RequestLike } from '@tidegate/presign';
import { z } from 'zod';
import type { EventFilter } from '../events/feed.ts';
import type { LiveSettings } from '../settings/live-settings.ts';
import type { AdminStore } from '../stores/admin/admin-store.ts';
import type { WebhookStore } from '../stores/admin/webhook-store.ts';
import type { KeyRecord, KeyStore } from '../stores/keys/key-store.ts';
import type { TemporaryStore } from '../stores/keys/temporary-store.ts';
import type { NewEvent } from '../stores/links/event-store.ts';
import type { LinkFacts, LinkStore } from '../stores/links/link-store.ts';
import type { ShareStore } from '../stores/links/share-store.ts';
import type { ObjectStore } from '../stores/objects/object-store.ts';
import type { Clock } from '../world/clock.ts';
import type { Random } from '../world/random.ts';
import type { ObjectRights } from './endpoints/share-target.ts';
import { readBody, readQuery } from './json/read-json.ts';

/** A request to the admin API whose caller is known, its parts read by the schemas of its endpoint. */
export type AdminRequest<Query, Body> = {
  /** The part of the path that the endpoint's `{id}` stands for, decoded. */
  readonly id: string;
  /** The part that `{name}` stands for; empty where the path has none. */
  readonly name: string;
  readonly query: Query;
  readonly body: Body;
  /** The key that signed. */
  readonly actor: KeyRecord;
  /** Value of If-Match; undefined: the caller does not mind. */
  readonly ifMatch: string | undefined;
};

/** The same before its endpoint has read it. */
export type UnreadRequest = Omit<AdminRequest<unknown, unknown>, 'query' | 'body'> & {
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Parsed JSON; undefined when there is none. */
  readonly body: unknown;
};

/** What an endpoint answers: a status and a JSON value. `etag`: what If-Match is compared with from now on. */
export type AdminAnswer = {
  readonly status: 200 | 201 | 204;
  readonly value?: unknown;
  readonly etag?: string | undefined;
  /** Instead of a value: events as they come, until whoever asked has gone. */
  readonly stream?: EventFilter | undefined;
};

/** A link whose signature the server computed itself and found in the URL. */
export type IdentifiedLink = {
  readonly facts: LinkFacts;
  readonly key: KeyRecord;
};

/** Why a URL names no link. `text` says it to whoever pasted it. */
export type UnidentifiedLink = { readonly reason: string; readonly text: string };

/** A request that is looked at without being carried out. */
export type PastedRequest = {
  readonly url: string;
  /** Undefined: the one that makes the signature hold. */
  readonly method: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/** Who asks for an explanation. */
export type ExplainAsker = {
  /** Whether it sees the links of a key. */
  readonly isSeenBy: (signer: KeyRecord) => boolean;
  /** The id of a key, as far as it sees that key. */
  readonly nameOfKey: (accessKeyId: string) => Promise<string>;
  /** The host at which people reach the server: one of those that a link may have been signed for. */
  readonly host: string;
};

/** How the server judges URLs that people paste, with the keys that it has. */
export interface LinkExaminer {
  /** The link of a URL, if its signature holds. Its end is not looked at: what has ended can be named too (ADM-20). */
  identify(pasted: PastedRequest): Promise<IdentifiedLink | UnidentifiedLink>;
  /** Why a link that was signed just now is refused to everybody: by the rules of its key and of the server (LNK-23). */
  judgeNew(link: IdentifiedLink): UnidentifiedLink | undefined;
  /** Whether all addresses of a list lie within those of another. */
  areWithin(inner: readonly string[], outer: readonly string[]): boolean;
  /** The key that temporary credentials were made from; undefined: they were not made here, or it is gone. */
  sessionParent(accessKeyId: string, token: string): Promise<KeyRecord | undefined>;
  /** Every check of a request, as its owner may see it; where the signer is not seen, as a stranger (SEC-227). */
  explain(request: RequestLike, asker: ExplainAsker): Promise<Explanation>;
}

/** The settings as people see and change them. */
export interface SettingsEditor extends Pick<LiveSettings, 'list' | 'unchangeable' | 'parse'> {
  /** Stores values that were found good, null for none; they hold in this process when it resolves, in all a second later. */
  change(values: Readonly<Record<string, unknown>>): Promise<void>;
}

/** What endpoints work with. */
export type AdminTools = {
  readonly keys: KeyStore;
  readonly links: LinkStore;
  readonly temporary: Pick<TemporaryStore, 'find' | 'list'>;
  readonly objects: Pick<ObjectStore, 'readBucket' | 'readObject' | 'listBuckets' | 'listObjects' | 'listUploads'>;
  /** What a key may do with objects, judged without a request. */
  readonly rightsOf: (key: KeyRecord) => ObjectRights;
  readonly records: AdminStore;
  readonly shares: ShareStore;
  readonly webhooks: WebhookStore;
  /** A URL that webhooks may be sent to. @throws OutboundRefused */
  readonly checkOutbound: (url: string) => Promise<unknown>;
  /** A password as a share keeps it. */
  readonly hashPassword: (password: string) => Promise<string>;
  /** Longest life of a share; undefined: it may live for ever. */
  readonly shareMaxExpiryS: number | undefined;
  readonly examiner: LinkExaminer;
  /** Ends at once what may not go on. @returns how many transfers all processes have ended for what changed after an epoch */
  readonly cutTransfers: (epoch: number) => Promise<number>;
  /** The server's own region. */
  readonly region: string;
  /** Whether links of Signature Version 2 are admitted: they carry no signing time. */
  readonly admitsSigV2: boolean;
  /** Longest life of a link that the server makes, and the life where nobody says another, in seconds. */
  readonly defaultExpiryS: number;
  /** Where people reach the server. */
  readonly endpoint: () => string;
  readonly clock: Clock;
  readonly random: Random;
  /** A URL that signs in at the console, once; undefined: there is no console, or nobody here knows where it is. */
  readonly makeSessionCode: (accessKeyId: string) => { readonly url: string; readonly endsAtMs: number } | undefined;
  /** Who the request came from. */
  readonly client: () => { readonly address: string; readonly forwarded: 'none' | 'used' | 'ignored' };
  readonly describeServer: () => Promise<Readonly<Record<string, unknown>>>;
  readonly settings: SettingsEditor;
  /** False: this actor asked too often, or there is no time left for searches (ADM-24). */
  readonly mayExplain: (actor: string) => boolean;
  /** Tells the audit log of a change; it is on disk before the request is answered (ADM-8). */
  readonly audit: (event: string, fields: Readonly<Record<string, string>>) => void;
  /** Puts an event into the stream; it is on disk before the request is answered (EVT-3). */
  readonly tell: (event: Partial<NewEvent> & Pick<NewEvent, 'type'>) => void;
};

/** One endpoint, declared once: router, checks, OpenAPI document and reference are derived from it. */
export type AdminEndpoint = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/_/api/v1`, with `{id}` and `{name}` for one segment each. */
  readonly path: string;
  /** The right that it needs (SEC-311). */
  readonly action: string;
  /** `owner`: keys of role owner. `signer`: any key, which sees what it signed itself (ADM-2). */
  readonly who: 'owner' | 'signer';
  /** What it does, for the reference. */
  readonly text: string;
  readonly query: z.ZodObject;
  /** undefined: the request has no body. */
  readonly body: z.ZodType | undefined;
  readonly status: 200 | 201 | 204;
  /** undefined: the answer has no body. */
  readonly answer: z.ZodType | undefined;
  /** `events`: it is a stream of them, each of the answer's schema. */
  readonly answers: 'document' | 'events';
  /** `heavy`: it may look at much; one key has one such answer made at a time (ADM-51). */
  readonly cost: 'light' | 'heavy';
  /** Reads the request by the schemas, then does what it asks. @throws AdminProblem */
  readonly run: (request: UnreadRequest, tools: AdminTools) => Promise<AdminAnswer>;
};

type Declared<Query extends z.ZodObject, Body extends z.ZodType> = {
  readonly method: AdminEndpoint['method'];
  readonly path: string;
  readonly action: string;
  readonly who?: AdminEndpoint['who'];
  readonly text: string;
  readonly query?: Query;
  readonly body?: Body;
  readonly status?: AdminEndpoint['status'];
  readonly answer?: z.ZodType;
  readonly answers?: AdminEndpoint['answers'];
  readonly cost?: AdminEndpoint['cost'];
  readonly handle: (request: AdminRequest<z.output<Query>, z.output<Body>>, tools: AdminTools) => Promise<AdminAnswer>;
};

/** No parameters. */
const nothing = z.strictObject({});

/** Makes an endpoint of its declaration. Where nothing is said it is for owners, and takes neither parameters nor a body. */
export function endpoint<Query extends z.ZodObject = typeof nothing, Body extends z.ZodType = z.ZodUndefined>(
  declared: Declared<Query, Body>,
): AdminEndpoint {
  const { method, path, action, text, who = 'owner', answer, handle } = declared;
  const query = declared.query ?? nothing;
  const isList = method === 'GET' && answer instanceof z.ZodObject && 'items' in answer.shape;
  // ADM-5 holds for each: what is a list is found out here, not remembered by whoever declares one.
  if (isList && !('limit' in query.shape && 'cursor' in query.shape))
    throw new Error(`${path} is a list without pages.`);
  return {
    method,
    path,
    action,
    who,
    text,
    query,
    body: declared.body,
    status: declared.status ?? (answer === undefined ? 204 : 200),
    answer,
    answers: declared.answers ?? 'document',
    cost: declared.cost ?? (isList ? 'heavy' : 'light'),
    run: (request, tools) =>
      handle(
        {
          ...request,
          // Sound: where the declaration has no schema the types are those of the two that stand here instead.
          query: readQuery(query, request.query) as z.output<Query>,
          body: (declared.body === undefined
            ? noBody(request.body)
            : readBody(declared.body, request.body)) as z.output<Body>,
        },
        tools,
      ),
  };
}

/** A body that nobody reads is refused like a field that nobody knows. */
function noBody(body: unknown): undefined {
  if (body !== undefined) readBody(nothing, body);
  return undefined;
}
