import type { Reason } from '@tidegate/presign';
import { type ErrorCode, isErrorCode } from '@tidegate/protocol';
import { spentGauge } from './gauge.ts';
import { type PageFrame, page, text, timeText } from './page.ts';
import type { ShareRefusalReason } from './share-refusal.ts';
import type { RefusalName } from './texts/texts.ts';
import { fill, type Wording } from './wording.ts';

/** What of a link is known where it refuses, and may be told to whoever has its address. */
export type RefusedLink = {
  readonly uses?: number | undefined;
  readonly endedAtMs?: number | undefined;
  readonly opensAtMs?: number | undefined;
  readonly isRequest?: boolean | undefined;
  /** Where the same page is reached over TLS. */
  readonly secureUrl?: string | undefined;
};

/** What a person reads where a link refuses, by its reason (SHR-9). `undefined`: what its code says is all there is to say. */
const nameOfReason: { readonly [Id in Reason | ShareRefusalReason]: RefusalName | undefined } = {
  LinkUsesSpent: 'usesSpent',
  LinkBytesSpent: 'bytesSpent',
  LinkRevoked: 'takenBack',
  LinkExpired: 'ended',
  LinkNotYetValid: 'notYet',
  LinkAddressNotAllowed: 'address',
  LinkClientsSpent: 'clients',
  LinkNeedsHttps: 'https',
  LinkPolicyGone: undefined,
  LinkNotRegistered: undefined,
  LinkTypeNotAllowed: 'type',
  LinkTooLong: undefined,
  LinkLimitMissing: undefined,
  LinkLimitUnknown: undefined,
  LinkLimitDuplicate: undefined,
  LinkLimitMalformed: undefined,
  LinkLimitUnsigned: undefined,
  LinkOutsideGrant: undefined,
  LimitNotImplemented: undefined,
  HostChanged: undefined,
  PortChanged: undefined,
  PathPrefix: undefined,
  AddressingStyle: undefined,
  MethodChanged: undefined,
  HeaderMissing: undefined,
  HeaderChanged: undefined,
  UnsignedHeader: undefined,
  PathNormalised: undefined,
  PayloadHash: undefined,
  PlusForSpace: undefined,
  AmpEscaped: 'changedOnTheWay',
  DoubleEncoded: 'changedOnTheWay',
  TrailingGarbage: 'charactersAdded',
  SignatureTruncated: 'partMissing',
  QueryAdded: undefined,
  QueryRemoved: undefined,
  KeyChanged: undefined,
  SecretWhitespace: undefined,
  RegionMismatch: undefined,
  ClockSkew: 'signerClock',
  AuthMalformed: 'missingOrChanged',
  UnknownKey: undefined,
  ExpiredToken: 'ended',
  SignatureMismatch: undefined,
  SigV2NotAllowed: undefined,
  FormMalformed: undefined,
  PolicyMalformed: undefined,
  PolicyConditionFailed: undefined,
  UploadTooLarge: undefined,
  UploadTooSmall: undefined,
  PayloadMismatch: undefined,
  AddressMalformed: undefined,
  NotSigned: undefined,
  KeyNotAllowed: undefined,
  NoSuchShare: 'noSuchLink',
  ShareClosed: 'closed',
  SharePassword: undefined,
  PasswordTries: 'tries',
  ShareMethod: undefined,
  ShareName: 'name',
  ShareBusy: 'busy',
};

/** What a person reads of a refusal whose reason says nothing to them. */
const nameOfCode: { readonly [Code in ErrorCode]?: RefusalName } = {
  NoSuchKey: 'gone',
  NoSuchVersion: 'gone',
  NoSuchBucket: 'gone',
  EntityTooLarge: 'tooLarge',
  EntityTooSmall: 'tooSmall',
  SlowDown: 'busy',
  ServiceUnavailable: 'busy',
  SignatureDoesNotMatch: 'doesNotWork',
  AccessDenied: 'mayNoLonger',
  InternalError: 'fault',
};

/** A refusal as a page tells it. */
export type RefusalFacts = { readonly code: string; readonly reason: string | undefined };

function nameOf({ code, reason = '' }: RefusalFacts): RefusalName {
  const named = isKnownReason(reason) ? nameOfReason[reason] : undefined;
  return named ?? (isErrorCode(code) ? nameOfCode[code] : undefined) ?? 'unknown';
}

function isKnownReason(reason: string): reason is keyof typeof nameOfReason {
  return Object.hasOwn(nameOfReason, reason);
}

/** The words for one refusal. */
export function refusalWords(
  refused: RefusalFacts,
  { texts }: Pick<Wording, 'texts'>,
): { readonly title: string; readonly detail: string } {
  const [title, detail] = texts.refusals[nameOf(refused)];
  return { title, detail };
}

/** What a page of a refusal says for whoever is asked for help. */
export type ForSupport = { readonly requestId: string; readonly link?: string | undefined; readonly atMs: number };

/**
 * The page of a refusal: its state and time alone, in words; reason, name of the link and time of the request stand in a part
 * that is closed.
 */
export function pageOfRefusal(
  refused: RefusalFacts,
  support: ForSupport,
  frame: PageFrame,
  link: RefusedLink = {},
): string {
  const { words } = frame;
  const { texts } = words;
  const [title, detail] = texts.refusals[nameOnPage(refused, link)];
  const { requestId, atMs } = support;
  const body = knownDetail(refused, link, atMs, words) ?? text(detail);
  const name = support.link === undefined ? '' : entry(texts.link, `<code>${text(support.link)}</code>`);
  const reason = `<code>${text(refused.reason ?? refused.code)}</code>`;
  return page(
    title,
    `${mark(refused, link)}<div><h1>${text(title)}</h1>
<p>${body}</p></div>
${offered(refused, link, words)}<details><summary>${text(texts.forSupport)}</summary><dl>${entry(texts.reason, reason)}${name}${entry(texts.request, `<code>${text(requestId)}</code>`)}${entry(texts.time, timeText(atMs, words))}</dl></details>`,
    frame,
  );
}

/** In how many seconds a page loads itself again: when the link opens, when a server that was busy may not be so any more. */
export function reloadInS(refused: RefusalFacts, { opensAtMs }: RefusedLink, nowMs: number): number | undefined {
  if (nameOf(refused) === 'busy') return busyReloadS;
  if (refused.reason !== 'LinkNotYetValid' || opensAtMs === undefined) return undefined;
  return opensAtMs - nowMs > longestReloadMs ? undefined : Math.max(1, Math.ceil((opensAtMs - nowMs) / 1000));
}

/** Said by `busyNow`. */
const busyReloadS = 5;
/** A timer of a browser holds no more. */
const longestReloadMs = 20 * 86_400_000;

function nameOnPage(refused: RefusalFacts, link: RefusedLink): RefusalName {
  if (isFull(refused, link)) return 'closed';
  const name = nameOf(refused);
  // The page loads itself again; a program has to do so.
  return name === 'busy' ? 'busyNow' : name;
}

/** A way on, where there is one. */
function offered({ reason }: RefusalFacts, { secureUrl }: RefusedLink, { texts }: Wording): string {
  if (reason !== 'LinkNeedsHttps' || secureUrl === undefined) return '';
  return `<a class="button" href="${text(secureUrl)}">${text(texts.overHttps)}</a>\n`;
}

/** @param definition HTML */
function entry(term: string, definition: string): string {
  return `<dt>${text(term)}</dt><dd>${definition}</dd>`;
}

function isFull({ reason }: RefusalFacts, { isRequest }: RefusedLink): boolean {
  return isRequest === true && (reason === 'LinkUsesSpent' || reason === 'LinkBytesSpent');
}

/** The text with what is known of the link, as HTML; undefined: nothing is. */
function knownDetail(refused: RefusalFacts, link: RefusedLink, nowMs: number, words: Wording): string | undefined {
  const { texts } = words;
  const { reason } = refused;
  const { uses, endedAtMs, opensAtMs } = link;
  if (reason === 'LinkUsesSpent' && uses !== undefined && !isFull(refused, link)) {
    return text(uses === 1 ? texts.usedOnce : words.count(texts.usedTimes, uses));
  }
  if (reason === 'LinkExpired' && endedAtMs !== undefined) {
    return fill(text(texts.endedOn), { time: timeText(endedAtMs, words) });
  }
  if (reason === 'LinkNotYetValid' && opensAtMs !== undefined) {
    const inMs = Math.max(0, opensAtMs - nowMs);
    const span = `<span data-in="${inMs}">${text(words.until(inMs))}</span>`;
    return fill(text(texts.opensOn), { time: timeText(opensAtMs, words), in: span });
  }
  return undefined;
}

/** An empty gauge for what is spent, a shape for the rest: never colour alone. */
function mark(refused: RefusalFacts, link: RefusedLink): string {
  const reason = refused.reason ?? refused.code;
  const isSpent = reason === 'LinkUsesSpent' && !isFull(refused, link);
  const sign =
    reason === 'LinkRevoked' ? '⊘' : reason === 'LinkNotYetValid' ? '◐' : reason === 'LinkExpired' ? '–' : '!';
  const drawn = isSpent ? spentGauge(link.uses ?? 3) : `<span class="muted">${sign}</span>`;
  return `<span class="kind round" aria-hidden="true">${drawn}</span>\n`;
}
