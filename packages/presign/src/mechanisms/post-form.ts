import { hmacHex } from '#hash';
import { isLimitName, parseLimits } from '../limits/limits.ts';
import { expiryValues, parseAmzDate } from '../values/times.ts';
import type { Attempt, Claim, Context, Finding, Opening, Settled, SigningSecret } from '../verify/opening.ts';
import { deny, type Refusal, refuse } from '../verify/refusal.ts';
import { utf8Length } from '../wire/encode.ts';
import type { PostForm } from '../wire/request.ts';
import { sigv2Signature } from '../wire/sigv2.ts';
import { expandFields, type PolicyOutcome, policyFault, sizeFault } from './policy-conditions.ts';
import { isPolicyRefusal, parsePolicy } from './policy-document.ts';
import { switchedOff } from './query-v2.ts';
import { type Credential, parseCredential, queryWording, scopeFault } from './scope.ts';
import { formTimes, lifetimeFault, limitRefusal, unsignedLimit } from './settle.ts';
import { keyOf } from './v4-attempts.ts';

/** Browser forms: section 8 of the specification, in the order of SIG-83. */

/** SIG-80: all fields before the file together, in bytes. */
const mostFieldBytes = 20_480;
/** SIG-7. */
const mostKeyBytes = 1024;

const noHeaders: readonly string[] = [];
const v4Names = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature'] as const;
const v2Names = ['AWSAccessKeyId', 'Signature'] as const;

/** Values of a form by lower-case name; a name that stands twice is in `repeated`. */
type FormFields = { readonly values: ReadonlyMap<string, string>; readonly repeated: string | undefined };

/** How a form is signed: SigV4, SigV2, both at once (SIG-31), a policy that nothing signs (SIG-81), or not at all. */
export type FormSignature = 'v4' | 'v2' | 'both' | 'unsigned policy' | 'none';

/** Reads how a form is signed. */
export function formSignature({ fields }: PostForm): FormSignature {
  const { values } = readFields(fields);
  const v4 = v4Names.some((name) => values.has(name.toLowerCase()));
  const v2 = v2Names.some((name) => values.has(name.toLowerCase()));
  if (v4 || v2) return v4 && v2 ? 'both' : v4 ? 'v4' : 'v2';
  return values.has('policy') ? 'unsigned policy' : 'none';
}

/** Opens a form that is signed, or should be. */
export function openPostForm(context: Context, form: PostForm, version: 'v4' | 'v2'): Opening {
  const fields = readFields(form.fields);
  const value = (name: string): string => fields.values.get(name.toLowerCase()) ?? '';
  const credential = parseCredential(value('X-Amz-Credential'));
  const { settings } = context;

  const find = (check: string): Finding => {
    switch (check) {
      case 'form':
        return (
          shapeFault(form, fields) ?? fieldsFault(fields, version) ?? versionFault(context, value, version) ?? 'pass'
        );
      case 'scope':
        if (version === 'v2') return 'pass';
        return scopeFault(credential, value('X-Amz-Date').slice(0, 8), settings.regions, queryWording) ?? 'pass';
      default:
        return 'unknown';
    }
  };

  const claim = (): Claim => {
    const scope: Credential = credential ?? {
      accessKeyId: '',
      date: '',
      region: '',
      service: '',
      terminator: '',
      text: '',
    };
    const policy = value('policy');
    const attempts = (secret: SigningSecret): readonly Attempt[] => {
      const expected =
        version === 'v4' ? hmacHex(keyOf(secret, scope), policy) : sigv2Signature(secret.secretAccessKey ?? '', policy);
      return [{ method: 'POST', expected, stringToSign: policy, encoding: 'utf8' }];
    };
    return {
      version,
      accessKeyId: version === 'v4' ? scope.accessKeyId : value('AWSAccessKeyId'),
      token: fields.values.get('x-amz-security-token'),
      signature: version === 'v4' ? value('X-Amz-Signature') : value('Signature'),
      signedAtMs: version === 'v4' ? parseAmzDate(value('X-Amz-Date')) : undefined,
      signedHeaders: noHeaders,
      scope: version === 'v4' ? scope : undefined,
      attempts,
      settle: () => settleForm(context, form, policy, version === 'v4' ? scope.date : undefined),
    };
  };

  return {
    mechanism: version === 'v4' ? 'sigv4-post' : 'sigv2-post',
    checks: version === 'v4' ? ['form', 'scope'] : ['form'],
    find,
    claim,
  };
}

function readFields(list: PostForm['fields']): FormFields {
  const values = new Map<string, string>();
  let repeated: string | undefined;
  for (const [name, value] of list) {
    const lower = name.toLowerCase();
    // A limit that stands twice has a reason of its own, found with the limits.
    if (values.has(lower) && !lower.startsWith('x-ignore-') && !isLimitName(name)) repeated ??= name;
    else values.set(lower, value);
  }
  return { values, repeated };
}

/** SIG-80, and SIG-7 for the key that results. */
function shapeFault(form: PostForm, { repeated }: FormFields): Refusal | undefined {
  let bytes = 0;
  for (const [name, value] of form.fields) bytes += utf8Length(name) + utf8Length(value);
  if (bytes > mostFieldBytes) {
    return malformed(
      'MaxPostPreDataLengthExceededError',
      'Your POST request fields preceding the upload file were too large.',
    );
  }
  if (repeated !== undefined) {
    return malformed('InvalidArgument', `Bucket POST must contain the field '${repeated}' only once.`);
  }
  if (form.file === undefined) {
    return malformed('InvalidArgument', 'POST requires exactly one file upload per request.');
  }
  const key = formKey(expandFields(form));
  if (key === '') return missingField('key');
  if (utf8Length(key) > mostKeyBytes) {
    const message = 'Your key is too long';
    return refuse({ check: 'form', code: 'KeyTooLongError', message, reason: 'AddressMalformed', values: { message } });
  }
  return undefined;
}

/** The key of a form after expansion; empty when it has none. */
export function formKey(fields: PolicyOutcome['fields']): string {
  return fields.find(([name]) => name.toLowerCase() === 'key')?.[1] ?? '';
}

/** SIG-81: a field missing while another of its signature is there. */
function fieldsFault({ values }: FormFields, version: 'v4' | 'v2'): Refusal | undefined {
  const needed = version === 'v4' ? ['policy', ...v4Names] : ['policy', 'AWSAccessKeyId', 'signature'];
  const missing = needed.find((name) => !values.get(name.toLowerCase()));
  return missing === undefined ? undefined : missingField(missing);
}

function versionFault(context: Context, value: (name: string) => string, version: 'v4' | 'v2'): Refusal | undefined {
  if (version === 'v2') return switchedOff(context.settings.sigv2);
  const fault = (message: string): Refusal =>
    refuse({ check: 'form', code: 'AuthorizationQueryParametersError', message });
  if (value('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    return fault('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  }
  if (parseAmzDate(value('X-Amz-Date')) !== undefined) return undefined;
  return fault("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
}

function missingField(name: string): Refusal {
  return malformed(
    'InvalidArgument',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    { ArgumentName: name, ArgumentValue: '' },
  );
}

function malformed(code: string, message: string, members: Refusal['members'] = {}): Refusal {
  return refuse({ check: 'form', code, message, reason: 'FormMalformed', values: { message }, members });
}

const noDay = { fault: undefined, endsAtMs: Number.POSITIVE_INFINITY };

/** SIG-83 after the signature: document, expiration, conditions, size; then the limits among the fields (SIG-89). */
function settleForm(context: Context, form: PostForm, policyField: string, day?: string): Refusal | Settled {
  const { target, settings } = context;
  const inQuery = unsignedLimit(target.query, 'the query of a form is not signed; limits are fields of the form');
  if (inQuery !== undefined) return inQuery;
  const read = parsePolicy(policyField);
  if (isPolicyRefusal(read)) return read;
  const { fault, endsAtMs } = day === undefined ? noDay : formTimes(day, settings.nowMs);
  if (fault !== undefined) return fault;
  const policy = { ...read, expiresAtMs: Math.min(read.expiresAtMs, endsAtMs) };
  if (settings.nowMs > policy.expiresAtMs) {
    return deny('time', 'Invalid according to Policy: Policy expired.', {
      reason: 'LinkExpired',
      values: expiryValues(policy.expiresAtMs, settings.nowMs, undefined),
    });
  }
  const fields = expandFields(form);
  const refused =
    policyFault(policy, fields, target.bucket ?? '') ??
    (form.file?.size === undefined ? undefined : sizeFault(policy, form.file.size)) ??
    lifetimeFault(context, Math.ceil((policy.expiresAtMs - settings.nowMs) / 1000));
  if (refused !== undefined) return refused;
  const limits = parseLimits(fields, { method: 'POST' });
  if ('fault' in limits) return limitRefusal(limits.fault);
  const { contentLength } = policy;
  return {
    limits: limits.limits,
    payload: { kind: 'unsigned' },
    policy: { conditions: policy.conditions, fields, ...(contentLength === undefined ? {} : { contentLength }) },
    expiresAtMs: policy.expiresAtMs,
  };
}
