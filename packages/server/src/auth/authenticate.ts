import { type KeyMaterial, type RefusedVerdict, type RequestView, type VerifyOptions, verify } from '@tidegate/presign';
import { hintOf } from '@tidegate/presign/internal';
import { isErrorCode, refusal, S3Error } from '@tidegate/protocol';
import { allRights } from '../stores/keys/key-rights.ts';
import type { KeyWithSecret } from '../stores/keys/key-store.ts';
import { sessionIdPrefix } from '../stores/keys/new-credentials.ts';
import type { Clock } from '../world/clock.ts';
import { bytesOf } from './body-source.ts';
import type { Caller, Session, Verified } from './caller.ts';
import { type FormLimits, type OpenedForm, openForm } from './post-form.ts';
import { type Received, receivedHeader } from './received.ts';
import type { Addressing, RequestTarget } from './request-target.ts';

/** What callers are judged by. */
export type Authority = {
  readonly keys: KeySource;
  readonly clock: Clock;
  readonly addressing: Addressing;
  /** Accepted regions; undefined: any (SIG-42d). */
  readonly regions: readonly string[] | undefined;
  readonly sigv2: 'strict' | 'aws' | 'off';
  readonly allowHeadWithGetUrl: boolean;
  readonly formLimits: FormLimits;
  /** Runs a near-miss search within its share of the processor, or not at all (SIG-95). */
  readonly explainWithin: <T>(search: () => T) => T | undefined;
};

/** Where keys are looked up. */
export type KeySource = {
  readKey(accessKeyId: string): FoundKey | undefined | Promise<FoundKey | undefined>;
  /** Temporary credentials. `invalid-token`: a token that was not made here, or not for this id (SEC-135). */
  readSession(accessKeyId: string, token: string): FoundSession | Promise<FoundSession>;
  /** Told which secret signed a request that holds. */
  noteUse(serial: number): void;
};

/** What is found of temporary credentials; undefined: the key that they were made from signs no more. */
export type FoundSession = FoundKey | 'invalid-token' | undefined;

/** A key as it is looked up. A temporary one signs together with its token and ends with its session (SIG-74 to SIG-76). */
export type FoundKey = KeyWithSecret & { readonly session?: Session | undefined };

/** A request whose caller is known. */
export type Authenticated = {
  readonly caller: Caller;
  /** The values that were verified: operations read these and nothing else of the request. */
  readonly head: RequestView;
  readonly form: OpenedForm | undefined;
};

/** Longest head that is searched for near misses (SIG-95). */
const maxSearchedBytes = 8192;

/**
 * Finds out who sent a request, by the one function that everybody verifies with (section 10, steps 3 to 7).
 * @param expects `form`: the router found a POST form, whose head stands in its body (SIG-34)
 * @param other of another service than S3: which ones its scope may name, and the hash of the body that was read before
 * @throws S3Error what the specification answers for the first check that fails
 */
export async function authenticate(
  received: Received,
  target: RequestTarget,
  expects: 'form' | 'request',
  authority: Authority,
  other: Pick<VerifyOptions, 'services' | 'bodySha256'> = {},
): Promise<Authenticated> {
  const form = expects === 'form' && !hasMarker(received, target) ? await readForm(received, authority) : undefined;
  let known: FoundKey | undefined;
  const verdict = await verify(
    {
      method: received.method,
      target: received.target,
      rawHeaders: received.rawHeaders,
      parsed: target.parsed,
      view: target.view,
      form,
    },
    {
      lookup: (accessKeyId, sessionToken) => {
        const isSession = sessionToken !== undefined && accessKeyId.startsWith(sessionIdPrefix);
        const { keys } = authority;
        const found = isSession ? keys.readSession(accessKeyId, sessionToken) : keys.readKey(accessKeyId);
        const keep = (key: FoundSession): KeyMaterial | undefined => {
          if (key === 'invalid-token') return unissued;
          known = key;
          return key === undefined ? undefined : materialOf(key);
        };
        return found instanceof Promise ? found.then(keep) : keep(found);
      },
      region: authority.regions,
      now: new Date(authority.clock.nowMs()),
      sigv2: authority.sigv2,
      domains: authority.addressing.domains,
      awsDomains: authority.addressing.awsDomains,
      allowHeadWithGetUrl: authority.allowHeadWithGetUrl,
      forwardedHost: received.forwardedHost,
      nearMiss: false,
      // Judged in its place, behind what was taken back (section 10, step 9).
      deferGrant: true,
      ...other,
    },
  );
  const closed =
    verdict.ok && known !== undefined ? (oldSignature(verdict, known) ?? takenBack(verdict, known)) : undefined;
  if (verdict.ok && known !== undefined && closed === undefined) {
    authority.keys.noteUse(known.secrets[verdict.secretAt]?.serial ?? 0);
    return admitted(verdict, known, form);
  }
  await form?.close();
  if (closed !== undefined) throw closed;
  if (verdict.ok) throw new Error('A request was verified with no key.');
  if (verdict.outcome === 'error') throw refusalOf(verdict, received, authority);
  return { caller: { kind: 'anonymous' }, head: verdict.view, form };
}

/** What no request holds against: neither is this a secret of anybody, nor was such a token ever given to anybody. */
const unissued: KeyMaterial = { secretAccessKey: 'no-temporary-credentials-have-this-secret', sessionToken: '\0' };

/** What a key verifies with. */
export function materialOf({ record, secret, secrets, session }: FoundKey): KeyMaterial {
  return {
    secretAccessKey: secret.reveal(),
    furtherSecrets: secrets.length < 2 ? undefined : secrets.slice(1).map((live) => live.secret.reveal()),
    identity: record.account.id,
    enabled: record.disabledAtMs === undefined,
    sessionToken: session?.token,
    expiration: session === undefined ? undefined : new Date(session.endsAtMs),
  };
}

/** The refusal of SigV2 where the key, or one above it, asks for SigV4. */
function oldSignature({ signatureVersion }: Verified, { record }: FoundKey): S3Error | undefined {
  if (signatureVersion === 'v4' || !allRights(record).some(({ governance }) => governance?.requireV4 === true)) {
    return undefined;
  }
  const why = `The access key ${record.accessKeyId} takes Signature Version 4 alone`;
  return new S3Error({ code: 'AccessDenied', reason: 'SigV2NotAllowed', hint: hintOf('SigV2NotAllowed', { why }) });
}

/**
 * STS-32: temporary credentials that were taken back are as good as unknown. Links of theirs are refused further on, where they are
 * said to have been taken back.
 */
function takenBack({ mechanism }: Verified, { session }: FoundKey): S3Error | undefined {
  if (session === undefined || isLinkOf(mechanism) || !session.isTakenBack()) return undefined;
  return refusal('InvalidAccessKeyId', { AWSAccessKeyId: session.accessKeyId });
}

function isLinkOf(mechanism: Verified['mechanism']): boolean {
  return mechanism !== 'sigv4-header' && mechanism !== 'sigv2-header';
}

function admitted(verified: Verified, { record, session }: FoundKey, form: OpenedForm | undefined): Authenticated {
  const presigned = isLinkOf(verified.mechanism);
  return { caller: { kind: 'signed', key: record, session, verified, presigned }, head: verified.view, form };
}

/** Reads the fields of a form: its head stands in its body, so the body has to be asked for now. */
async function readForm(received: Received, authority: Authority): Promise<OpenedForm> {
  received.expectBody();
  const contentType = receivedHeader(received.rawHeaders, 'content-type') ?? '';
  return await openForm(bytesOf(received.body), contentType, authority.formLimits);
}

/** Whether the request says outside its body who sent it: then it is judged by that, form or not (SIG-34). */
function hasMarker(received: Received, target: RequestTarget): boolean {
  if (receivedHeader(received.rawHeaders, 'authorization') !== undefined) return true;
  return target.parsed.query.some(
    ([name]) =>
      /^x-amz-(?:algorithm|credential|signature|date|expires|signedheaders)$/i.test(name) ||
      name === 'Signature' ||
      name === 'AWSAccessKeyId',
  );
}

/** The verdict as a refusal, with the cause of a failed signature where there is time to look for it. */
function refusalOf(verdict: RefusedVerdict, received: Received, authority: Authority): S3Error {
  const { code, status, message, members } = verdict;
  const searched =
    // What cannot be read at all is often a good link after HTML or a second encoding: seen without a search.
    (status === 403 || status === 400) && sizeOf(received) <= maxSearchedBytes
      ? authority.explainWithin(() => verdict.diagnose())
      : undefined;
  const { reason, hint } = searched ?? verdict;
  if (!isErrorCode(code)) throw new Error(`The verifier refused with a code that is not in the catalogue: ${code}`);
  return new S3Error({ code, status, message, fields: members, reason, hint });
}

function sizeOf(received: Received): number {
  return received.rawHeaders.reduce((sum, text) => sum + text.length + 2, received.target.length);
}
