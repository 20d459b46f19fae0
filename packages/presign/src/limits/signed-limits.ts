import { fail } from '../values/presign-error.ts';
import { combinationFault, valueFault, writeLimits } from './limit-grammar.ts';
import { type Limits, limitRules } from './limit-rows.ts';

/** What decides whether limits can be signed. */
export type LimitsPlace = {
  readonly method: string;
  readonly key: string | undefined;
  /** Other decoded parameters of the URL. */
  readonly query: readonly (readonly [string, string])[];
  /** Whether the store enforces limits. */
  readonly enforced: boolean;
  readonly host: string;
  readonly stable: boolean;
  /** Whether a URL is signed by SigV2, which covers no limits. The policy of a form covers them always (SIG-89). */
  readonly unsigned: boolean;
};

const notEnforcedHint =
  "If it is a Tidegate, say `store: 'tidegate'` or set TIDEGATE_ENDPOINT; for sizes use presignPost.";

/** `~` and 15 base62 characters, 89 random bits. */
function randomId(): string {
  let id = '~';
  while (id.length < 16) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    const digit = byte % 62;
    // 248 = 4 × 62: above it some characters would come more often than others.
    if (byte < 248) id += digit < 36 ? digit.toString(36) : (digit - 26).toString(36).toUpperCase();
  }
  return id;
}

/**
 * The parameters that say `limits`, for a URL or a form; none for limits that say nothing.
 * @throws PresignError LimitNotEnforced, LimitInvalid, LimitNotForOperation, StableWithLimits, SizeInvalid, DurationInvalid
 */
export function limitPairs(
  given: Limits,
  { method, key, query, enforced, host, stable, unsigned }: LimitsPlace,
): [string, string][] {
  const pairs = writeLimits({ ...given, ...(given.grant === true && { grant: key ?? '' }) });
  const texts = new Map(pairs);
  const stated = limitRules.filter(({ name }) => texts.has(name));
  const [first] = stated;
  if (!first) return pairs;
  const limit = `limits.${first.property}`;
  const what = unsigned
    ? ' is not signed by Signature Version 2.'
    : !enforced && ` is enforced by Tidegate alone; this bucket is on '${host}'.`;
  if (what) fail('LimitNotEnforced', limit + what, limit, notEnforcedHint);
  if (stable)
    fail(
      'StableWithLimits',
      'A stable URL is the same for everybody; limits count for each link.',
      'stable',
      'Leave one of them out.',
    );
  // The grammar that judges a link when it is used judges it here.
  for (const rule of stated) {
    const fault = valueFault(rule, texts.get(rule.name) ?? '', method);
    const option = `limits.${rule.property}`;
    if (fault) fail(fault.wrongMethod ? 'LimitNotForOperation' : 'LimitInvalid', `${option}: ${fault.why}.`, option);
  }
  const fault = combinationFault(texts);
  if (fault) fail('LimitInvalid', `${fault.name}: ${fault.why}.`, 'limits');
  const grant = texts.get('x-link-grant');
  // SIG-48, SIG-48c: what is signed is the prefix as the key, and nothing beyond its objects.
  if (grant !== undefined && (grant !== key || query.some(([name]) => !name.startsWith('response-')))) {
    fail('LimitInvalid', `limits.grant: '${grant}' is not the key, or there are other parameters.`, 'limits.grant');
  }
  const counts = given.uses ?? given.clients ?? given.totalBytes;
  if (counts !== undefined && given.id === undefined) pairs.unshift(['x-link-id', randomId()]);
  return pairs;
}
