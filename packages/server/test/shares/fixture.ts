import assert from 'node:assert/strict';
import type { TestServer } from '../test-server.ts';

/** What creating a share or file request answers, as far as tests look at it. */
export type Made = {
  readonly id: string;
  readonly url: string;
  readonly uses: { readonly count: number };
  readonly expiresAt: string | null;
};

/** Asks the admin API, as the root key. */
export async function ask<Answer>(server: TestServer, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const text = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const response = await server.signed(method, `/_/api/v1${path}`, text);
  const answer = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${answer}`);
  // Sound: a test looks at what it asked for.
  return (answer === '' ? undefined : JSON.parse(answer)) as Answer;
}

export function makeShare(server: TestServer, body: unknown): Promise<Made> {
  return ask(server, 'POST', '/shares', body);
}

export function makeRequest(server: TestServer, body: unknown): Promise<Made> {
  return ask(server, 'POST', '/requests', body);
}

/** Headers of a browser that goes somewhere. */
export const browser = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
  accept: 'text/html,application/xhtml+xml',
} as const;

/** Status and reason in one text. */
export async function outcome(answer: Response | Promise<Response>): Promise<string> {
  const response = await answer;
  await response.arrayBuffer();
  const reason = response.headers.get('x-tidegate-reason');
  return reason === null ? String(response.status) : `${response.status} ${reason}`;
}
