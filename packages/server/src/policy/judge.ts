import { refusal, S3Error } from '@tidegate/protocol';
import type { JudgedCaller } from '../auth/caller.ts';
import type { Access } from '../s3/operation.ts';
import type { OperationTools } from '../s3/operation-tools.ts';
import type { Tag } from '../stores/objects/object-lock.ts';
import type { BucketRecord, ObjectStore, VersionRecord } from '../stores/objects/object-store.ts';
import { isAccount } from './account-number.ts';
import { type AclQuestion, bucketAclAdmits, isForOwner, isOwnedByBucket, objectAclAdmits } from './acl.ts';
import { type ActionEntry, actions } from './actions.ts';
import { bucketPolicyOf, judgeByPolicy, type PolicyVerdict } from './bucket-policy.ts';
import { isBroughtKey } from './condition-keys.ts';
import { judgeKey, somePrefix } from './key-scope.ts';
import type { BucketPolicy } from './policy-document.ts';
import { isPublicPolicy } from './public-policy.ts';
import { conditionValues, type RequestFacts } from './request-facts.ts';
import { judgeSession } from './session-policy.ts';

/** An account's owners can always repair a policy that shuts them out, as the root user of an AWS account can. */
const policyActions: ReadonlySet<string> = new Set([
  's3:GetBucketPolicy',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
]);

/** An access that was judged by the tags of an object: it is judged anew by those of the version that is opened. */
type TagJudged = { readonly access: Access; readonly entry: ActionEntry };

/** Judges the rights of one caller during one request. Questions about one bucket, one after another, read it once. */
export class Judge {
  readonly #caller: JudgedCaller;
  readonly #tools: Pick<OperationTools, 'store' | 'publicAccess'>;
  readonly #facts: RequestFacts | undefined;
  #bucketName = '';
  #bucket: ReturnType<ObjectStore['readBucket']>;
  /** The buckets that something was asked about: nearly always one, which needs no map. */
  #judged: BucketRecord | undefined;
  #othersJudged: Map<string, BucketRecord> | undefined;
  /** Objects that their own ACL alone opens to the caller. */
  #openedByAcl: Set<string> | undefined;
  #openedByTags: Map<string, TagJudged[]> | undefined;

  /** @param facts what conditions of policies are judged by; without them a Deny that has conditions denies (POL-5) */
  constructor(caller: JudgedCaller, tools: Pick<OperationTools, 'store' | 'publicAccess'>, facts?: RequestFacts) {
    this.#facts = facts;
    this.#caller = caller;
    this.#tools = tools;
  }

  /** Why the caller may not; undefined: it may. A promise only where something has to be read. */
  judge(access: Access): S3Error | undefined | Promise<S3Error | undefined> {
    const entry = actions[access.action];
    if (entry === undefined) return denied();
    const caller = this.#caller;
    if (!this.#keyAllows(access)) return keyDenied();
    const narrowed = this.#judgeSession(access);
    if (narrowed !== undefined) return narrowed;
    if (entry.on === 'service' || access.action === 's3:CreateBucket') {
      return caller.kind === 'signed' ? undefined : denied();
    }
    const bucket = this.readBucket(access.bucket);
    return bucket instanceof Promise
      ? bucket.then((found) => this.#judgeIn(found, access, entry))
      : this.#judgeIn(bucket, access, entry);
  }

  #judgeIn(
    bucket: BucketRecord | undefined,
    access: Access,
    entry: ActionEntry,
  ): S3Error | undefined | Promise<S3Error | undefined> {
    if (bucket === undefined) return refusal('NoSuchBucket', { BucketName: access.bucket });
    if (access.expectedOwner !== undefined && !isAccount(access.expectedOwner, bucket.owner.id)) return denied();
    this.#remember(bucket);
    const asked = this.#readTags(bucket, access, entry);
    return asked === undefined
      ? this.#judgeWith(bucket, access, entry, undefined)
      : asked.then((tags) => this.#judgeWith(bucket, access, entry, tags));
  }

  #judgeWith(
    bucket: BucketRecord,
    access: Access,
    entry: ActionEntry,
    tags: readonly Tag[] | undefined,
  ): S3Error | undefined | Promise<S3Error | undefined> {
    const verdict = this.#judgeByBucket(bucket, access, entry, tags);
    if (verdict === 'deny') return denied();
    if (verdict === 'allow' || (access.acl !== undefined && isForOwner(access.acl, bucket))) return undefined;
    const asks = this.#asksOf(bucket);
    if (bucketAclAdmits(bucket, entry.acl, asks)) return undefined;
    if (access.within === 'write') return bucketAclAdmits(bucket, 'bucket WRITE', asks) ? undefined : denied();
    return this.#judgeByObject(bucket, access, entry);
  }

  /** The part of a judgement that needs no key, for operations whose keys stand in their body (SEC-306). */
  async judgeBucket(access: Access): Promise<S3Error | undefined> {
    // Reach by prefix is judged key by key.
    if (!this.#keyAllows({ ...access, reach: 'any-prefix' })) return keyDenied();
    const bucket = await this.readBucket(access.bucket);
    if (bucket === undefined) return refusal('NoSuchBucket', { BucketName: access.bucket });
    const { expectedOwner } = access;
    return expectedOwner === undefined || isAccount(expectedOwner, bucket.owner.id) ? undefined : denied();
  }

  /**
   * Whether the caller may do this to the version that was opened: it may be another one than was judged, with another ACL or other
   * tags. What is another account's is not the bucket's owner's to give (POL-31).
   */
  admits(record: VersionRecord, permission: ActionEntry['acl'] = 'object READ'): boolean {
    const bucket = this.#judged?.name === record.bucket ? this.#judged : this.#othersJudged?.get(record.bucket);
    if (bucket === undefined) return false;
    const asks = this.#asksOf(bucket);
    const opensItself = () => objectAclAdmits(record, bucket, permission, asks);
    const name = nameOf(record);
    for (const { access, entry } of this.#openedByTags?.get(name) ?? []) {
      const verdict = this.#judgeByBucket(bucket, access, entry, record.tags ?? []);
      if (verdict === 'deny' || (verdict === 'silent' && !opensItself())) return false;
    }
    if (this.#openedByAcl?.has(name) !== true && isOwnedByBucket(record, bucket)) return true;
    return opensItself();
  }

  /** The bucket as it was judged. */
  readBucket(name: string): ReturnType<ObjectStore['readBucket']> {
    if (this.#bucket === undefined || this.#bucketName !== name) {
      this.#bucketName = name;
      this.#bucket = this.#tools.store.readBucket(name);
    }
    return this.#bucket;
  }

  #remember(bucket: BucketRecord): void {
    if (this.#judged === undefined || this.#judged.name === bucket.name) this.#judged = bucket;
    else {
      this.#othersJudged ??= new Map();
      this.#othersJudged.set(bucket.name, bucket);
    }
  }

  #asksOf({ config }: BucketRecord): AclQuestion {
    const caller = this.#caller;
    const isIgnored = config.publicAccessBlock?.ignorePublicAcls === true;
    return {
      caller: caller.kind === 'signed' ? { accountId: caller.key.account.id } : undefined,
      publicAccess: isIgnored ? 'block' : this.#tools.publicAccess,
    };
  }

  #keyAllows(access: Access): boolean {
    const caller = this.#caller;
    if (caller.kind === 'anonymous') return true;
    const key = access.reach === 'any-prefix' ? (somePrefix(caller.key) ?? access.key) : access.key;
    return judgeKey(caller.key, caller.presigned, { action: access.action, bucket: access.bucket, key }) === undefined;
  }

  /** What temporary credentials were narrowed to (STS-21). */
  #judgeSession({ action, bucket, key }: Access): S3Error | undefined {
    const caller = this.#caller;
    return caller.kind === 'anonymous' ? undefined : judgeSession(caller.session?.policy, { action, bucket, key });
  }

  /** What the bucket says for itself: whose it is, and its policy. */
  #judgeByBucket(
    bucket: BucketRecord,
    access: Access,
    entry: ActionEntry,
    existingTags: readonly Tag[] | undefined,
  ): PolicyVerdict {
    const caller = this.#caller;
    const owns = caller.kind === 'signed' && caller.key.account.id === bucket.owner.id;
    const { policy } = bucket.config;
    if (policy === undefined) return owns ? 'allow' : 'silent';
    if (owns && caller.key.role === 'owner' && policyActions.has(access.action)) return 'allow';
    const verdict = this.#judgeByPolicy(bucketPolicyOf(policy, bucket.name), bucket, { access, entry, existingTags });
    if (verdict === 'deny') return 'deny';
    return owns || (verdict === 'allow' && !isRestricted(bucket)) ? 'allow' : 'silent';
  }

  #judgeByPolicy(
    policy: BucketPolicy,
    bucket: BucketRecord,
    { access, entry, existingTags }: TagJudged & { readonly existingTags: readonly Tag[] | undefined },
  ): PolicyVerdict {
    const caller = this.#caller;
    const facts = this.#facts;
    return judgeByPolicy(policy, {
      caller:
        caller.kind === 'signed'
          ? {
              accountId: caller.key.account.id,
              accountName: caller.key.account.name,
              accessKeyId: caller.key.accessKeyId,
            }
          : undefined,
      action: access.action,
      bucket: bucket.name,
      // The prefix of a listing narrows a key's reach; to a policy it is the bucket that is listed.
      key: entry.on === 'object' ? access.key : '',
      ignorePublic: this.#tools.publicAccess === 'block',
      values:
        facts === undefined
          ? undefined
          : conditionValues(facts, caller, { ownerId: bucket.owner.id, access, existingTags }),
      isOpen: access.brings === 'later' ? isBroughtKey : undefined,
    });
  }

  /** The tags of the object, where the policy of its bucket asks for them (POL-7); undefined: none does. */
  #readTags(bucket: BucketRecord, access: Access, entry: ActionEntry): Promise<readonly Tag[] | undefined> | undefined {
    const { policy } = bucket.config;
    if (policy === undefined || entry.on !== 'object' || isWithoutTags.has(access.action)) return undefined;
    if (!bucketPolicyOf(policy, bucket.name).asksForTags) return undefined;
    this.#openedByTags ??= new Map();
    const name = nameOf(access);
    this.#openedByTags.set(name, [...(this.#openedByTags.get(name) ?? []), { access, entry }]);
    return this.#readObject(access).then((record) => record?.tags);
  }

  async #judgeByObject(bucket: BucketRecord, access: Access, entry: ActionEntry): Promise<S3Error | undefined> {
    if (entry.acl?.startsWith('object') !== true) return denied();
    const record = await this.#readObject(access);
    // Whoever may list the bucket may also know that a key is missing; the handler says so.
    if (record === undefined) return (await this.judge(listingOf(access))) && denied();
    if (!objectAclAdmits(record, bucket, entry.acl, this.#asksOf(bucket))) return denied();
    this.#openedByAcl ??= new Set();
    this.#openedByAcl.add(nameOf(record));
    return undefined;
  }

  async #readObject({ bucket, key, versionId }: Access): Promise<VersionRecord | undefined> {
    try {
      return await this.#tools.store.readObject({ bucket, key, versionId });
    } catch (error) {
      if (error instanceof S3Error && isMissing.has(error.code)) return undefined;
      throw error;
    }
  }
}

/** Writing and deleting are not bound by the tags that are there. Source: AWS, Tagging and access control policies. */
const isWithoutTags: ReadonlySet<string> = new Set([
  's3:AbortMultipartUpload',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:ListMultipartUploadParts',
  's3:PutObject',
]);

const isMissing: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchBucket', 'NoSuchVersion', 'MethodNotAllowed']);

/** The right by which a caller may know that a key is missing: to list it, by the key as the prefix. */
export function listingOf({ bucket, key }: Pick<Access, 'bucket' | 'key'>): Access {
  return { action: 's3:ListBucket', bucket, key, listed: key };
}

/** Whether the bucket's policy is public and its block leaves it to the bucket's own account (POL-21). */
function isRestricted({ name, config }: BucketRecord): boolean {
  if (config.publicAccessBlock?.restrictPublicBuckets !== true || config.policy === undefined) return false;
  return isPublicPolicy(bucketPolicyOf(config.policy, name));
}

function nameOf({ bucket, key }: Pick<VersionRecord, 'bucket' | 'key'>): string {
  return `${bucket}/${key}`;
}

function denied(): S3Error {
  return refusal('AccessDenied', {});
}

/** The key itself may not, whatever the bucket says. */
function keyDenied(): S3Error {
  return refusal('AccessDenied', {}, 'KeyNotAllowed');
}
