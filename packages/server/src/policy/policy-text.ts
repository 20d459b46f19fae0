import { conditionKeyOf, isConditionKey } from './condition-keys.ts';
import { malformedPolicy } from './policy-refusals.ts';

/** The values of a condition key in one request; undefined: it is not there. Keys as `conditionKeyOf` writes them. */
export type ConditionValues = (key: string) => readonly string[] | undefined;

/** Text of a policy: plain, with wildcards, or in parts where it holds policy variables. */
export type PolicyText = string | readonly PolicyPart[];

type PolicyPart =
  | { readonly kind: 'pattern' | 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: string; readonly otherwise: string | undefined };

/** A text of which each variable has its value. What a variable brings along stands for itself, wildcards too. */
export type ResolvedText = { readonly pattern: string; readonly literalAt: ReadonlySet<number> };

const noPlaces: ReadonlySet<number> = new Set();
// `${key}`, or `${key, 'what counts where there is no such key'}`.
const variableForm = /\$\{([^{}']*?)(?:,\s*'([^']*)')?\s*\}/g;

/**
 * Reads a text in which policy variables may stand (POL-6): those of version 2012-10-17.
 * @throws S3Error MalformedPolicy for a variable that is none
 */
export function readPolicyText(text: string, hasVariables: boolean): PolicyText {
  if (!hasVariables || !text.includes('${')) return text;
  const parts: PolicyPart[] = [];
  let read = 0;
  for (const match of text.matchAll(variableForm)) {
    if (match.index > read) parts.push({ kind: 'pattern', text: text.slice(read, match.index) });
    parts.push(readVariable((match[1] ?? '').trim(), match[2]));
    read = match.index + match[0].length;
  }
  const rest = text.slice(read);
  if (rest.includes('${')) throw malformedPolicy('Policy has an invalid variable');
  if (rest !== '') parts.push({ kind: 'pattern', text: rest });
  return parts;
}

function readVariable(name: string, otherwise: string | undefined): PolicyPart {
  if (name === '*' || name === '?' || name === '$') return { kind: 'literal', text: name };
  if (!isConditionKey(name)) throw malformedPolicy(`Policy has an invalid variable: ${name.slice(0, 64)}`);
  return { kind: 'variable', key: conditionKeyOf(name), otherwise };
}

/** Puts the values of a request in place; undefined where a variable has none, or several: then the text fits nothing. */
export function resolveText(text: PolicyText, values: ConditionValues): ResolvedText | undefined {
  if (typeof text === 'string') return { pattern: text, literalAt: noPlaces };
  let pattern = '';
  const literalAt = new Set<number>();
  for (const part of text) {
    const value = part.kind === 'variable' ? (singleOf(values(part.key)) ?? part.otherwise) : part.text;
    if (value === undefined) return undefined;
    if (part.kind !== 'pattern') {
      for (let at = 0; at < value.length; at += 1) literalAt.add(pattern.length + at);
    }
    pattern += value;
  }
  return { pattern, literalAt };
}

/** The condition keys that its variables stand for. */
export function variablesOf(text: PolicyText): readonly string[] {
  if (typeof text === 'string') return [];
  return text.flatMap((part) => (part.kind === 'variable' ? [part.key] : []));
}

/** The text with a wildcard in place of each variable: what it may become. */
export function widestText(text: PolicyText): string {
  if (typeof text === 'string') return text;
  return text.map((part) => (part.kind === 'variable' ? '*' : part.text)).join('');
}

function singleOf(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}
