import { parseCopySource, S3Error } from '@tidegate/protocol';
import type { AnonymousCaller, SignedCaller, Verified } from '../auth/caller.ts';
import type { Access, Brought } from '../s3/operation.ts';
import type { RequestHead } from '../s3/operation-input.ts';
import type { ObjectLock, Tag } from '../stores/objects/object-lock.ts';
import { accountNumber } from './account-number.ts';
import { existingTagPrefix, requestTagPrefix } from './condition-keys.ts';
import type { ConditionValues } from './policy-text.ts';

/** What conditions of policies are judged by, beside who asks. */
export type RequestFacts = {
  readonly client: { readonly address: string; readonly secure: boolean; readonly tlsVersion?: string | undefined };
  readonly head: RequestHead;
  /** The signature; undefined: nobody signed this request. */
  readonly verified: Verified | undefined;
  readonly nowMs: number;
};

/** Who asks, as far as conditions may know. */
type Asking = AnonymousCaller | Pick<SignedCaller, 'kind' | 'key' | 'session'>;

const authTypes = { header: 'REST-HEADER', query: 'REST-QUERY-STRING', post: 'POST' } as const;

/** Headers by the key that is named like them. */
const headerKeys: ReadonlySet<string> = new Set([
  'x-amz-acl',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-object-ownership',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'if-match',
  'if-none-match',
]);

/** What an access is about. */
export type ConditionPlace = {
  /** Owner of the bucket. */
  readonly ownerId: string;
  readonly access: Pick<Access, 'versionId' | 'listed' | 'brings'>;
  /** undefined: there is no object, or the policy does not ask. */
  readonly existingTags: readonly Tag[] | undefined;
};

/** The values of condition keys in one request to one bucket (POL-3). Each is looked up when a policy asks for it. */
export function conditionValues(facts: RequestFacts, caller: Asking, about: ConditionPlace): ConditionValues {
  return (key) => {
    if (key === 's3:requestobjecttagkeys') return broughtBy(about)?.tags?.map(({ name }) => name);
    const value = key.startsWith('s3:')
      ? s3Value(key.slice(3), facts, about)
      : globalValue(key.slice(4), facts, caller, about.ownerId);
    return value === undefined ? undefined : [value];
  };
}

function globalValue(
  name: string,
  { client, head, nowMs }: RequestFacts,
  caller: Asking,
  bucketOwnerId: string,
): string | undefined {
  switch (name) {
    case 'currenttime':
      return new Date(nowMs).toISOString();
    case 'epochtime':
      return String(Math.floor(nowMs / 1000));
    case 'sourceip':
      return client.address;
    case 'securetransport':
      return String(client.secure);
    case 'referer':
      return head.header('referer');
    case 'useragent':
      return head.header('user-agent');
    case 'resourceaccount':
      return accountNumber(bucketOwnerId);
    case 'principalisawsservice':
    case 'viaawsservice':
      return 'false';
    default:
      return callerValue(name, caller);
  }
}

function callerValue(name: string, caller: Asking): string | undefined {
  if (caller.kind === 'anonymous') {
    return name === 'userid' ? 'anonymous' : name === 'principaltype' ? 'Anonymous' : undefined;
  }
  const { account, accessKeyId } = caller.key;
  // As on AWS, who took a role has no name but that of its session.
  const role = caller.session?.name === '' ? undefined : caller.session?.name;
  switch (name) {
    case 'userid':
      return role === undefined ? accessKeyId : `${accessKeyId}:${role}`;
    case 'username':
      return role === undefined ? account.name : undefined;
    case 'principalaccount':
      return accountNumber(account.id);
    case 'principalarn':
      return `arn:aws:iam::${accountNumber(account.id)}:user/${account.name}`;
    case 'principaltype':
      return role === undefined ? 'User' : 'AssumedRole';
    default:
      return undefined;
  }
}

function s3Value(name: string, facts: RequestFacts, about: ConditionPlace): string | undefined {
  const { head, verified, client, nowMs } = facts;
  if (headerKeys.has(name)) return head.header(name);
  switch (name) {
    case 'prefix':
      return about.access.listed ?? head.query(name);
    case 'delimiter':
    case 'max-keys':
      return head.query(name);
    case 'versionid':
      return about.access.versionId ?? head.query('versionId');
    case 'tlsversion':
      return client.tlsVersion;
    case 'resourceaccount':
      return accountNumber(about.ownerId);
    case 'x-amz-copy-source':
      return copySource(head.header(name));
    case 'authtype':
      return verified === undefined ? undefined : authTypes[sentBy(verified)];
    case 'signatureversion':
      return verified === undefined ? undefined : verified.signatureVersion === 'v2' ? 'AWS' : 'AWS4-HMAC-SHA256';
    case 'signatureage':
      return signatureAge(facts);
    case 'x-amz-content-sha256':
      return contentHash(facts);
    default:
      return tagValue(name, about) ?? lockValue(name, broughtBy(about)?.lock, nowMs);
  }
}

function broughtBy({ access: { brings } }: ConditionPlace): Brought | undefined {
  return brings === 'later' ? undefined : brings;
}

/** The value of the tag that a key ends with. */
function tagValue(name: string, about: ConditionPlace): string | undefined {
  for (const [prefix, tags] of [
    [existingTagPrefix.slice(3), about.existingTags],
    [requestTagPrefix.slice(3), broughtBy(about)?.tags],
  ] as const) {
    if (name.startsWith(prefix)) return tags?.find((tag) => tag.name === name.slice(prefix.length))?.value;
  }
  return undefined;
}

const dayMs = 86_400_000;

/** What a request locks an object with. A day that has begun counts. */
function lockValue(name: string, lock: ObjectLock | undefined, nowMs: number): string | undefined {
  const { retention, legalHold } = lock ?? {};
  switch (name) {
    case 'object-lock-legal-hold':
      return legalHold;
    case 'object-lock-mode':
      return retention?.mode;
    case 'object-lock-retain-until-date':
      return retention === undefined ? undefined : new Date(retention.untilMs).toISOString();
    case 'object-lock-remaining-retention-days':
      return retention === undefined ? undefined : String(Math.ceil((retention.untilMs - nowMs) / dayMs));
    default:
      return undefined;
  }
}

function sentBy({ mechanism }: Verified): keyof typeof authTypes {
  if (mechanism.endsWith('-query')) return 'query';
  return mechanism.endsWith('-post') ? 'post' : 'header';
}

/** Of presigned URLs alone, in milliseconds. SigV2 does not say when it signed. */
function signatureAge({ verified, nowMs }: RequestFacts): string | undefined {
  if (verified?.signedAt === undefined || sentBy(verified) !== 'query') return undefined;
  return String(Math.max(0, nowMs - verified.signedAt.getTime()));
}

/** What was signed of the body: a header that no signature covers says nothing. */
function contentHash({ verified, head }: RequestFacts): string | undefined {
  const isBare = verified === undefined || sentBy(verified) === 'header';
  if (isBare || verified.signedHeaders.includes('x-amz-content-sha256')) return head.header('x-amz-content-sha256');
  if (sentBy(verified) !== 'query' || verified.signatureVersion === 'v2') return undefined;
  return head.query('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
}

/** As policies write it: `bucket/key`, decoded. A source that is none is refused by the operation; here it fits nothing but itself. */
function copySource(sent: string | undefined): string | undefined {
  if (sent === undefined) return undefined;
  try {
    const { bucket, key } = parseCopySource(sent);
    return `${bucket}/${key}`;
  } catch (error) {
    if (error instanceof S3Error) return sent;
    throw error;
  }
}
