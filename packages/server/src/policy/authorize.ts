import type { S3Error } from '@tidegate/protocol';
import type { JudgedCaller } from '../auth/caller.ts';
import type { Access, Brought, Operation, Permit, Target } from '../s3/operation.ts';
import type { GateFacts, InputGate } from '../s3/operation-input.ts';
import type { OperationTools } from '../s3/operation-tools.ts';
import { checkAcl } from './check-acl.ts';
import { Judge } from './judge.ts';
import { reachesBucket } from './key-scope.ts';
import type { RequestFacts } from './request-facts.ts';

/** What the gate judges: who asks for which operation on what. */
export type AuthorizeRequest = {
  readonly caller: JudgedCaller;
  readonly operation: Pick<
    Operation,
    'name' | 'action' | 'alsoNeeds' | 'keyFrom' | 'listPrefix' | 'judgedBy' | 'brings'
  > &
    Partial<Pick<Operation, 'gates'>>;
  readonly target: Target;
  /** As the operation's declaration read it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** What conditions of policies are judged by; without them a Deny that has conditions denies (POL-5). */
  readonly facts?: RequestFacts | undefined;
};

/** What the gate looks things up with. */
export type AuthorizeTools = Pick<OperationTools, 'store' | 'publicAccess'>;

/**
 * The one gate between a verified request and its handler: role and reach of the key, expected owner, bucket policy (an explicit
 * Deny wins), ownership of the bucket, the policy's Allow, canned ACLs. Nobody gets past it but by a permit, which names
 * the target that was judged (SEC-301, SEC-302, SEC-305).
 *
 * A signed caller, or an anonymous one, learns that a bucket is missing, as on Amazon S3; of an object it may not read nobody
 * learns whether it is there (SEC-132).
 * @throws S3Error AccessDenied, NoSuchBucket, and for an ACL whatever `checkAcl` throws
 */
export async function authorize(request: AuthorizeRequest, tools: AuthorizeTools): Promise<Permit> {
  const { caller, operation, input } = request;
  const target: Target =
    operation.keyFrom === undefined ? request.target : { bucket: request.target.bucket, key: operation.keyFrom(input) };
  const judge = new Judge(caller, tools, request.facts);
  const permit = new JudgedPermit(target, caller, judge);
  if (operation.action === 'public') return permit;

  const { expectedOwner, versionId, acl, ...brought } = gateFactsOf(operation.gates, input);
  const access: Access = {
    action: operation.action,
    bucket: target.bucket,
    key: operation.listPrefix?.(input) ?? target.key,
    reach: operation.judgedBy === 'bucket' ? 'any-prefix' : undefined,
    expectedOwner,
    versionId,
    brings: operation.brings === undefined ? broughtBy(brought) : 'later',
  };
  const judging = operation.judgedBy === 'body' ? judge.judgeBucket(access) : judge.judge(access);
  throwIf(judging instanceof Promise ? await judging : judging);
  for (const further of operation.alsoNeeds?.(input, target) ?? []) {
    throwIf(await judge.judge({ brings: access.brings, ...further }));
  }
  // Writes that set an ACL along the way.
  if (acl !== undefined) await checkAcl(acl, 'write', await judge.readBucket(target.bucket), tools);
  return permit;
}

/** What the gate gives to a handler: the target, and its judge. */
class JudgedPermit implements Permit {
  readonly target: Target;
  readonly #caller: JudgedCaller;
  readonly #judge: Judge;

  constructor(target: Target, caller: JudgedCaller, judge: Judge) {
    this.target = target;
    this.#caller = caller;
    this.#judge = judge;
  }

  async allows(access: Access): Promise<boolean> {
    return (await this.#judge.judge(access)) === undefined;
  }

  reaches(bucket: string): boolean {
    return this.#caller.kind === 'anonymous' || reachesBucket(this.#caller.key, bucket);
  }

  admits(...[record, permission]: Parameters<Permit['admits']>): boolean {
    return this.#judge.admits(record, permission);
  }
}

/** What the members of an input mean at the gate, as their declarations say. */
function gateFactsOf(gates: readonly InputGate[] = [], input: AuthorizeRequest['input']): GateFacts {
  const facts: GateFacts = {};
  for (const { name, gate } of gates) Object.assign(facts, gate(input[name]));
  return facts;
}

function broughtBy({ tags, lock }: Brought): Brought | undefined {
  return tags === undefined && lock === undefined ? undefined : { tags, lock };
}

function throwIf(refused: S3Error | undefined): void {
  if (refused !== undefined) throw refused;
}
