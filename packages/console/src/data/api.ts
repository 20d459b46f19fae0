import { type AdminOperations, adminRoutes, type Problem } from '@tidegate/presign/admin';
import { ApiError } from './api-error.ts';

/** An operation of the admin API by its name. */
export type Operation = keyof AdminOperations;
export type Input<Name extends Operation> = AdminOperations[Name]['input'];
export type Output<Name extends Operation> = AdminOperations[Name]['output'];

const base = '/_/api/v1';
/** So long after somebody did something, what the page asks by itself keeps nobody signed in (SEC-510). */
const quietAfterMs = 60_000;
let lastInputMs = Date.now();
for (const name of ['pointerdown', 'keydown'] as const) {
  addEventListener(
    name,
    () => {
      lastInputMs = Date.now();
    },
    { capture: true, passive: true },
  );
}

const lost = new Set<() => void>();

/** Told when the server no longer knows the session. @returns what ends that */
export function onSignedOut(tell: () => void): () => void {
  lost.add(tell);
  return () => lost.delete(tell);
}

/** Says that the session is over. */
export function tellSignedOut(): void {
  for (const tell of lost) tell();
}

/** Asks one operation of the admin API as who is signed in. @throws ApiError */
export async function ask<Name extends Operation>(
  name: Name,
  input: Input<Name>,
  options: { readonly signal?: AbortSignal; readonly ifMatch?: string } = {},
): Promise<Output<Name>> {
  const [method = 'GET', template = ''] = adminRoutes[name].split(' ');
  const rest: Record<string, unknown> = { ...input };
  const path = template.replace(/\{(\w+)\}/g, (_, place: string) => {
    const part = String(rest[place]);
    delete rest[place];
    return encodeURIComponent(part);
  });
  const hasBody = method.startsWith('P');
  const query = new URLSearchParams();
  if (!hasBody) {
    for (const [key, value] of Object.entries(rest)) if (value !== undefined) query.set(key, String(value));
  }
  const tail = query.size === 0 ? '' : `?${query}`;
  const answer = await send(method, `${path}${tail}`, {
    ...(hasBody && { body: rest }),
    ...(options.signal !== undefined && { signal: options.signal }),
    ...(options.ifMatch !== undefined && { headers: { 'if-match': options.ifMatch } }),
  });
  // Sound: the types were made of the declarations that the server answers by.
  return answer as Output<Name>;
}

type Sent = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

/** One request to the API below `/_/api/v1`. @returns the document; undefined for none. @throws ApiError */
export async function send(method: string, path: string, { body, headers, signal }: Sent = {}): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(`${base}${path}`, {
      method,
      headers: {
        ...ownHeaders(),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, undefined);
  }
  if (answer.status === 401) tellSignedOut();
  if (!answer.ok) throw new ApiError(answer.status, await problemOf(answer));
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** Headers without which the server takes nothing from a page (SEC-507). */
export function ownHeaders(): Readonly<Record<string, string>> {
  const isQuiet = Date.now() - lastInputMs > quietAfterMs;
  return { 'x-tidegate-console': '1', ...(isQuiet && { 'x-tidegate-quiet': '1' }) };
}

async function problemOf(answer: Response): Promise<Problem | undefined> {
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  try {
    return await answer.json();
  } catch {
    return undefined;
  }
}

/** What the server said of single fields; empty where it said nothing of any. */
export function fieldFaults(error: unknown): readonly { readonly field: string; readonly detail: string }[] {
  const problem = error instanceof ApiError ? error.problem : undefined;
  if (problem?.errors !== undefined) return problem.errors;
  return problem?.field === undefined ? [] : [{ field: problem.field, detail: problem.detail ?? problem.title }];
}
