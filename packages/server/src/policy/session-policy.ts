import { refusal, type S3Error } from '@tidegate/protocol';
import { actions } from './actions.ts';
import { matchesWildcard } from './wildcard.ts';

type Statement = {
  readonly effect: 'Allow' | 'Deny';
  /** Lower case, with wildcards: `s3:get*`. */
  readonly actions: readonly string[];
  /** `*`, or what follows `arn:aws:s3:::`, with wildcards. */
  readonly resources: readonly string[];
};

/** A policy of temporary credentials that has been read whole. */
export type SessionPolicy = readonly Statement[];

/** Longest policy, as AWS takes it. */
export const maxSessionPolicyLength = 2048;

const maxStatements = 100;
const resourceArn = /^arn:aws[a-z-]{0,16}:s3:::(.+)$/s;
const members = new Set(['Sid', 'Effect', 'Action', 'Resource']);

/**
 * Reads the policy that narrows temporary credentials (STS-20): `Allow` and `Deny` of actions on resources, with wildcards.
 * Everything else of the policy language would narrow or widen in a way that is not evaluated here, so it is refused by name.
 * @returns what is wrong with it instead, as a sentence
 */
export function parseSessionPolicy(text: string): SessionPolicy | string {
  if (text.length > maxSessionPolicyLength) return `it is longer than ${maxSessionPolicyLength} characters`;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isObject(document)) return 'it is no JSON object';
  for (const [name, value] of Object.entries(document)) {
    if (name === 'Version') {
      if (value !== '2012-10-17' && value !== '2008-10-17') return 'Version is neither 2012-10-17 nor 2008-10-17';
    } else if (name === 'Id') {
      if (typeof value !== 'string') return 'Id is no text';
    } else if (name !== 'Statement') return `${shown(name)} is not evaluated`;
  }
  const listed: unknown = Reflect.get(document, 'Statement');
  const statements = Array.isArray(listed) ? listed : [listed];
  if (listed === undefined || statements.length === 0) return 'it has no Statement';
  if (statements.length > maxStatements) return `it has more than ${maxStatements} statements`;
  const read: Statement[] = [];
  for (const statement of statements) {
    const one = readStatement(statement);
    if (typeof one === 'string') return one;
    read.push(one);
  }
  return read;
}

function readStatement(value: unknown): Statement | string {
  if (!isObject(value)) return 'a Statement is no object';
  const held = new Map<string, unknown>(Object.entries(value));
  for (const name of held.keys()) if (!members.has(name)) return `${shown(name)} is not evaluated`;
  const effect = held.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') return 'Effect is neither Allow nor Deny';
  if (held.has('Sid') && typeof held.get('Sid') !== 'string') return 'Sid is no text';
  const wanted = textsOf(held.get('Action'));
  const on = textsOf(held.get('Resource'));
  if (wanted === undefined) return 'a Statement has no Action that is a text or a list of texts';
  if (on === undefined) return 'a Statement has no Resource that is a text or a list of texts';
  const found: string[] = [];
  for (const action of wanted.map((text) => text.toLowerCase())) {
    if (action !== '*' && !/^s3:[a-z0-9*?]{1,128}$/.test(action)) return `the action ${shown(action)} is none of S3`;
    found.push(action);
  }
  const resources: string[] = [];
  for (const text of on) {
    const resource = text === '*' ? text : resourceArn.exec(text)?.[1];
    if (resource === undefined) return `the resource ${shown(text)} is none of S3`;
    if (resource.includes('${')) return 'policy variables are not evaluated';
    resources.push(resource);
  }
  return { effect, actions: found, resources };
}

/** Whether a policy lets something through: some statement allows it, and none denies it (STS-21). */
export function sessionAllows(
  policy: SessionPolicy,
  wanted: { readonly action: string; readonly bucket: string; readonly key: string },
): boolean {
  const action = wanted.action.toLowerCase();
  const resource = resourceOf(wanted);
  let allowed = false;
  for (const statement of policy) {
    if (!statement.actions.some((pattern) => matchesWildcard(pattern, action))) continue;
    if (!statement.resources.some((pattern) => matchesWildcard(pattern, resource))) continue;
    if (statement.effect === 'Deny') return false;
    allowed = true;
  }
  return allowed;
}

/** A right on a bucket is one on the bucket alone, whatever prefix is listed; one on the service is one on everything. */
function resourceOf({
  action,
  bucket,
  key,
}: {
  readonly action: string;
  readonly bucket: string;
  readonly key: string;
}) {
  const on = actions[action]?.on;
  if (on === 'service') return '*';
  return on === 'object' ? `${bucket}/${key}` : bucket;
}

/** Policies that were read; most requests of a session come one after another. */
const known = new Map<string, SessionPolicy>();
const maxKnown = 500;

/** What temporary credentials with this policy may not do. The text was read when they were made. */
export function judgeSession(
  policy: string | undefined,
  wanted: { readonly action: string; readonly bucket: string; readonly key: string },
): S3Error | undefined {
  if (policy === undefined) return undefined;
  let read = known.get(policy);
  if (read === undefined) {
    const parsed = parseSessionPolicy(policy);
    // One that cannot be read any more lets nothing through.
    read = typeof parsed === 'string' ? [] : parsed;
    if (known.size >= maxKnown) known.clear();
    known.set(policy, read);
  }
  return sessionAllows(read, wanted) ? undefined : refusal('AccessDenied', {}, 'KeyNotAllowed');
}

function textsOf(value: unknown): readonly string[] | undefined {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = listed.filter((text) => typeof text === 'string' && text !== '');
  // Sound: filtered just now.
  return texts.length === 0 || texts.length !== listed.length ? undefined : (texts as readonly string[]);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
