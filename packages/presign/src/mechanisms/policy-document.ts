import { isJsonList, isJsonObject, parseStrictJson, type StrictJson } from '../values/strict-json.ts';
import { parseIsoDate } from '../values/times.ts';
import { type Refusal, refuse } from '../verify/refusal.ts';

/** A condition of a POST policy on a field, as the policy writes it (SIG-86). */
export type FieldCondition = {
  readonly operator: 'eq' | 'starts-with';
  /** As written, without the dollar sign. */
  readonly field: string;
  readonly value: string;
};

/** A POST policy that could be read. */
export type PolicyDocument = {
  readonly expiresAtMs: number;
  readonly conditions: readonly FieldCondition[];
  /** The narrowest of all `content-length-range` conditions, in bytes. */
  readonly contentLength?: { readonly min: number; readonly max: number };
  /** A condition that no form fulfills, as a list: a size that is no number, a field without a dollar sign (SIG-86). */
  readonly unfulfillable?: readonly string[];
};

/** Most bytes of a policy: it is one of the fields that share 20 KB (SIG-80). */
const mostCharacters = 20_480;

/** SIG-84: reads a policy field, base64 of UTF-8 JSON. */
export function parsePolicy(base64: string): PolicyDocument | Refusal {
  const text = base64.length > mostCharacters ? undefined : decodeBase64Text(base64);
  const document = text === undefined ? undefined : parseStrictJson(jsonOf(text));
  if (!isJsonObject(document)) return invalid('Invalid JSON.');
  const expiration = document.entries.get('expiration');
  if (expiration === undefined) return invalid('Policy missing expiration.');
  const expiresAtMs = typeof expiration === 'string' ? parseIsoDate(expiration) : undefined;
  if (expiresAtMs === undefined) return invalid(`Invalid 'expiration' value: '${show(expiration)}'`);
  const listed = document.entries.get('conditions');
  if (!isJsonList(listed)) return invalid('Policy missing conditions.');
  return readConditions(listed, expiresAtMs);
}

/** AWS lists `\$` and `\v` among the characters that a policy escapes; JSON has neither. */
function jsonOf(policy: string): string {
  return policy.replace(/\\([\s\S])/g, (pair, escaped) => (escaped === '$' ? '$' : escaped === 'v' ? '\\u000b' : pair));
}

/** Whether `parsePolicy` refused. */
export function isPolicyRefusal(read: PolicyDocument | Refusal): read is Refusal {
  return 'check' in read;
}

function readConditions(listed: readonly StrictJson[], expiresAtMs: number): PolicyDocument | Refusal {
  const conditions: FieldCondition[] = [];
  let contentLength: { readonly min: number; readonly max: number } | undefined;
  let unfulfillable: readonly string[] | undefined;
  for (const entry of listed) {
    if (isJsonObject(entry)) {
      const [simple] = entry.entries;
      if (simple === undefined || entry.entries.size !== 1) {
        return invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
      }
      const [field, value] = simple;
      if (typeof value !== 'string') return invalid('Invalid Simple-Condition: value must be a string.');
      conditions.push({ operator: 'eq', field, value });
      continue;
    }
    if (!isJsonList(entry)) return invalid("Invalid Condition: unknown operation ''.");
    const [written, first, second] = entry;
    const operator = typeof written === 'string' ? written.toLowerCase() : '';
    if (isUnfulfillable(operator, entry)) {
      unfulfillable ??= entry.map((part) => show(part));
      continue;
    }
    if (operator === 'content-length-range') {
      const min = wholeNumber(first);
      const max = wholeNumber(second);
      if (min === undefined || max === undefined || entry.length !== 3) {
        return invalid('Invalid Condition: content-length-range must have two whole numbers.');
      }
      contentLength = {
        min: Math.max(min, contentLength?.min ?? 0),
        max: Math.min(max, contentLength?.max ?? Number.MAX_SAFE_INTEGER),
      };
    } else if (operator === 'eq' || operator === 'starts-with') {
      if (entry.length !== 3 || typeof first !== 'string' || typeof second !== 'string' || !/^\$./.test(first)) {
        return invalid(`Invalid Condition: '${operator}' must have a field that begins with '$' and a value.`);
      }
      conditions.push({ operator, field: first.slice(1), value: second });
    } else {
      return invalid(`Invalid Condition: unknown operation '${show(written)}'.`);
    }
  }
  return {
    expiresAtMs,
    conditions,
    ...(contentLength === undefined ? {} : { contentLength }),
    ...(unfulfillable === undefined ? {} : { unfulfillable }),
  };
}

/** Well-formed lists that Amazon S3 takes as conditions which do not hold, and not as faults of the policy. */
function isUnfulfillable(operator: string, [, first, second, ...more]: readonly StrictJson[]): boolean {
  if (more.length > 0) return false;
  if (operator === 'content-length-range') {
    const bounds = [first, second];
    const isRange = bounds.every((bound) => typeof bound === 'string' || wholeNumber(bound) !== undefined);
    return isRange && bounds.some((bound) => typeof bound === 'string' && !/^-?\d+$/.test(bound));
  }
  const isOfField = operator === 'eq' || operator === 'starts-with';
  return isOfField && typeof first === 'string' && typeof second === 'string' && !/^\$./.test(first);
}

function wholeNumber(value: StrictJson | undefined): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function show(value: StrictJson | undefined): string {
  return typeof value === 'object' || value === undefined ? '' : String(value).slice(0, 64);
}

function invalid(text: string): Refusal {
  const message = `Invalid Policy: ${text}`;
  return refuse({
    check: 'limits',
    code: 'InvalidPolicyDocument',
    message,
    reason: 'PolicyMalformed',
    values: { message },
  });
}

/** The text that base64 holds, whitespace ignored; undefined when it is not base64 of UTF-8. */
function decodeBase64Text(base64: string): string | undefined {
  const packed = base64.replace(/[ \t\r\n]+/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined;
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // bytes that are not UTF-8
  }
}
