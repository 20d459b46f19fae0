import { createHash } from 'node:crypto';
import { inspect } from '@tidegate/presign';
import { linkIdOf } from '@tidegate/presign/internal';
import { isBucketName } from '@tidegate/protocol';
import { z } from 'zod';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import { sessionIdPrefix } from '../../stores/keys/new-credentials.ts';
import type { TemporaryRecord } from '../../stores/keys/temporary-store.ts';
import type { LinkFacts, RevocationMatch } from '../../stores/links/link-store.ts';
import type { AdminTools } from '../endpoint.ts';
import { AdminProblem } from '../json/problem.ts';
import { badField } from '../json/read-json.ts';
import { findLink, sees, visibilityOf } from '../reach.ts';
import { findKey } from './keys.ts';
import { badUrl, notYours } from './links.ts';
import { pastedFields, pastedOf } from './pasted.ts';
import { findTemporary } from './temporary.ts';

/** What is taken back. Exactly one of: url; id; label; bucket and key; bucket and prefix; accessKeyId; sessionToken. */
export const askedMatch = z.strictObject({
  ...pastedFields,
  url: pastedFields.url.optional(),
  id: z.string().max(64).optional(),
  label: z.string().min(1).max(64).optional(),
  /**
   * By itself: all that it signed; of temporary credentials, themselves too. With a label: in its name space. With a token: the
   * temporary credentials' own id.
   */
  accessKeyId: z.string().min(1).max(128).optional(),
  bucket: z.string().max(63).optional(),
  key: z.string().min(1).max(1024).optional(),
  /** Empty: the whole bucket. */
  prefix: z.string().max(1024).optional(),
  sessionToken: z.string().min(1).max(16_384).optional(),
});

export type AskedMatch = z.output<typeof askedMatch>;

/** What a revocation will cover. */
export type FoundMatch = {
  readonly match: RevocationMatch;
  /** Of the one link that is named. */
  readonly facts: Pick<LinkFacts, 'kind' | 'id' | 'expiresAtMs'> | undefined;
  readonly verified: boolean;
  /** Temporary credentials that are taken back themselves. */
  readonly temporary?: TemporaryRecord;
};

const forms = 'url, id, label, bucket and key, bucket and prefix, accessKeyId, or sessionToken';

/**
 * Reads what is to be taken back, and whether the actor may: one link or a label where it sees them, an object or prefix where its
 * account owns the bucket, all of a key or session where it may administer the key (ADM-30).
 * @throws AdminProblem
 */
export async function readMatch(asked: AskedMatch, actor: KeyRecord, tools: AdminTools): Promise<FoundMatch> {
  const { url, id, label, bucket, key, prefix, sessionToken, accessKeyId } = asked;
  const given = [url, id, label, bucket, sessionToken].filter((member) => member !== undefined).length;
  if (given > 1 || (given === 0 && accessKeyId === undefined))
    throw badField('match', `It is exactly one of ${forms}.`);
  if (url !== undefined) return await matchOfUrl({ ...asked, url }, actor, tools);
  if (id !== undefined) {
    const link = await findLink(id, actor, tools);
    return { match: { kind: 'link', id: link.id }, facts: link, verified: true };
  }
  const whole = (match: RevocationMatch): FoundMatch => ({ match, facts: undefined, verified: true });
  if (bucket !== undefined) {
    if (!isBucketName(bucket)) throw badField('match.bucket', 'It is not a bucket name.');
    if ((key === undefined) === (prefix === undefined))
      throw badField('match', 'With a bucket goes a key or a prefix.');
    await requireBucket(bucket, actor, tools);
    return whole(
      key === undefined ? { kind: 'prefix', bucket, prefix: prefix ?? '' } : { kind: 'object', bucket, key },
    );
  }
  if (sessionToken !== undefined) {
    await requireSession(sessionToken, accessKeyId, actor, tools);
    return whole({ kind: 'session', tokenHash: createHash('sha256').update(sessionToken).digest('hex') });
  }
  if (label === undefined && accessKeyId?.startsWith(sessionIdPrefix) === true) {
    const temporary = await findTemporary(accessKeyId, actor, tools);
    return { ...whole({ kind: 'session', tokenHash: temporary.tokenHash }), temporary };
  }
  const signer = accessKeyId ?? actor.accessKeyId;
  await requireSigner(signer, actor, tools);
  return whole(
    label === undefined ? { kind: 'access-key', accessKeyId: signer } : { kind: 'label', accessKeyId: signer, label },
  );
}

/**
 * ADM-31: the link of a pasted URL, by the signature that the server computes. A URL that was signed with headers which the
 * paste does not have cannot be computed: it is taken at its word, which harms nobody, and the answer says so. One that is
 * broken is refused: to say that it was taken back would be to leave the real one in the world.
 */
async function matchOfUrl(
  asked: AskedMatch & { readonly url: string },
  actor: KeyRecord,
  tools: AdminTools,
): Promise<FoundMatch> {
  const found = await tools.examiner.identify(pastedOf(asked));
  if ('facts' in found) {
    if (!sees(actor, found.facts)) throw notYours(found.facts.accessKeyId);
    return { match: { kind: 'link', id: found.facts.id }, facts: found.facts, verified: true };
  }
  const said = inspect(asked.url, { now: new Date(tools.clock.nowMs()) });
  const given = new Set(Object.keys(asked.headers ?? {}).map((name) => name.toLowerCase()));
  const isUncomputable = said.signedHeaders.some((name) => name !== 'host' && !given.has(name));
  const signature = /[?&]X-Amz-Signature=([0-9a-f]{64})(?:&|#|$)/.exec(asked.url)?.[1];
  if (said.kind !== 'sigv4' || !isUncomputable || signature === undefined || said.accessKeyId === undefined) {
    throw badUrl(found.text, found.reason);
  }
  const signer = (await tools.keys.readKey(said.accessKeyId))?.record;
  if (signer === undefined || !sees(actor, { accessKeyId: said.accessKeyId, accountId: signer.account.id })) {
    throw notYours(said.accessKeyId);
  }
  const id = linkIdOf(signature);
  return {
    match: { kind: 'link', id },
    facts: { kind: 'link', id, expiresAtMs: said.expiresAt?.getTime() },
    verified: false,
  };
}

async function requireBucket(bucket: string, actor: KeyRecord, { objects }: AdminTools): Promise<void> {
  const { accountId, accessKeyId } = visibilityOf(actor);
  if (accountId === undefined) return;
  const found = accessKeyId === undefined ? await objects.readBucket(bucket) : undefined;
  if (found?.owner.id === accountId) return;
  throw denied(`Links to the bucket ${bucket} are taken back by an owner of the account that it belongs to.`);
}

async function requireSigner(accessKeyId: string, actor: KeyRecord, tools: AdminTools): Promise<void> {
  const visibility = visibilityOf(actor);
  if (accessKeyId === actor.accessKeyId || visibility.accountId === undefined) return;
  if (visibility.accessKeyId !== undefined) throw denied('Your key takes back what it signed itself.');
  await findKey(accessKeyId, actor, tools);
}

async function requireSession(
  token: string,
  accessKeyId: string | undefined,
  actor: KeyRecord,
  { examiner }: AdminTools,
): Promise<void> {
  const { accountId, accessKeyId: own } = visibilityOf(actor);
  if (accountId === undefined) return;
  if (accessKeyId === undefined) {
    throw badField(
      'match.accessKeyId',
      'Say the id of the temporary credentials (TGTS…) too: their token opens beside it alone.',
    );
  }
  const parent = await examiner.sessionParent(accessKeyId, token);
  if (parent !== undefined && parent.account.id === accountId && (own === undefined || own === parent.accessKeyId))
    return;
  throw denied('These temporary credentials were not made from a key that yours stands above.');
}

function denied(detail: string): AdminProblem {
  return new AdminProblem({ status: 403, code: 'AccessDenied', title: 'Not yours to take back', detail });
}
