import type { Check, Explanation } from '@tidegate/presign';
import { explanationText, fillReason, hintOf } from '@tidegate/presign/internal';
import type { SignedCaller } from '../auth/caller.ts';
import { bucketPolicyOf } from '../policy/bucket-policy.ts';
import { Judge } from '../policy/judge.ts';
import type { Access } from '../s3/operation.ts';
import type { OperationTools } from '../s3/operation-tools.ts';

/** What the server found of one check. */
export type Finding = {
  readonly outcome: 'pass' | 'fail' | 'unknown';
  readonly text: string;
  readonly reason?: string;
  readonly cause?: Explanation['cause'];
};

/** A check that fails, in the catalogue's words. */
export function failed(reason: Parameters<typeof fillReason>[0], values: Parameters<typeof fillReason>[1]): Finding {
  const { title, text, fix } = fillReason(reason, values);
  return {
    outcome: 'fail',
    text: text === '' ? title : hintOf(reason, values),
    reason,
    cause: { reason, title, text, fix },
  };
}

/** Puts findings in the place of the checks that an explanation without a store leaves open. */
export function withFindings(
  base: Explanation,
  findings: ReadonlyMap<string, Finding>,
  now: Date,
  method: string,
): Explanation {
  let cause = base.cause;
  let hasFailed = cause !== undefined || base.outcome === 'fails';
  const checks = base.checks.map((check): Check => {
    const finding = findings.get(check.name);
    if (finding === undefined) return check;
    const { outcome, text, reason } = finding;
    const why = reason === undefined ? {} : { reason };
    if (!hasFailed) {
      if (outcome === 'fail') {
        hasFailed = true;
        cause = finding.cause ?? { reason: reason ?? check.name, title: text.replace(/\.$/, ''), text: '', fix: '' };
      }
      return { name: check.name, outcome, text, ...why };
    }
    if (outcome === 'unknown') return { name: check.name, outcome: 'skipped', text };
    const would = outcome === 'pass' ? `would hold` : `would fail: ${text}`;
    return { name: check.name, outcome: 'skipped', would: outcome, text: would, ...why };
  });
  const found = { ...base, outcome: hasFailed ? ('fails' as const) : base.outcome, checks, cause };
  return { ...found, toString: () => explanationText(found, method, now) };
}

/** What the use itself says. */
export const judgedLater: Finding = { outcome: 'unknown', text: 'judged when it is used' };

/**
 * What the bucket says of a link: whose it is, its policy, its ACL. Who will ask, and from where, is not known, so what hangs
 * on conditions is left open.
 * @param access undefined: what is asked for is not known before it is asked
 */
export async function bucketFinding(
  access: Access | undefined,
  caller: Omit<SignedCaller, 'verified'>,
  tools: Pick<OperationTools, 'store' | 'publicAccess'>,
): Promise<Finding> {
  if (access === undefined) return judgedLater;
  const judge = new Judge(caller, tools);
  const refused = await judge.judge(access);
  const { policy } = (await judge.readBucket(access.bucket))?.config ?? {};
  if (refused === undefined) return { outcome: 'pass', text: policy === undefined ? 'none' : 'lets it in' };
  if (policy === undefined || refused.code !== 'AccessDenied')
    return { outcome: 'fail', text: refused.message, reason: refused.code };
  const hasConditions = bucketPolicyOf(policy, access.bucket).statements.some(
    ({ conditions }) => conditions.length > 0,
  );
  if (hasConditions) return { outcome: 'unknown', text: 'its conditions are judged when it is used' };
  const title = "The bucket's policy refuses it";
  return {
    outcome: 'fail',
    text: 'refuses it',
    reason: refused.code,
    cause: {
      reason: refused.code,
      title,
      text: '',
      fix: 'Let its key in by the policy of the bucket, or sign with another key.',
    },
  };
}
