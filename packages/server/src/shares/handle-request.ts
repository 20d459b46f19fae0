import { S3Error } from '@tidegate/protocol';
import { uploadScript } from '#page-scripts';
import { bytesOf, readSmallBody } from '../auth/body-source.ts';
import { receivedHeader } from '../auth/received.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import { deniedLink } from '../links/denied-link.ts';
import type { LinkUse } from '../links/link-use.ts';
import { looksLikeVisitor } from '../links/visitor.ts';
import { headersOfPage } from '../pages/page.ts';
import { pageOfRefusal, type RefusedLink, refusalWords, reloadInS } from '../pages/page-refusal.ts';
import { passwordPage } from '../pages/share-page.ts';
import { passwordCookieS } from '../pages/share-password.ts';
import { ShareRefusal } from '../pages/share-refusal.ts';
import { uploadScriptPath } from '../pages/upload-script.ts';
import type { Admission, Entrance, Progress } from '../s3/admission.ts';
import { readEnabledKey, tellLedger, uncacheable } from '../s3/link-use.ts';
import { pageFrameOf, secureUrlOf } from '../s3/page-frame.ts';
import { handle } from '../s3/pipeline.ts';
import type { Server } from '../s3/server.ts';
import { toRefusal } from '../s3/write-refusal.ts';
import { isShareToken, type ShareRecord, shareFacts, shareLinkId } from '../stores/links/share-store.ts';
import { admitFileRequest } from './file-request.ts';
import { admitSharedFile } from './shared-file.ts';
import { type ShareContext, type SharedRequest, shownShareId } from './shared-request.ts';

/** Name of the cookie of a password that was given; its path is the share's. */
const cookieName = 'tidegate-share';
const maxPasswordForm = 4096;
const form = /^application\/x-www-form-urlencoded\b/i;

/** What is known of a request to a share. */
type ShareProgress = Progress & {
  share?: ShareRecord;
  shared?: SharedRequest;
  /** The refusal only asks for a password, which the ledger does not count (SHR-30). */
  isUncounted?: boolean;
};

/** Handles one request to `/s/…` (SHR-1). */
export function handleShareRequest(wire: WireRequest, server: Server, context: ShareContext): Promise<WireAnswer> {
  const progress: ShareProgress = { received: wire, wire, note: { operation: 'Share' } };
  return handle(progress, shareEntrance(context), server);
}

function shareEntrance(context: ShareContext): Entrance<ShareProgress> {
  return {
    admit: (progress, server) => admit(progress, server, context),
    refuse(error, progress, server) {
      progress.isUncounted = asksForPassword(error);
      return writeShareRefusal(error, progress, server, context);
    },
    conclude,
  };
}

async function admit(progress: ShareProgress, server: Server, context: ShareContext): Promise<Admission | WireAnswer> {
  const { wire } = progress;
  if (wire.target === uploadScriptPath) return scriptAnswer(progress.note);
  const { token, encodedName, query } = readPath(wire.target);
  const share = isShareToken(token) ? await context.shares.find(shareLinkId(token)) : undefined;
  if (share === undefined) throw new ShareRefusal('NoSuchShare');
  progress.share = share;
  const path = `/s/${token}`;
  const key = await readEnabledKey(share.accessKeyId, server);
  const facts = shareFacts(share, receivedHeader(wire.rawHeaders, 'host') ?? '');
  progress.link = { facts };
  const note = {
    ...progress.note,
    ...{ bucket: facts.bucket, link: shownShareId(share), accessKeyId: share.accessKeyId },
  };
  progress.note = note;
  const name = encodedName === undefined ? undefined : decodeName(encodedName);
  // SHR-4: a share ends with its key.
  if (key === undefined) throw new S3Error({ code: 'AccessDenied' });
  const useAgain = (): LinkUse =>
    server.links.useOf({
      facts,
      key,
      operation: facts.operation,
      keyAskedFor: facts.key,
      outsideGrant: false,
      client: wire.client,
      rawHeaders: wire.rawHeaders,
      keyNow: () => readEnabledKey(share.accessKeyId, server),
    });
  const { expiresAtMs, closedAtMs } = share;
  if (expiresAtMs !== undefined && server.tools.clock.nowMs() > expiresAtMs) throw deniedLink('LinkExpired', {});
  const use = useAgain(); //                                      LinkRevoked, LinkNotYetValid, LinkNeedsHttps, LinkAddressNotAllowed
  progress.use = use;
  const isVisitor = looksLikeVisitor((header) => receivedHeader(wire.rawHeaders, header));
  const shared: SharedRequest = {
    ...{ wire, server, context, share, facts, key, use, useAgain, name, query, path, isVisitor },
    ...{ note, progress },
  };
  progress.shared = shared;
  if (closedAtMs !== undefined) throw new ShareRefusal('ShareClosed');
  const entered = await enter(shared); //                         a password that is missing or wrong
  if (entered !== undefined) return entered;
  return share.kind === 'share' ? admitSharedFile(shared) : admitFileRequest(shared);
}

/** The one script of these pages. Its name changes with it, so it is kept for ever. */
function scriptAnswer(note: AnswerNote): WireAnswer {
  const headers: readonly (readonly [string, string])[] = [
    ['Content-Type', 'text/javascript; charset=utf-8'],
    ['X-Content-Type-Options', 'nosniff'],
  ];
  return { status: 200, headers, body: uploadScript, note };
}

function readPath(target: string): {
  readonly token: string;
  readonly encodedName: string | undefined;
  readonly query: URLSearchParams;
} {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const [, , token = '', ...rest] = path.split('/');
  const query = new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1));
  return { token, encodedName: rest.length === 0 ? undefined : rest.join('/'), query };
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    if (error instanceof URIError) throw new ShareRefusal('ShareName');
    throw error;
  }
}

/** SHR-11: lets in who has the password: by Basic, by the form, or by the cookie that the form led to. @returns an answer that comes first */
async function enter(shared: SharedRequest): Promise<WireAnswer | undefined> {
  const { wire, share, context, use } = shared;
  const { passwordHash, linkId } = share;
  if (passwordHash === undefined) return undefined;
  const judge = async (password: string): Promise<void> => {
    const outcome = await context.passwords.judge({ linkId, passwordHash, password, client: use.clientPrefix });
    switch (outcome.kind) {
      case 'right':
        return;
      case 'busy':
        throw new ShareRefusal('ShareBusy', { 'retry-after': '5' });
      case 'too many tries':
        throw new ShareRefusal('PasswordTries', { 'retry-after': '900' });
      case 'wrong':
        throw new ShareRefusal('SharePassword', {}, outcome.triesLeft);
    }
  };
  const basic = /^basic +([A-Za-z0-9+/=]+)$/i.exec(receivedHeader(wire.rawHeaders, 'authorization') ?? '')?.[1];
  if (basic !== undefined) {
    const pair = Buffer.from(basic, 'base64').toString('utf8');
    await judge(pair.slice(pair.indexOf(':') + 1));
    return undefined;
  }
  if (cookiesOf(wire).some((value) => context.passwords.isCookie(value, linkId, passwordHash))) return undefined;
  if (wire.method !== 'POST' || !form.test(receivedHeader(wire.rawHeaders, 'content-type') ?? '')) {
    throw new ShareRefusal('SharePassword');
  }
  wire.expectBody();
  const body = await readSmallBody(bytesOf(wire.body), maxPasswordForm, () => new ShareRefusal('SharePassword'));
  const password = new URLSearchParams(new TextDecoder().decode(body)).get('password');
  if (password === null) throw new ShareRefusal('SharePassword');
  await judge(password);
  return passed(shared, passwordHash);
}

/** Sends the browser to where it wanted to go, with the cookie. */
function passed({ wire, share, context, path, name, note }: SharedRequest, passwordHash: string): WireAnswer {
  const value = context.passwords.cookieValue(share.linkId, passwordHash);
  const secure = wire.client.secure ? '; Secure' : '';
  const cookie = `${cookieName}=${value}; Path=${path}; Max-Age=${passwordCookieS}; HttpOnly; SameSite=Lax${secure}`;
  const location = name === undefined ? path : `${path}/${encodeURIComponent(name).replaceAll('%2F', '/')}`;
  return {
    status: 303,
    headers: [['Location', location], ['Set-Cookie', cookie], ...privateHeaders],
    body: undefined,
    note,
  };
}

function cookiesOf(wire: WireRequest): readonly string[] {
  const header = receivedHeader(wire.rawHeaders, 'cookie') ?? '';
  const pairs = header.split(';').map((pair) => pair.trim().split('=', 2));
  return pairs.flatMap(([name, value]) => (name === cookieName && value !== undefined ? [value] : [])).slice(0, 4);
}

/** What every answer of a share has. */
const privateHeaders: readonly (readonly [string, string])[] = [
  ['Cache-Control', 'private, no-store'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Robots-Tag', 'noindex, nofollow'],
];

/** Whether a request was refused only because it gave no password yet (SHR-30). */
function asksForPassword(error: unknown): boolean {
  return error instanceof ShareRefusal && error.reason === 'SharePassword' && error.triesLeft === undefined;
}

/**
 * A response of a share must not be cached (SEC-225), and its outcome goes to the ledger. A refusal is counted whatever refused: also
 * one that came before the share could be used (SHR-30).
 */
function conclude(response: WireAnswer, progress: ShareProgress, server: Server): WireAnswer {
  const names = new Set(response.headers.map(([name]) => name.toLowerCase()));
  const headers = [...response.headers, ...privateHeaders.filter(([name]) => !names.has(name.toLowerCase()))];
  const whole = uncacheable({ ...response, headers });
  const { link, shared, use, wire } = progress;
  if (link === undefined || progress.isUncounted === true) return whole;
  if (shared !== undefined && isVisit(whole, shared)) return whole;
  return tellLedger(whole, link, use, wire, server);
}

/**
 * Whether the ledger has nothing to count: a page, a list, a preview and a form are no use of a share (SHR-7), and what comes
 * through a file request is counted by the file (SHR-26).
 */
function isVisit({ headers, note }: WireAnswer, { share }: SharedRequest): boolean {
  if (note.code !== undefined) return false;
  if (share.kind === 'request') return true;
  return !headers.some(
    ([name, value]) => name.toLowerCase() === 'content-disposition' && value.startsWith('attachment'),
  );
}

/** SHR-9: a page for people, two lines of text for programs, JSON for who asks for it. */
function writeShareRefusal(error: unknown, progress: ShareProgress, server: Server, context: ShareContext): WireAnswer {
  const { wire, share } = progress;
  const refused = refusalOf(error);
  const { status, code, reason, message, bug } = refused;
  const note: AnswerNote = {
    ...progress.note,
    code,
    ...(reason === undefined ? {} : { reason }),
    ...(bug === undefined ? {} : { bug }),
  };
  const headers: (readonly [string, string])[] = Object.entries(refused.headers);
  if (status === 304) return { status, headers, body: undefined, note };
  headers.push(['x-tidegate-reason', reason ?? code]);
  const header = (name: string): string | undefined => receivedHeader(wire.rawHeaders, name);
  const frame = pageFrameOf(wire, server);
  // The script of a page asks for words alone.
  const isVisitor = looksLikeVisitor(header) && header('accept') !== 'text/plain';
  if (error instanceof ShareRefusal && error.reason === 'SharePassword') {
    // A browser that is shown a form asks in no window of its own.
    if (isVisitor)
      return {
        status,
        headers: [...headers, ...headersOfPage(frame)],
        body: passwordPage(
          { action: wire.target, triesLeft: error.triesLeft, isRequest: share?.kind === 'request' },
          frame,
        ),
        note,
      };
    headers.push(['WWW-Authenticate', 'Basic realm="share", charset="UTF-8"']);
  }
  const { title, detail } = refusalWords(refused, frame.words);
  if (isVisitor) {
    const nowMs = server.tools.clock.nowMs();
    const secureUrl = secureUrlOf(wire, context.publicEndpoint);
    const known = { ...knownOf(share), secureUrl };
    const support = { requestId: wire.requestId, link: note.link, atMs: nowMs };
    const again = reloadInS(refused, known, nowMs);
    const refresh: readonly (readonly [string, string])[] = again === undefined ? [] : [['Refresh', String(again)]];
    const body = pageOfRefusal(refused, support, frame, known);
    return { status, headers: [...headers, ...refresh, ...headersOfPage(frame)], body, note };
  }
  if (/\bjson\b/i.test(header('accept') ?? '')) {
    const body = `${JSON.stringify({ title, status, code, reason: reason ?? null, detail: message, requestId: wire.requestId })}\n`;
    return { status, headers: [...headers, ['Content-Type', 'application/problem+json']], body, note };
  }
  const text: readonly (readonly [string, string])[] = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Language', frame.words.locale],
    ['Vary', 'Accept-Language, Accept, User-Agent'],
    ['X-Content-Type-Options', 'nosniff'],
  ];
  return {
    status,
    headers: [...headers, ...text],
    body: `${title}\n${detail}\n`,
    note,
  };
}

/** What a page may say of the share. Behind a password nothing of it is told (SHR-11). */
function knownOf(share: ShareRecord | undefined): RefusedLink {
  if (share === undefined) return {};
  const isRequest = share.kind === 'request';
  if (share.passwordHash !== undefined) return { isRequest };
  const { limits, expiresAtMs } = share;
  return { isRequest, uses: limits.uses, endedAtMs: expiresAtMs, opensAtMs: limits.notBefore?.getTime() };
}

type Refused = {
  readonly status: number;
  readonly code: string;
  readonly reason: string | undefined;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bug: unknown;
};

function refusalOf(error: unknown): Refused {
  if (error instanceof ShareRefusal) {
    const { status, reason, message, headers } = error;
    return { status, code: reason, reason, message, headers, bug: undefined };
  }
  const { refused, bug } = toRefusal(error);
  const { status, code, reason, message, headers = {} } = refused;
  return { status, code, reason, message, headers, bug };
}
