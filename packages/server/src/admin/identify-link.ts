import { type AdmittedVerdict, type Explanation, explain, inspect, type RequestLike, verify } from '@tidegate/presign';
import { isReason, linkIdOf, viewUnsigned } from '@tidegate/presign/internal';
import { isBucketName, S3Error } from '@tidegate/protocol';
import { type FoundKey, materialOf } from '../auth/authenticate.ts';
import { addressesWithin } from '../links/address.ts';
import { linkFacts } from '../links/facts.ts';
import { judgeLink, type LinkLookups, type LinkRequest, type LinkRules } from '../links/judge-link.ts';
import { judgeKey } from '../policy/key-scope.ts';
import { judgeSession } from '../policy/session-policy.ts';
import type { Access } from '../s3/operation.ts';
import type { Server } from '../s3/server.ts';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import { sessionIdPrefix } from '../stores/keys/new-credentials.ts';
import type { LinkFacts } from '../stores/links/link-store.ts';
import type { ExplainAsker, IdentifiedLink, LinkExaminer, PastedRequest, UnidentifiedLink } from './endpoint.ts';
import { bucketFinding, type Finding, failed, judgedLater, withFindings } from './findings.ts';

/** Methods that links are made for; the one that makes the signature hold is the link's. */
const methods = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'] as const;

/** A URL that holds, as of when it was signed. */
type Verified = IdentifiedLink & { readonly method: string; readonly secretAt: number; readonly found: FoundKey };

/** Judges URLs that people paste, with the keys of the server and by the very functions that requests are judged by. */
export class RequestExaminer implements LinkExaminer {
  readonly #server: Server;
  readonly #rules: LinkRules;
  readonly #publicEndpoint: string | undefined;

  /** @param publicEndpoint where people reach the server, if that was configured */
  constructor(server: Server, rules: LinkRules, publicEndpoint: string | undefined) {
    this.#server = server;
    this.#rules = rules;
    this.#publicEndpoint = publicEndpoint;
  }

  async identify(pasted: PastedRequest): Promise<IdentifiedLink | UnidentifiedLink> {
    const share = shareIdIn(pasted.url);
    return share === undefined ? await this.#verified(pasted) : await this.#share(share);
  }

  judgeNew({ facts, key }: IdentifiedLink): UnidentifiedLink | undefined {
    const { store } = this.#server.links;
    const lookups: LinkLookups = {
      epoch: () => store.epoch(),
      findRevocation: () => undefined,
      readTightening: () => undefined,
      // It is registered when it is made.
      isRegistered: () => true,
      readPolicy: (accessKeyId, name) => store.readPolicy(accessKeyId, name),
    };
    try {
      judgeLink(askedByNobody(facts, key), lookups, this.#rules, this.#server.authority.clock.nowMs());
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      const { reason = '', hint = '' } = error;
      // Who will ask, when and from where is judged then.
      if (reason !== 'LinkAddressNotAllowed' && reason !== 'LinkNotYetValid') return { reason, text: hint };
    }
    return undefined;
  }

  areWithin(inner: readonly string[], outer: readonly string[]): boolean {
    return addressesWithin(inner, outer);
  }

  async sessionParent(accessKeyId: string, token: string): Promise<KeyRecord | undefined> {
    const found = await this.#server.authority.keys.readSession(accessKeyId, token);
    return found === 'invalid-token' ? undefined : found?.record;
  }

  async explain(request: RequestLike, { isSeenBy, nameOfKey, host }: ExplainAsker): Promise<Explanation> {
    const { authority } = this.#server;
    const now = new Date(authority.clock.nowMs());
    const said = inspect(request.url, { now });
    const signer = said.accessKeyId === undefined ? undefined : await this.#findKey(said.accessKeyId, request.url);
    // A stranger is told what the request itself tells (SEC-227).
    if (signer === undefined || !isSeenBy(signer.record))
      return explain(request, { now, endpoint: this.#publicEndpoint });
    const headers = [...headerPairs(request)];
    const identified = await this.#verified({ url: request.url, method: request.method, headers });
    if ('reason' in identified)
      return explain(request, {
        ...this.#explained(),
        domains: this.#likelyHosts(request.url, host),
        now,
        secret: signer.secret.reveal(),
      });
    const asked = { ...request, method: request.method ?? identified.method };
    const secret = identified.found.secrets[identified.secretAt]?.secret ?? identified.found.secret;
    // Asked as another host than the URL has: the URL's own is one that it may have been signed for.
    const isElsewhere = headers.some(([name]) => name.toLowerCase() === 'host');
    const hosts = isElsewhere ? { domains: this.#likelyHosts(request.url, host) } : {};
    const base = explain(asked, { ...this.#explained(), ...hosts, now, secret: secret.reveal() });
    const prefix = await this.#prefixIn(identified.facts);
    if (prefix === undefined) return await this.#continued(base, identified, now, nameOfKey);
    const removed = failed('PathPrefix', { prefix, change: 'removed' });
    return withFindings(base, new Map([['signature', removed]]), now, identified.method);
  }

  /**
   * A URL with one more segment in front than the server has buckets for is one that a proxy takes that segment from: its
   * signature holds as it is written, and not as it arrives.
   */
  async #prefixIn({ bucket, key }: LinkFacts): Promise<string | undefined> {
    const inner = key.split('/', 1)[0] ?? '';
    if (!isBucketName(inner) || inner === key) return undefined;
    if ((await this.#hasBucket(bucket)) || !(await this.#hasBucket(inner))) return undefined;
    return `/${bucket}`;
  }

  async #hasBucket(name: string): Promise<boolean> {
    return (await this.#server.tools.store.readBucket(name)) !== undefined;
  }

  #known() {
    const { addressing, regions, sigv2 } = this.#server.authority;
    return { domains: addressing.domains, sigv2, ...(regions !== undefined && { region: regions }) };
  }

  /** What an explanation goes by: also the address to sign for, which is not the business of a verification. */
  #explained() {
    return { ...this.#known(), endpoint: this.#publicEndpoint };
  }

  /** Hosts that a link may have been signed for: the server's own, and this machine at the same ports. */
  #likelyHosts(url: string, host: string): readonly string[] {
    const ports = [placeOf(url).host, host, ''].map((one) => /:\d+$/.exec(one)?.[0] ?? '');
    const local = ports.flatMap((port) => [`localhost${port}`, `127.0.0.1${port}`]);
    return [...new Set([host, ...local, ...this.#server.authority.addressing.domains])];
  }

  async #findKey(accessKeyId: string, url: string): Promise<FoundKey | undefined> {
    const { keys } = this.#server.authority;
    if (!accessKeyId.startsWith(sessionIdPrefix)) return await keys.readKey(accessKeyId);
    const token = tokenIn(url);
    const found = token === undefined ? undefined : await keys.readSession(accessKeyId, token);
    return found === 'invalid-token' ? undefined : found;
  }

  async #share(shareId: string): Promise<IdentifiedLink | UnidentifiedLink> {
    const facts = await this.#server.links.store.readLink(linkIdOf(shareId));
    const key = facts === undefined ? undefined : await this.#server.authority.keys.readKey(facts.accessKeyId);
    if (facts === undefined || key === undefined) return { reason: 'NotSigned', text: 'There is no such share.' };
    return { facts, key: key.record };
  }

  /** The URL as of the moment that it was signed for: what has ended since can still be named. */
  async #verified(pasted: PastedRequest): Promise<Verified | UnidentifiedLink> {
    const said = inspect(pasted.url);
    const { host, target } = placeOf(pasted.url);
    const signedAt =
      said.signedAt ?? (said.expiresAt === undefined ? new Date(0) : new Date(said.expiresAt.getTime() - 1000));
    let first: UnidentifiedLink | undefined;
    for (const method of pasted.method === undefined ? methods : [pasted.method]) {
      let found: FoundKey | undefined;
      const rawHeaders = ['host', host, ...pasted.headers.filter(([name]) => name.toLowerCase() !== 'host').flat()];
      const verdict = await verify(
        { method, target, rawHeaders },
        {
          lookup: async (accessKeyId) => {
            found = await this.#findKey(accessKeyId, pasted.url);
            return found === undefined ? undefined : { ...materialOf(found), enabled: true };
          },
          ...this.#known(),
          // A setting that was changed since does not make another link of it.
          sigv2: 'aws',
          awsDomains: this.#server.authority.addressing.awsDomains,
          now: signedAt,
          nearMiss: false,
          deferGrant: true,
        },
      );
      if (verdict.ok && found !== undefined) {
        const facts = this.#factsOf(verdict, found.record, { method, host });
        if (facts !== undefined) {
          return { facts, key: found.record, method, secretAt: verdict.secretAt, found };
        }
        first ??= { reason: 'NotImplemented', text: 'This server has no operation that it asks for.' };
      } else if (!verdict.ok) {
        first ??=
          verdict.outcome === 'error'
            ? { reason: verdict.reason, text: `Its signature does not hold here: ${verdict.hint}` }
            : { reason: 'NotSigned', text: 'It carries no signature.' };
      }
    }
    return first ?? { reason: 'NotSigned', text: 'It carries no signature.' };
  }

  #factsOf(
    verified: AdmittedVerdict,
    key: KeyRecord,
    { method, host }: { readonly method: string; readonly host: string },
  ): LinkFacts | undefined {
    const { bucket, key: objectKey, query, linkId, view } = verified;
    if (linkId === undefined) return undefined;
    try {
      const operation = this.#server.router.match({ method, bucket, key: objectKey, query, view });
      return linkFacts({ linkId, verified, key, operation: operation.name, bucket, objectKey, host });
    } catch (error) {
      if (error instanceof S3Error) return undefined;
      throw error;
    }
  }

  /** What is judged behind a signature that holds: taken back, the key's rules, limits, the object. */
  async #continued(
    base: Explanation,
    { facts, key, found: { session } }: Verified,
    now: Date,
    nameOfKey: ExplainAsker['nameOfKey'],
  ): Promise<Explanation> {
    const findings = new Map<string, Finding>();
    const { store } = this.#server.links;
    const revocation = store.findRevocation(facts);
    findings.set(
      'revoked',
      revocation === undefined
        ? { outcome: 'pass', text: 'not taken back' }
        : failed('LinkRevoked', {
            when: new Date(revocation.atMs).toISOString(),
            by: ` by ${await nameOfKey(revocation.by)}`,
          }),
    );
    const access = this.#accessOf(facts);
    const ofKey = keyFinding(facts, access, key, session);
    findings.set('keyPolicy', ofKey);
    const ofBucket: Finding =
      ofKey.outcome === 'fail'
        ? { outcome: 'unknown', text: 'not judged: the key may not' }
        : await bucketFinding(
            facts.keyIsPrefix ? undefined : access,
            { kind: 'signed', key, presigned: true, session },
            this.#server.tools,
          );
    findings.set('bucketPolicy', ofBucket);
    findings.set('limits', await this.#limitsFinding(facts, key, now.getTime(), revocation !== undefined));
    // ADM-62: whether an object is there is told to who may read it.
    const mayRead = ofKey.outcome === 'pass' && ofBucket.outcome === 'pass';
    findings.set('operation', mayRead ? await this.#objectFinding(facts) : judgedLater);
    return withFindings(base, findings, now, facts.method);
  }

  /** What its use will be judged by; undefined where the query or the body says what is asked for. */
  #accessOf({ method, bucket, key, operation, versionId }: LinkFacts): Access | undefined {
    const match = this.#server.router.match({ method, bucket, key, query: [], view: viewUnsigned([], []) });
    if (match.name !== operation || match.action === 'public') return undefined;
    return { action: match.action, bucket, key, versionId };
  }

  async #limitsFinding(facts: LinkFacts, key: KeyRecord, nowMs: number, isRevoked: boolean): Promise<Finding> {
    const { store } = this.#server.links;
    await store.flush();
    const record = await store.readLink(facts.id);
    if (record?.state === 'spent') {
      const when = record.lastSeenMs === undefined ? undefined : new Date(record.lastSeenMs).toISOString();
      return failed('LinkUsesSpent', { n: String(record.uses.count), ...(when !== undefined && { when }) });
    }
    if (isRevoked) return { outcome: 'unknown', text: 'not judged: it was taken back' };
    try {
      const judged = judgeLink(askedByNobody(facts, key), store, this.#rules, nowMs);
      return { outcome: 'pass', text: judged.terms === undefined ? 'none' : 'hold' };
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      const { reason = '', hint = '' } = error;
      // Who will ask, and from where, is not known here.
      if (reason === 'LinkAddressNotAllowed')
        return { outcome: 'unknown', text: 'only from the addresses that it names' };
      return isReason(reason) ? { ...failed(reason, {}), text: hint } : { outcome: 'fail', text: hint };
    }
  }

  async #objectFinding({ operation, bucket, key, keyIsPrefix }: LinkFacts): Promise<Finding> {
    if ((operation !== 'GetObject' && operation !== 'HeadObject') || keyIsPrefix) return judgedLater;
    try {
      const { sizeBytes } = await this.#server.tools.store.readObject({ bucket, key });
      return { outcome: 'pass', text: `object exists, ${sizeBytes} bytes` };
    } catch (error) {
      if (error instanceof S3Error) return { outcome: 'fail', text: error.message, reason: error.code };
      throw error;
    }
  }
}

/** A use of a link by nobody in particular. */
function askedByNobody(facts: LinkFacts, key: KeyRecord): LinkRequest {
  const client = { address: '', secure: true };
  return {
    facts,
    key,
    operation: facts.operation,
    keyAskedFor: facts.key,
    outsideGrant: false,
    client,
    rawHeaders: [],
  };
}

/** What the key may: that it signs at all, its role and reach, and what temporary credentials were narrowed to. */
function keyFinding(
  { operation }: LinkFacts,
  access: Access | undefined,
  key: KeyRecord,
  session: FoundKey['session'],
): Finding {
  if (key.disabledAtMs !== undefined) return failed('UnknownKey', { id: key.accessKeyId });
  const refused =
    access === undefined ? undefined : (judgeKey(key, true, access) ?? judgeSession(session?.policy, access));
  if (refused === undefined) return { outcome: 'pass', text: `role ${key.role}` };
  return failed('KeyNotAllowed', { id: key.accessKeyId, action: operation });
}

/** Host and target of an absolute URL, byte for byte (SIG-1). */
function placeOf(url: string): { readonly host: string; readonly target: string } {
  const [, host = '', rest = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^#]*)/i.exec(url) ?? [];
  return { host, target: rest.startsWith('/') ? rest : `/${rest}` };
}

function shareIdIn(url: string): string | undefined {
  return /^\/s\/([A-Za-z0-9]{22})(?:[/?]|$)/.exec(placeOf(url).target)?.[1];
}

function tokenIn(url: string): string | undefined {
  const query = placeOf(url).target.split('?')[1] ?? '';
  return new URLSearchParams(query.replaceAll('+', '%2B')).get('X-Amz-Security-Token') ?? undefined;
}

function headerPairs({ headers }: RequestLike): Iterable<readonly [string, string]> {
  if (headers === undefined) return [];
  if (Symbol.iterator in headers) return headers;
  return Object.entries(headers);
}
