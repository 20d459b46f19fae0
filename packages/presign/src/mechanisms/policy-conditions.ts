import { isLimitName } from '../limits/limits.ts';
import { deny, type Refusal, refuse } from '../verify/refusal.ts';
import type { PostForm } from '../wire/request.ts';
import type { FieldCondition, PolicyDocument } from './policy-document.ts';
import { limitRefusal } from './settle.ts';

/** What a POST policy leaves to be done by who reads the file, and the fields as they count. */
export type PolicyOutcome = {
  readonly conditions: readonly FieldCondition[];
  /** The allowed range of the file's size (SIG-88). */
  readonly contentLength?: { readonly min: number; readonly max: number };
  /** In order of arrival, after `${filename}` was replaced. */
  readonly fields: readonly (readonly [name: string, value: string])[];
};

/** Fields that no condition needs to name (SIG-87), lower case. */
const free: ReadonlySet<string> = new Set(['policy', 'x-amz-signature', 'signature', 'awsaccesskeyid', 'file']);

/** A checksum of the file binds whoever sends it, and can make nothing of the upload but a failure (SIG-87). */
function isChecksum(field: string): boolean {
  return /^x-amz-checksum-(?:crc32c?|crc64nvme|sha1|sha256)$/.test(field);
}

function needsNoCondition(field: string): boolean {
  return free.has(field) || field.startsWith('x-ignore-') || isChecksum(field);
}

/** SIG-86: `${filename}` in any field becomes the last path component of the file's name, and stays where the file has none. */
export function expandFields(form: PostForm): PolicyOutcome['fields'] {
  const filename = form.file?.filename;
  if (filename === undefined) return form.fields;
  const last = filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
  return form.fields.map(([name, value]) =>
    free.has(name.toLowerCase()) ? [name, value] : [name, value.replace(/\$\{filename\}/g, () => last)],
  );
}

/**
 * SIG-86 to SIG-89: holds the policy's conditions against the fields and the addressed bucket; then every field against the
 * conditions.
 */
export function policyFault(
  policy: PolicyDocument,
  fields: PolicyOutcome['fields'],
  bucket: string,
): Refusal | undefined {
  const values = new Map(fields.map(([name, value]) => [name.toLowerCase(), value]));
  values.set('bucket', bucket);
  const named = new Set<string>();
  if (policy.unfulfillable !== undefined) return unmet(policy.unfulfillable);
  for (const condition of policy.conditions) {
    const field = condition.field.toLowerCase();
    named.add(field);
    const value = values.get(field);
    if (value === undefined || !holds(condition, field, value)) return conditionFailed(condition);
  }
  for (const [name] of [...fields, ['bucket']] as const) {
    const field = name.toLowerCase();
    if (!named.has(field) && !needsNoCondition(field)) return extraField(name);
  }
  return looseLimit(policy, fields);
}

/** SIG-88, where the size of the file is known. */
export function sizeFault(policy: Pick<PolicyOutcome, 'contentLength'>, sizeBytes: number): Refusal | undefined {
  const { contentLength } = policy;
  if (contentLength === undefined) return undefined;
  const { min, max } = contentLength;
  if (sizeBytes > max) {
    return refuse({
      check: 'limits',
      code: 'EntityTooLarge',
      message: 'Your proposed upload exceeds the maximum allowed size',
      reason: 'UploadTooLarge',
      values: { size: String(sizeBytes), max: String(max) },
      members: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(max) },
    });
  }
  if (sizeBytes >= min) return undefined;
  return refuse({
    check: 'limits',
    code: 'EntityTooSmall',
    message: 'Your proposed upload is smaller than the minimum allowed size',
    reason: 'UploadTooSmall',
    values: { size: String(sizeBytes), min: String(min) },
    members: { ProposedSize: String(sizeBytes), MinSizeAllowed: String(min) },
  });
}

function holds({ operator, value }: FieldCondition, field: string, sent: string): boolean {
  if (operator === 'eq') return sent === value;
  if (field !== 'content-type') return sent.startsWith(value);
  return sent.split(',').every((item) => item.trim().startsWith(value));
}

/** SIG-89: the holder of a form could choose the value of a limit that is only bound by a prefix. */
function looseLimit(policy: PolicyDocument, fields: PolicyOutcome['fields']): Refusal | undefined {
  for (const [name] of fields) {
    if (!isLimitName(name)) continue;
    const exact = policy.conditions.some(
      ({ operator, field }) => operator === 'eq' && field.toLowerCase() === name.toLowerCase(),
    );
    if (!exact) {
      return limitRefusal({ reason: 'LinkLimitMalformed', name, why: 'its policy condition must be exact' });
    }
  }
  return undefined;
}

function conditionFailed({ operator, field, value }: FieldCondition): Refusal {
  return unmet([operator, `$${field}`, value]);
}

function unmet(condition: readonly string[]): Refusal {
  const list = condition.map((part) => JSON.stringify(part)).join(', ');
  return byPolicy(`Invalid according to Policy: Policy Condition failed: [${list}]`);
}

function extraField(name: string): Refusal {
  return byPolicy(`Invalid according to Policy: Extra input fields: ${name}`);
}

function byPolicy(message: string): Refusal {
  return deny('limits', message, { reason: 'PolicyConditionFailed', values: { message } });
}
