import { CliError, exitCodes } from '../core/errors.ts';
import { type HttpAnswer, readDocumentText } from './http-client.ts';
import { answerFailure, headerText } from './s3-answer.ts';
import type { S3Client } from './s3-client.ts';

/** A request to the server's own API. */
export type AdminRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind `/_/api/v1`. */
  readonly path: string;
  readonly document?: Readonly<Record<string, unknown>>;
  readonly about: string;
};

/** Asks the admin API, signed as any request. @returns the document; undefined for an answer without one. @throws CliError */
export async function askAdmin(client: S3Client, request: AdminRequest): Promise<Map<string, unknown> | undefined> {
  const { endpoint } = client.connection;
  const { method, about } = request;
  const body = request.document === undefined ? undefined : Buffer.from(JSON.stringify(request.document));
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await client.sendTo(`${endpoint}/_/api/v1${request.path}`, { method, headers, body, about });
  if (headerText(answer, 'server') !== 'Tidegate' && answer.status !== 200) {
    answer.body.resume();
    throw new CliError({
      exit: exitCodes.refused,
      what: `${endpoint} is not a Tidegate; it does not have ${about}.`,
      fix: 'Check profile and endpoint:  tidegate doctor',
    });
  }
  if (answer.status < 200 || answer.status >= 300) throw await answerFailure(answer, about, client.connection);
  return readDocument(answer, endpoint);
}

async function readDocument(answer: HttpAnswer, endpoint: string): Promise<Map<string, unknown> | undefined> {
  const text = await readDocumentText(answer);
  if (text === '') return undefined;
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null) return new Map(Object.entries(document));
  } catch (cause) {
    throw new CliError({ exit: exitCodes.unreachable, what: `${endpoint} did not return JSON.`, cause });
  }
  throw new CliError({ exit: exitCodes.unreachable, what: `${endpoint} returned unexpected JSON.` });
}

/** A text member of a document. */
export function textMember(document: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = document.get(name);
  return typeof value === 'string' ? value : undefined;
}

/** A member that is a list of texts. */
export function listMember(document: ReadonlyMap<string, unknown>, name: string): readonly string[] {
  const value = document.get(name);
  return Array.isArray(value) ? value.map(String) : [];
}
