import { withAccountNumbers } from './account-number.ts';
import { accountKeys, readConditionKey } from './condition-keys.ts';
import { type ConditionOperator, conditionOperator, readBoolean } from './condition-operators.ts';
import { malformedPolicy } from './policy-refusals.ts';
import { type ConditionValues, type PolicyText, readPolicyText, resolveText } from './policy-text.ts';

/** One condition of a statement; all of a statement's conditions must hold. */
export type Condition = {
  /** Lower case. */
  readonly key: string;
  /** `Null` asks whether the key is absent. */
  readonly operator: ConditionOperator | 'Null';
  /** Holds where the key is absent. */
  readonly ifExists: boolean;
  /** For keys with several values. Absent: as for one value. */
  readonly quantifier: 'ForAnyValue' | 'ForAllValues' | undefined;
  /** One of them must fit. */
  readonly values: readonly PolicyText[];
};

const maxConditions = 100;
const maxValues = 200;

/**
 * Reads the conditions of a statement. Operators, keys and values that are not understood are refused (POL-3, POL-4).
 * Source: AWS, IAM JSON policy elements: Condition operators.
 * @throws S3Error MalformedPolicy, NotImplemented
 */
export function readConditions(value: unknown, hasVariables: boolean): Condition[] {
  if (value === undefined) return [];
  const read: Condition[] = [];
  for (const [name, keys] of members(value)) {
    const operator = readOperator(name);
    for (const [key, listed] of members(keys)) {
      const known = readConditionKey(key);
      read.push({ ...operator, key: known, values: readValues(listed, operator, { key: known, hasVariables }) });
      if (read.length > maxConditions) throw malformedPolicy('The policy has too many conditions');
    }
  }
  return read;
}

type ReadOperator = Pick<Condition, 'operator' | 'ifExists' | 'quantifier'>;

function readOperator(name: string): ReadOperator {
  const match = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(name);
  const [, quantifier, plain = '', ifExists] = match ?? [];
  if (plain === 'Null' && quantifier === undefined && ifExists === undefined) {
    return { operator: 'Null', ifExists: false, quantifier: undefined };
  }
  const operator = conditionOperator(plain);
  if (operator === undefined) throw malformedPolicy(`Invalid Condition type : ${name.slice(0, 64)}`);
  const known = quantifier === 'ForAnyValue' || quantifier === 'ForAllValues' ? quantifier : undefined;
  return { operator, ifExists: ifExists !== undefined, quantifier: known };
}

function readValues(
  listed: unknown,
  { operator }: ReadOperator,
  { key, hasVariables }: { readonly key: string; readonly hasVariables: boolean },
): PolicyText[] {
  const values: readonly unknown[] = Array.isArray(listed) ? listed : [listed];
  if (values.length === 0 || values.length > maxValues) throw malformedPolicy('Policy has an invalid condition');
  return values.map((value) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw malformedPolicy('Policy has an invalid condition');
    }
    const text = accountKeys.has(key) ? withAccountNumbers(String(value)) : String(value);
    const isTaken = operator === 'Null' ? readBoolean(text) !== undefined : operator.comparison.takes(text);
    if (!isTaken) throw malformedPolicy(`Policy has an invalid condition value: ${text.slice(0, 64)}`);
    return readPolicyText(text, hasVariables && operator !== 'Null' && operator.comparison.hasVariables);
  });
}

/**
 * Whether all conditions hold in a request (POL-4). Where one cannot be judged, for a variable of it has no value, an Allow does not
 * let in by it (POL-6).
 */
export function conditionsHold(
  conditions: readonly Condition[],
  values: ConditionValues,
  effect: 'Allow' | 'Deny',
): boolean {
  return conditions.every((condition) => holds(condition, values, effect));
}

function holds(condition: Condition, values: ConditionValues, effect: 'Allow' | 'Deny'): boolean {
  const { operator, quantifier } = condition;
  const given = values(condition.key);
  const isAbsent = given === undefined || given.length === 0;
  if (operator === 'Null') return condition.values.some((wanted) => readBoolean(String(wanted)) === isAbsent);
  const { comparison, negated } = operator;
  if (isAbsent) {
    if (condition.ifExists || quantifier === 'ForAllValues') return true;
    return quantifier === undefined && negated;
  }
  const resolved = condition.values.map((wanted) => resolveText(wanted, values));
  if (negated && effect === 'Allow' && resolved.includes(undefined)) return false;
  const fits = (text: string): boolean =>
    resolved.some((wanted) => wanted !== undefined && comparison.fits(text, wanted)) !== negated;
  // Of several values without a word on them one must fit, and none of those that must not.
  const all = quantifier === 'ForAllValues' || (quantifier === undefined && negated);
  return all ? given.every(fits) : given.some(fits);
}

function members(value: unknown): (readonly [name: string, value: unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformedPolicy('Condition must be an object');
  }
  return Object.entries(value);
}
