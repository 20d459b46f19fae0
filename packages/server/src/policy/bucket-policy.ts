import { conditionsHold } from './conditions.ts';
import { type BucketPolicy, parseBucketPolicy, type Statement } from './policy-document.ts';
import { type ConditionValues, resolveText } from './policy-text.ts';
import { namesCaller, type PolicyCaller } from './principal.ts';
import { isPublicStatement } from './public-policy.ts';
import { matchesWildcard } from './wildcard.ts';

/** What a policy says about one request. `deny` beats `allow`; `silent`: no statement fits. */
export type PolicyVerdict = 'allow' | 'deny' | 'silent';

/** The question put to a policy. */
export type PolicyQuestion = {
  readonly caller: PolicyCaller;
  readonly action: string;
  readonly bucket: string;
  /** Empty: the bucket itself. */
  readonly key: string;
  /** Statements that let everybody in do not count (`public_access = "block"`). */
  readonly ignorePublic: boolean;
  /** What conditions are judged by. undefined: it is not known here, so a Deny that has conditions denies and an Allow does not let in. */
  readonly values: ConditionValues | undefined;
  /**
   * Conditions on these keys are left open, for what they ask is not read yet: they keep no Allow from letting in, and by them no
   * Deny denies. Then it is judged again (POL-8).
   */
  readonly isOpen?: ((key: string) => boolean) | undefined;
};

/** Judges by all statements: an explicit Deny wins, wherever it stands (AWS: policy evaluation logic; POL-2). */
export function judgeByPolicy(policy: BucketPolicy, question: PolicyQuestion): PolicyVerdict {
  let verdict: PolicyVerdict = 'silent';
  for (const statement of policy.statements) {
    if (statement.effect === 'Allow' && (verdict === 'allow' || isIgnored(statement, question))) continue;
    if (!isAbout(statement, question)) continue;
    if (statement.effect === 'Deny') return 'deny';
    verdict = 'allow';
  }
  return verdict;
}

function isIgnored(statement: Statement, { ignorePublic }: PolicyQuestion): boolean {
  return ignorePublic && isPublicStatement(statement);
}

function isAbout(statement: Statement, question: PolicyQuestion): boolean {
  const { effect, principals, actions, resources, conditions, except } = statement;
  const { caller, bucket, key, values } = question;
  if (principals.some((principal) => namesCaller(principal, caller)) === except.has('Principal')) return false;
  const action = question.action.toLowerCase();
  if (actions.some((pattern) => matchesWildcard(pattern, action)) === except.has('Action')) return false;
  const resource = key === '' ? bucket : `${bucket}/${key}`;
  const known = values ?? nothingKnown;
  const fits = resources.map((text) => resolveText(text, known));
  // A resource that cannot be told is in doubt what a Deny is about.
  if (fits.includes(undefined) && values === undefined && effect === 'Deny') return true;
  if (
    fits.some((text) => text !== undefined && matchesWildcard(text.pattern, resource, text.literalAt)) ===
    except.has('Resource')
  ) {
    return false;
  }
  if (conditions.length === 0) return true;
  const { isOpen } = question;
  if (isOpen !== undefined && conditions.some((condition) => isOpen(condition.key))) {
    const closed = conditions.filter((condition) => !isOpen(condition.key));
    return effect === 'Allow' && values !== undefined && conditionsHold(closed, values, effect);
  }
  return values === undefined ? effect === 'Deny' : conditionsHold(conditions, values, effect);
}

const nothingKnown: ConditionValues = () => undefined;

const maxRemembered = 256;
/** Read policies by bucket and text: one text has one meaning, so nothing here can be out of date. Bounded. */
const remembered = new Map<string, BucketPolicy>();

/** The policy of a stored text, read once as long as it is in use. */
export function bucketPolicyOf(text: string, bucket: string): BucketPolicy {
  const name = `${bucket} ${text}`;
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const policy = parseBucketPolicy(text, bucket);
  if (remembered.size >= maxRemembered) {
    const oldest = remembered.keys().next();
    if (oldest.done !== true) remembered.delete(oldest.value);
  }
  remembered.set(name, policy);
  return policy;
}
