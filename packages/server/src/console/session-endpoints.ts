import { createHmac, timingSafeEqual } from 'node:crypto';
import { linksOnly } from '../admin/endpoints/console.ts';
import { type AdminServer, answerOf } from '../admin/handle-request.ts';
import { AdminProblem, type ProblemParts } from '../admin/json/problem.ts';
import { parseJson } from '../admin/json/read-json.ts';
import { bytesOf, readSmallBody } from '../auth/body-source.ts';
import { receivedHeader } from '../auth/received.ts';
import type { WireAnswer, WireRequest } from '../http/wire.ts';
import { isLinkOnly } from '../policy/key-scope.ts';
import type { KeyRecord, KeyWithSecret } from '../stores/keys/key-store.ts';
import { hostOf, originOf } from './request-address.ts';
import type { ConsoleSessions, Session } from './sessions.ts';
import type { Tickets } from './tickets.ts';
import type { SignInTries } from './tries.ts';

/** What signing in at the console works with. */
export type SessionContext = {
  readonly admin: AdminServer;
  readonly sessions: ConsoleSessions;
  readonly challenges: Tickets;
  readonly codes: Tickets;
  readonly tries: SignInTries;
};

const maxBodyBytes = 4096;
/** As S3: what is signed further off than this says that a clock is wrong. */
const maxSkewMs = 15 * 60_000;
const note = { operation: 'tidegate:Session' } as const;

/** `GET`, `POST` and `DELETE /session`, `POST /session/challenge`. @throws AdminProblem */
export async function handleSessionRequest(
  wire: WireRequest,
  below: string,
  context: SessionContext,
): Promise<WireAnswer> {
  checkSender(wire);
  if (below === '/challenge') {
    if (wire.method !== 'POST') throw wrongMethod('POST');
    const { ticket } = context.challenges.make('');
    const nowMs = context.admin.tools.clock.nowMs();
    return json(wire, 200, { challenge: ticket, time: new Date(nowMs).toISOString() });
  }
  switch (wire.method) {
    case 'GET': {
      // Nobody is signed in: the first thing that the page asks, and no error.
      const found = await findSession(wire, context).catch(noneIfSignedOut);
      return found === undefined
        ? json(wire, 204, undefined)
        : json(wire, 200, describe(wire, found.session, found.key, context));
    }
    case 'POST':
      return signIn(wire, context);
    case 'DELETE': {
      const token = tokenOf(wire);
      if (token !== undefined) context.sessions.end(token);
      return {
        ...json(wire, 204, undefined),
        headers: [
          ['Set-Cookie', cookie(wire, '', 'Max-Age=0')],
          ['Cache-Control', 'no-store'],
        ],
      };
    }
    default:
      throw wrongMethod('GET, POST, DELETE');
  }
}

/** The key whose session a request belongs to. @throws AdminProblem 401, 403 */
export async function readSession(wire: WireRequest, context: SessionContext): Promise<KeyRecord> {
  checkSender(wire);
  return (await findSession(wire, context)).key;
}

/**
 * SEC-507: a cookie alone proves nothing. The page that asks is of this very origin, and its script wrote a header that no
 * form and no foreign script can.
 */
function checkSender(wire: WireRequest): void {
  const header = (name: string): string | undefined => receivedHeader(wire.rawHeaders, name);
  const origin = header('origin');
  const site = header('sec-fetch-site');
  const isReading = wire.method === 'GET' || wire.method === 'HEAD';
  const isOwn =
    header('x-tidegate-console') === '1' &&
    (origin === undefined ? isReading : origin === originOf(wire)) &&
    (site === undefined || site === 'same-origin');
  if (isOwn) return;
  throw new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'Not from the console',
    detail: 'Sign the request, or send it from a page of the console.',
  });
}

async function findSession(
  wire: WireRequest,
  { sessions, admin }: SessionContext,
): Promise<{ readonly session: Session; readonly key: KeyRecord }> {
  const token = tokenOf(wire);
  const isQuiet = receivedHeader(wire.rawHeaders, 'x-tidegate-quiet') !== undefined;
  const session = token === undefined ? undefined : sessions.find(token, isQuiet);
  if (token === undefined || session === undefined) throw signedOut();
  const known = await admin.tools.keys.readKey(session.accessKeyId);
  const lives = known?.secrets.some(({ serial }) => serial === session.serial) === true;
  if (known === undefined || !lives || known.record.disabledAtMs !== undefined || isLinkOnly(known.record)) {
    sessions.end(token);
    throw signedOut();
  }
  return { session, key: known.record };
}

async function signIn(wire: WireRequest, context: SessionContext): Promise<WireAnswer> {
  const { address } = wire.client;
  const waitS = context.tries.waitS(address);
  if (waitS > 0) {
    throw new AdminProblem({
      status: 429,
      code: 'SlowDown',
      title: 'Too many tries',
      detail: `Again in ${waitS} s.`,
      headers: { 'retry-after': String(waitS) },
    });
  }
  const asked = await readAsked(wire);
  const { accessKeyId, serial } =
    'code' in asked ? await byCode(asked.code, context) : await byProof(wire, asked, context);
  const known = await context.admin.tools.keys.readKey(accessKeyId);
  if (known === undefined || serial === undefined) {
    context.tries.fail(address);
    throw 'code' in asked ? usedCode() : wrongPair();
  }
  const { record } = known;
  if (record.disabledAtMs !== undefined) throw problem(403, 'KeyDisabled', 'This key is disabled.');
  if (isLinkOnly(record)) throw linksOnly();
  const before = tokenOf(wire);
  if (before !== undefined) context.sessions.end(before);
  const token = context.sessions.begin(accessKeyId, serial);
  await tell(wire, record, context);
  const session = context.sessions.find(token, true);
  if (session === undefined) throw signedOut();
  const answer = json(wire, 201, describe(wire, session, record, context));
  return { ...answer, headers: [...answer.headers, ['Set-Cookie', cookie(wire, token)]] };
}

type Proven = { readonly accessKeyId: string; readonly serial: number | undefined };

async function byCode(code: string, { codes, admin }: SessionContext): Promise<Proven> {
  const accessKeyId = codes.take(code) ?? '';
  const known = accessKeyId === '' ? undefined : await admin.tools.keys.readKey(accessKeyId);
  return { accessKeyId, serial: known?.secrets[0]?.serial };
}

async function byProof(wire: WireRequest, asked: SignInProof, { admin, challenges }: SessionContext): Promise<Proven> {
  const known = await admin.tools.keys.readKey(asked.accessKeyId);
  const serial = judgeProof(known, originOf(wire), asked);
  if (serial === undefined) return { accessKeyId: asked.accessKeyId, serial };
  const nowMs = admin.tools.clock.nowMs();
  if (Math.abs(nowMs - asked.atMs) > maxSkewMs) {
    const [here, there] = [nowMs, asked.atMs].map((ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' '));
    throw problem(403, 'RequestTimeTooSkewed', `The clocks differ: here it is ${here}, there ${there} (UTC).`);
  }
  // Behind the proof, so that only who has the secret uses one up.
  if (challenges.take(asked.challenge) === undefined) {
    throw problem(403, 'ChallengeUsed', 'That took too long. Sign in again.');
  }
  return { accessKeyId: asked.accessKeyId, serial };
}

async function readAsked(wire: WireRequest): Promise<SignInProof | { readonly code: string }> {
  if (!/^application\/json\s*(?:;|$)/i.test(receivedHeader(wire.rawHeaders, 'content-type') ?? '')) {
    throw problem(415, 'UnsupportedMediaType', 'Send application/json.');
  }
  wire.expectBody();
  const tooLarge = (): AdminProblem => problem(413, 'EntityTooLarge', `At most ${maxBodyBytes} bytes.`);
  const bytes = await readSmallBody(bytesOf(wire.body), maxBodyBytes, tooLarge);
  const read = parseJson(new TextDecoder().decode(bytes), 2);
  const members = new Map<string, unknown>(typeof read === 'object' && read !== null ? Object.entries(read) : []);
  const text = (name: string, form: RegExp): string => {
    const value = members.get(name);
    return typeof value === 'string' && form.test(value) ? value : '';
  };
  const code = text('code', /^[\w.-]{1,300}$/);
  if (code !== '') return { code };
  const accessKeyId = text('accessKeyId', /^[\w-]{1,128}$/);
  const challenge = text('challenge', /^[\w.-]{1,300}$/);
  const proof = text('proof', /^[0-9a-f]{64}$/);
  const atMs = members.get('atMs');
  if (challenge === '' || proof === '' || accessKeyId === '' || !Number.isSafeInteger(atMs)) {
    // An id that cannot be one is a wrong one, not a malformed request: people type it.
    if (challenge !== '' && members.has('accessKeyId')) throw wrongPair();
    throw problem(400, 'BadRequest', 'Send code, or accessKeyId, challenge, atMs and proof.');
  }
  return { accessKeyId, challenge, proof, atMs: Number(atMs) };
}

async function tell(wire: WireRequest, { accessKeyId, account }: KeyRecord, { admin }: SessionContext): Promise<void> {
  const { tools, log } = admin;
  const fields = { address: wire.client.address };
  log('session.begun', { by: accessKeyId, ...fields });
  await tools.records.appendAudit([
    {
      atMs: tools.clock.nowMs(),
      event: 'session.begun',
      actor: accessKeyId,
      accountId: account.id,
      requestId: wire.requestId,
      fields,
    },
  ]);
}

function describe(wire: WireRequest, session: Session, key: KeyRecord, { sessions, admin }: SessionContext): object {
  const { accessKeyId, account, role, note: keyNote, buckets, prefixes } = key;
  return {
    accessKeyId,
    account: { id: account.id, name: account.name },
    role,
    note: keyNote ?? null,
    buckets,
    prefixes,
    endpoint: admin.endpointOf(wire),
    ...sessions.remaining(session),
  };
}

/** SEC-507. Ports do not separate cookies: the name carries it, so that two servers of one machine do not sign each other out. */
function cookieName(wire: WireRequest): string {
  const port = /:(\d+)$/.exec(hostOf(wire))?.[1] ?? '';
  return `${wire.client.secure ? '__Secure-' : ''}tidegate-console${port === '' ? '' : `-${port}`}`;
}

function cookie(wire: WireRequest, token: string, more = ''): string {
  const parts = [`${cookieName(wire)}=${token}`, 'Path=/_/', 'HttpOnly', 'SameSite=Strict'];
  if (wire.client.secure) parts.push('Secure');
  if (more !== '') parts.push(more);
  return parts.join('; ');
}

function tokenOf(wire: WireRequest): string | undefined {
  const name = cookieName(wire);
  for (const pair of (receivedHeader(wire.rawHeaders, 'cookie') ?? '').split(/[;,]/, 100)) {
    const [key = '', value = ''] = pair.trim().split('=', 2);
    if (key === name && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

function json(wire: WireRequest, status: number, value: object | undefined): WireAnswer {
  return answerOf(wire, { status, document: value === undefined ? '' : JSON.stringify(value) }, note);
}

function problem(status: number, code: ProblemParts['code'], detail: string): AdminProblem {
  return new AdminProblem({ status, code, title: detail });
}

function wrongPair(): AdminProblem {
  return problem(403, 'SignInRefused', 'Wrong access key or secret');
}

function usedCode(): AdminProblem {
  return problem(403, 'CodeUsed', 'This link was used, or its time is over. Ask for another: tidegate console');
}

function noneIfSignedOut(error: unknown): undefined {
  if (error instanceof AdminProblem && error.parts.status === 401) return undefined;
  throw error;
}

function signedOut(): AdminProblem {
  return problem(401, 'SignedOut', 'Sign in.');
}

function wrongMethod(allow: string): AdminProblem {
  return new AdminProblem({
    status: 405,
    code: 'MethodNotAllowed',
    title: 'Not with this method',
    headers: { allow },
  });
}

/** What a browser sends to sign in: no secret, only what it signed with it. */
type SignInProof = {
  readonly accessKeyId: string;
  readonly challenge: string;
  /** The browser's clock, milliseconds since the epoch. */
  readonly atMs: number;
  /** Hex. */
  readonly proof: string;
};

/**
 * The text that is signed. It names the origin: what a page of another one had signed is worth nothing here.
 * The console's `sign-in.tsx` writes the same.
 */
export function signInText(origin: string, { accessKeyId, challenge, atMs }: Omit<SignInProof, 'proof'>): string {
  return `TIDEGATE-CONSOLE-SIGN-IN\n${origin}\n${accessKeyId}\n${atMs}\n${challenge}`;
}

/** Nobody's secret: what an unknown key is judged by takes as long as a known one (SEC-509). */
const nobody = 'no-access-key-has-this-secret';

/** Whether the proof was made with a secret of the key. @returns the secret's serial */
function judgeProof(known: KeyWithSecret | undefined, origin: string, proof: SignInProof): number | undefined {
  const text = signInText(origin, proof);
  const sent = Buffer.from(proof.proof, 'hex');
  const secrets = known?.secrets.map(({ secret, serial }) => ({ text: secret.reveal(), serial })) ?? [];
  let found: number | undefined;
  for (const { text: secret, serial } of secrets.length === 0 ? [{ text: nobody, serial: -1 }] : secrets) {
    const expected = createHmac('sha256', secret).update(text).digest();
    const isRight = sent.byteLength === expected.byteLength && timingSafeEqual(sent, expected);
    if (isRight && serial >= 0) found ??= serial;
  }
  return found;
}
