import { nearestName } from '@tidegate/protocol/nearest';
import { z } from 'zod';
import { AdminProblem, type FieldProblem } from './problem.ts';

/**
 * Parses the JSON of a request, bounded in depth before it is built (SEC-428).
 * @throws AdminProblem 400
 */
export function parseJson(text: string, maxDepth: number): unknown {
  if (depthOf(text) > maxDepth) throw badJson(`It is nested deeper than ${maxDepth} levels.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badJson('It is not JSON.');
  }
}

function badJson(detail: string): AdminProblem {
  return new AdminProblem({ status: 400, code: 'InvalidRequest', title: 'The body cannot be read', detail });
}

/** Deepest nesting of brackets outside strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isInString) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return deepest;
}

/**
 * A body checked by its schema; fields that the schema does not know are refused with the nearest name (ADM-4).
 * @throws AdminProblem 400 naming every field that is wrong
 */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  if (body === undefined) {
    const parsed = schema.safeParse({});
    if (parsed.success) return parsed.data;
    throw badJson('There is none. Send application/json.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badJson('It is not a JSON object.');
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw problemOf(parsed.error.issues, schema, 'body');
}

/**
 * Query parameters checked by their schema: each at most once, none that it does not know (ADM-4).
 * @throws AdminProblem 400
 */
export function readQuery<Schema extends z.ZodObject>(
  schema: Schema,
  pairs: readonly (readonly [name: string, value: string])[],
): z.output<Schema> {
  const given = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (given.has(name)) throw invalid([{ field: name.slice(0, 64), detail: 'It is given more than once.' }], false);
    given.set(name, value);
  }
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  throw problemOf(parsed.error.issues, schema, 'query');
}

function problemOf(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, where: string): AdminProblem {
  const errors: FieldProblem[] = [];
  let hasUnknown = false;
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      hasUnknown = true;
      for (const name of issue.keys) {
        const field = [...issue.path, name.slice(0, 64)].join('.');
        const said = /^Unrecognized key/.test(issue.message) ? undefined : issue.message;
        errors.push(said === undefined ? { ...unknownField(name, namesIn(schema)), field } : { field, detail: said });
      }
    } else {
      errors.push({ field: issue.path.join('.') || where, detail: issue.message });
    }
  }
  return invalid(errors, hasUnknown);
}

function invalid(errors: readonly FieldProblem[], hasUnknown: boolean): AdminProblem {
  return new AdminProblem({
    status: 400,
    code: 'InvalidArgument',
    title: hasUnknown ? 'The request has a field that is not known' : 'A field is not valid',
    ...(hasUnknown ? { reason: 'FieldUnknown' } : {}),
    errors,
  });
}

/** One field that is wrong. */
export function badField(field: string, detail: string, hint?: string): AdminProblem {
  return invalid([{ field, detail, ...(hint === undefined ? {} : { hint }) }], false);
}

/** Several of them. */
export function badFields(errors: readonly FieldProblem[]): AdminProblem {
  return invalid(errors, false);
}

/** A member that nobody knows, where the schema lets all names through. */
export function unknownBodyField(name: string, known: Iterable<string>): AdminProblem {
  return invalid([unknownField(name, known)], true);
}

function unknownField(name: string, known: Iterable<string>): FieldProblem {
  const nearest = nearestName(name, known);
  const detail = `${JSON.stringify(name.slice(0, 64))} is not a field of this request.`;
  return nearest === undefined
    ? { field: name.slice(0, 64), detail }
    : { field: name.slice(0, 64), detail, hint: `Did you mean ${JSON.stringify(nearest)}?` };
}

/** The names of all members that a schema has anywhere: only a failure asks. */
function namesIn(schema: z.ZodType): Iterable<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (name === 'properties' && typeof member === 'object' && member !== null) {
        for (const property of Object.keys(member)) names.add(property);
      }
      visit(member);
    }
  };
  visit(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return names;
}
