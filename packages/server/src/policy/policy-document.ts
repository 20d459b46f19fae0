import { existingTagPrefix } from './condition-keys.ts';
import { type Condition, readConditions } from './conditions.ts';
import { malformedPolicy as malformed, notEvaluated } from './policy-refusals.ts';
import { type PolicyText, readPolicyText, variablesOf, widestText } from './policy-text.ts';
import { type Principal, parsePrincipal } from './principal.ts';
import { matchesWildcard } from './wildcard.ts';

/** One statement, ready to be compared. */
export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly principals: readonly Principal[];
  /** Lower case, with wildcards: `s3:get*`. */
  readonly actions: readonly string[];
  /** `bucket` or `bucket/key`, with wildcards and policy variables. */
  readonly resources: readonly PolicyText[];
  readonly conditions: readonly Condition[];
  /** Members that name what the statement is not about: `NotPrincipal`, `NotAction`, `NotResource` (POL-2). */
  readonly except: ReadonlySet<Listed>;
};

/** Members of a statement that may be turned round. */
type Listed = 'Principal' | 'Action' | 'Resource';

/** A bucket policy that has been checked whole. */
export type BucketPolicy = {
  readonly statements: readonly Statement[];
  /** Whether something of it is judged by the tags that an object has (POL-7). */
  readonly asksForTags: boolean;
};

const maxStatements = 200;
const maxListed = 200;
const maxPatternLength = 2048;
const resourceArn = /^arn:aws[a-z-]{0,16}:s3:::(.+)$/s;

const turnedRound = ['Principal', 'Action', 'Resource'] as const;
const knownMembers = new Set([
  'Sid',
  'Effect',
  'Condition',
  ...turnedRound,
  ...turnedRound.map((name) => `Not${name}`),
]);
/** The version of the language that has variables; in the one before, and without a version, `${` is text. */
const variablesVersion = '2012-10-17';

/**
 * Reads the policy of a bucket as it was sent. Whatever is not understood is refused here, so that a stored policy means
 * exactly what it says (POL-1).
 * Source: AWS, IAM JSON policy elements reference; Bucket policies for Amazon S3.
 * @throws S3Error MalformedPolicy; NotImplemented naming what is not evaluated
 */
export function parseBucketPolicy(text: string, bucket: string): BucketPolicy {
  const document = readMembers(parseJson(text), "Policies must be valid JSON and the first byte must be '{'");
  for (const [name, value] of document) {
    if (name === 'Version') {
      if (value !== '2012-10-17' && value !== '2008-10-17')
        throw malformed('The policy must contain a valid version string');
    } else if (name === 'Id') {
      if (typeof value !== 'string') throw malformed('Id must be a string');
    } else if (name !== 'Statement') {
      throw malformed(`Unknown field ${name}`);
    }
  }
  const listed = document.get('Statement');
  if (listed === undefined) throw malformed('Missing required field Statement');
  const statements = Array.isArray(listed) ? listed : [listed];
  if (statements.length === 0) throw malformed('Statement is empty!');
  if (statements.length > maxStatements) throw malformed('The policy has too many statements');
  const hasVariables = document.get('Version') === variablesVersion;
  const read = statements.map((statement) => readStatement(statement, bucket, hasVariables));
  return { statements: read, asksForTags: read.some(asksForTags) };
}

function asksForTags({ resources, conditions }: Statement): boolean {
  const texts = [...resources, ...conditions.flatMap(({ values }) => values)];
  const keys = [...conditions.map(({ key }) => key), ...texts.flatMap(variablesOf)];
  return keys.some((key) => key.startsWith(existingTagPrefix));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
}

function readStatement(value: unknown, bucket: string, hasVariables: boolean): Statement {
  const members = readMembers(value, 'Statement must be an object');
  const except = new Set<Listed>();
  for (const name of members.keys()) {
    if (!knownMembers.has(name)) throw malformed(`Unknown field ${name}`);
  }
  for (const name of turnedRound) {
    if (!members.has(`Not${name}`)) continue;
    if (members.has(name)) throw malformed(`A statement must not have both ${name} and Not${name}`);
    except.add(name);
  }
  const sid = members.get('Sid');
  if (sid !== undefined && typeof sid !== 'string') throw malformed('Sid must be a string');
  const effect = members.get('Effect');
  if (effect === undefined) throw malformed('Missing required field Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`Invalid effect: ${String(effect).slice(0, 64)}`);
  if (effect === 'Allow' && except.has('Principal')) throw malformed('Allow with NotPrincipal is not allowed.');
  const listed = (name: Listed) => members.get(except.has(name) ? `Not${name}` : name);

  return {
    effect,
    principals: readPrincipals(listed('Principal')),
    actions: readTexts(listed('Action'), 'Action').map(readAction),
    resources: readTexts(listed('Resource'), 'Resource').map((resource) =>
      readResource(resource, bucket, hasVariables),
    ),
    conditions: readConditions(members.get('Condition'), hasVariables),
    except,
  };
}

function readPrincipals(value: unknown): Principal[] {
  if (value === undefined) throw malformed('Missing required field Principal');
  if (value === '*') return [{ kind: 'everyone' }];
  const members = readMembers(value, 'Invalid principal in policy');
  const principals: Principal[] = [];
  for (const [kind, listed] of members) {
    if (kind === 'Service' || kind === 'Federated') throw notEvaluated(`Principal ${kind}`);
    if (kind !== 'AWS' && kind !== 'CanonicalUser') throw malformed('Invalid principal in policy');
    for (const text of readTexts(listed, 'Principal')) {
      const principal = parsePrincipal(text);
      if (principal === undefined) throw malformed('Invalid principal in policy');
      principals.push(principal);
    }
  }
  if (principals.length === 0) throw malformed('Invalid principal in policy');
  return principals;
}

function readAction(text: string): string {
  const action = text.toLowerCase();
  if (action === '*') return action;
  if (!/^s3:[a-z0-9*?]{1,128}$/.test(action)) throw malformed('Policy has invalid action');
  return action;
}

function readResource(text: string, bucket: string, hasVariables: boolean): PolicyText {
  const resource = text === '*' ? '*' : resourceArn.exec(text)?.[1];
  if (resource === undefined || resource.length > maxPatternLength) throw malformed('Policy has invalid resource');
  const read = readPolicyText(resource, hasVariables);
  const widest = widestText(read);
  const slash = widest.indexOf('/');
  const bucketPart = slash === -1 ? widest : widest.slice(0, slash);
  if (!matchesWildcard(bucketPart, bucket)) throw malformed('Policy has invalid resource');
  return read;
}

function readTexts(value: unknown, name: string): string[] {
  if (value === undefined) throw malformed(`Missing required field ${name}`);
  const listed: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (listed.length === 0) throw malformed(`${name} must not be empty`);
  if (listed.length > maxListed) throw malformed(`${name} has too many values`);
  const texts: string[] = [];
  for (const text of listed) {
    if (typeof text !== 'string' || text === '') throw malformed(`Invalid value of ${name}`);
    texts.push(text);
  }
  return texts;
}

function readMembers(value: unknown, otherwise: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(otherwise);
  return new Map(Object.entries(value));
}
