import { type AdminServer, handleAdminRequest, problemAnswer } from '../admin/handle-request.ts';
import { receivedHeader } from '../auth/received.ts';
import type { WireAnswer, WireRequest } from '../http/wire.ts';
import { type Documents, documentAnswer, findDocument } from './documents.ts';
import { type ConsoleFiles, fileAnswer } from './files.ts';
import { isConsoleHost } from './hosts.ts';
import { commonHeaders, contentSecurityPolicy } from './page-headers.ts';
import { hostOf } from './request-address.ts';
import { handleSessionRequest, readSession, type SessionContext } from './session-endpoints.ts';

/** What the console's listener answers from. */
export type ConsoleContext = {
  readonly admin: AdminServer;
  readonly sessions: SessionContext;
  /** undefined: it was not built. */
  readonly files: ConsoleFiles | undefined;
  /** Read when they are first asked for; undefined: they were not built. */
  readonly documents: () => Documents | undefined;
  /** Names at which it may be opened, beside addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** 22 characters that were never used before. */
  readonly makeNonce: () => string;
};

const notBuilt = 'The console is not built here. Build it:  npm run build:console  and start the server again.';
const sessionPath = '/_/api/v1/session';
/** Names that a document can have. */
const documentName = /^[\w.-]*$/;
/** Paths that the page itself makes something of. Anything else is no page, and no file is looked up by a path (SEC-512). */
const pagePath = /^\/_\/(?:[\w-]+(?:\/[\w-]+)*\/?)?$/;

/** The life of one request to the console's listener, without health and metrics. */
export async function handleConsoleRequest(wire: WireRequest, context: ConsoleContext): Promise<WireAnswer> {
  if (!isConsoleHost(hostOf(wire), context.hosts)) {
    return text(421, 'This name is not one of the console: list it in console_hosts.');
  }
  const mark = wire.target.indexOf('?');
  const path = mark === -1 ? wire.target : wire.target.slice(0, mark);
  if (path.startsWith('/_/api/')) return withCommon(await api(wire, path, context));
  if (wire.method !== 'GET' && wire.method !== 'HEAD') return text(405, 'Only GET and HEAD.', ['Allow', 'GET, HEAD']);
  if (path === '/' || path === '/_') return { ...text(302, 'The console is at /_/.', ['Location', '/_/']) };
  if (path.startsWith('/_/assets/')) return asset(wire, path.slice('/_/'.length), context);
  if (path === '/_/docs') return text(302, 'The documents are at /_/docs/.', ['Location', '/_/docs/']);
  if (path.startsWith('/_/docs/')) return document(wire, path.slice('/_/docs/'.length), context);
  if (!pagePath.test(path)) return text(404, 'Nothing is here. S3 is served at the other address.');
  return page(wire, context);
}

async function api(wire: WireRequest, path: string, context: ConsoleContext): Promise<WireAnswer> {
  const isOwn = path === sessionPath || path === `${sessionPath}/challenge`;
  if (!isOwn) return handleAdminRequest(wire, context.admin, (asking) => readSession(asking, context.sessions));
  try {
    return await handleSessionRequest(wire, path.slice(sessionPath.length), context.sessions);
  } catch (error) {
    return problemAnswer(error, wire, { operation: 'tidegate:Session' });
  }
}

function asset(wire: WireRequest, path: string, { files }: ConsoleContext): WireAnswer {
  const file = files?.assets.get(path);
  if (file === undefined) return text(404, 'No such file.');
  const accepts = receivedHeader(wire.rawHeaders, 'accept-encoding');
  const answer = fileAnswer(file, accepts, receivedHeader(wire.rawHeaders, 'if-none-match'));
  return { ...answer, note: { operation: 'Console' } };
}

function document(wire: WireRequest, name: string, { documents }: ConsoleContext): WireAnswer {
  const noPage = text(404, 'No such page. All pages: /_/docs/');
  if (!documentName.test(name)) return noPage;
  const all = documents();
  if (all === undefined) return text(503, notBuilt);
  const file = findDocument(all, name);
  if (file === undefined) return noPage;
  const accepts = receivedHeader(wire.rawHeaders, 'accept-encoding');
  const answer = documentAnswer(file, accepts, receivedHeader(wire.rawHeaders, 'if-none-match'));
  return { ...answer, note: { operation: 'Console' } };
}

function page(wire: WireRequest, { files, makeNonce, admin }: ConsoleContext): WireAnswer {
  if (files === undefined) return text(503, notBuilt);
  const nonce = makeNonce();
  return {
    status: 200,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Cache-Control', 'no-store'],
      ['Content-Security-Policy', contentSecurityPolicy(nonce, new URL(admin.endpointOf(wire)).origin)],
      ...commonHeaders,
    ],
    body: files.page.replaceAll('%NONCE%', nonce),
    note: { operation: 'Console' },
  };
}

function withCommon(answer: WireAnswer): WireAnswer {
  const sent = new Set(answer.headers.map(([name]) => name.toLowerCase()));
  const more = commonHeaders.filter(([name]) => !sent.has(name.toLowerCase()));
  return { ...answer, headers: [...answer.headers, ...more] };
}

function text(status: number, words: string, ...headers: readonly [string, string][]): WireAnswer {
  return {
    status,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Cache-Control', 'no-store'],
      ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
      ...commonHeaders,
      ...headers,
    ],
    body: `${words}\n`,
    note: { operation: 'Console' },
  };
}
