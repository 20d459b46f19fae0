/**
 * Every reason: the stable code beside the S3 error code that says exactly what refused a request (SIG-95, SIG-96).
 * Reasons are public interface: an id never changes its meaning. This table is the only place that maps a cause id of the
 * near-miss search to its reason.
 */

import { wireName } from '../values/wire-name.ts';
import { fillEntry, type Row, urlReasons } from './url-reasons.ts';

/** What the near-miss search can find (SIG-95), as used in `cause.id` and in the test vectors. */
export type CauseId =
  | 'amp-escaped'
  | 'region-mismatch'
  | 'double-encoded'
  | 'malformed'
  | 'plus-for-space'
  | 'token-expired'
  | 'unknown-key'
  | 'clock-skew'
  | 'unsigned-header'
  | 'expired'
  | 'header-missing'
  | 'trailing-garbage'
  | 'signature-truncated'
  | 'method-changed'
  | 'port-changed'
  | 'host-changed'
  | 'addressing-style'
  | 'path-prefix'
  | 'header-changed'
  | 'payload-hash'
  | 'query-added'
  | 'query-removed'
  | 'key-changed'
  | 'path-normalised'
  | 'secret-whitespace'
  | 'unknown';

/** The id of a reason: public interface, in CamelCase. */
export type Reason =
  | 'LinkUsesSpent'
  | 'LinkBytesSpent'
  | 'LinkRevoked'
  | 'LinkExpired'
  | 'LinkNotYetValid'
  | 'LinkAddressNotAllowed'
  | 'LinkClientsSpent'
  | 'LinkNeedsHttps'
  | 'LinkPolicyGone'
  | 'LinkNotRegistered'
  | 'LinkTypeNotAllowed'
  | 'LinkTooLong'
  | 'LinkLimitMissing'
  | 'LinkLimitUnknown'
  | 'LinkLimitDuplicate'
  | 'LinkLimitMalformed'
  | 'LinkLimitUnsigned'
  | 'LinkOutsideGrant'
  | 'LimitNotImplemented'
  | 'HostChanged'
  | 'PortChanged'
  | 'PathPrefix'
  | 'AddressingStyle'
  | 'MethodChanged'
  | 'HeaderMissing'
  | 'HeaderChanged'
  | 'UnsignedHeader'
  | 'PathNormalised'
  | 'PayloadHash'
  | 'PlusForSpace'
  | 'AmpEscaped'
  | 'DoubleEncoded'
  | 'TrailingGarbage'
  | 'SignatureTruncated'
  | 'QueryAdded'
  | 'QueryRemoved'
  | 'KeyChanged'
  | 'SecretWhitespace'
  | 'RegionMismatch'
  | 'ClockSkew'
  | 'AuthMalformed'
  | 'UnknownKey'
  | 'ExpiredToken'
  | 'SignatureMismatch'
  | 'SigV2NotAllowed'
  | 'FormMalformed'
  | 'PolicyMalformed'
  | 'PolicyConditionFailed'
  | 'UploadTooLarge'
  | 'UploadTooSmall'
  | 'PayloadMismatch'
  | 'AddressMalformed'
  | 'NotSigned'
  | 'KeyNotAllowed';

/** One reason: its status and its texts. `{…}` in text and fix is filled in by `fillReason`. */
export type ReasonEntry = {
  /** HTTP status and S3 code it usually comes with. */
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly text: string;
  /** What to do. Empty where nothing can be done. */
  readonly fix: string;
  /** Anchor in the reference of reasons. */
  readonly docs: string;
  /** Cause id of SIG-95, where the near-miss search gives one. */
  readonly cause?: CauseId;
  /** Placeholders whose value does not come from the caller's own request: a sentence with one is for owners only (SIG-97). */
  readonly ownersOnly?: readonly string[];
};

const denied = { status: 403, code: 'AccessDenied' } as const;
const mismatch = { status: 403, code: 'SignatureDoesNotMatch' } as const;
const rows: { readonly [id in Reason]: Row } = {
  // A link that is held back by what limits it.
  LinkUsesSpent: {
    ...denied,
    title: 'No uses left',
    text: 'Used {n} times, last {when}.',
    fix: 'Create a new link.',
    ownersOnly: ['n', 'when'],
  },
  LinkBytesSpent: {
    ...denied,
    title: 'Data limit reached',
    text: '{bytes} of {limit} were sent.',
    fix: 'Create a new link, or one with a larger x-link-total-bytes.',
    ownersOnly: ['bytes'],
  },
  LinkRevoked: {
    ...denied,
    title: 'Revoked',
    text: 'Revoked {when}{by}.',
    fix: 'Restore it, or create a new link.',
    ownersOnly: ['when', 'by'],
  },
  LinkExpired: {
    ...denied,
    title: 'Expired',
    text: 'Expired {when}, {ago}; it was valid for {duration}.',
    fix: 'Create a new link.',
    cause: 'expired',
  },
  LinkNotYetValid: {
    ...denied,
    title: 'Not active yet',
    text: 'Valid from {when}.',
    fix: 'Wait, or sign without x-link-not-before.',
  },
  LinkAddressNotAllowed: {
    ...denied,
    title: 'Client address not allowed',
    text: 'Client: {address}; allowed: {list}.',
    fix: 'Behind a proxy, set trust_proxy.',
    ownersOnly: ['address'],
  },
  LinkClientsSpent: {
    ...denied,
    title: 'Client limit reached',
    text: '{n} other clients have used this link.',
    fix: 'Create one link per person.',
    ownersOnly: ['n'],
  },
  LinkNeedsHttps: {
    ...denied,
    title: 'HTTPS required',
    text: 'The request came over plain HTTP.',
    fix: 'Use https; behind a proxy, set trust_proxy.',
  },
  LinkPolicyGone: {
    ...denied,
    title: 'Link policy deleted',
    text: 'The link policy {name} no longer exists.',
    fix: 'Create it again, or create a new link.',
  },
  LinkNotRegistered: {
    ...denied,
    title: 'Not registered',
    text: 'The key {id} only allows registered links.',
    fix: 'Register it: `tidegate presign --register`.',
  },
  LinkTypeNotAllowed: {
    ...denied,
    title: 'Content type not allowed',
    text: 'Sent {type}; allowed: {list}.',
    fix: 'Send the right Content-Type.',
  },
  LinkTooLong: {
    ...denied,
    title: 'Expiry too long for this key',
    text: 'The URL is valid for {asked}; this key allows at most {max}.',
    fix: "Use a shorter expiry, or raise the key's maximum.",
    ownersOnly: ['max'],
  },
  LinkLimitMissing: {
    ...denied,
    title: 'Required limit missing',
    text: 'Links of the key {id} must have {name}.',
    fix: 'Sign it with {name}, or use another key.',
  },
  LinkLimitUnknown: urlReasons.LinkLimitUnknown,
  LinkLimitDuplicate: urlReasons.LinkLimitDuplicate,
  LinkLimitMalformed: urlReasons.LinkLimitMalformed,
  LinkLimitUnsigned: urlReasons.LinkLimitUnsigned,
  LinkOutsideGrant: {
    ...denied,
    title: 'Outside the granted prefix',
    text: '{path} is not below {prefix}.',
    fix: '',
  },
  LimitNotImplemented: {
    status: 501,
    code: 'NotImplemented',
    title: 'Limit not supported by this server',
    text: '{name} is valid, but this server does not enforce it.',
    fix: 'Sign without it, or use a server that enforces it.',
  },

  // A request that fails before or at its signature.
  HostChanged: {
    ...mismatch,
    title: 'Signed for another host',
    text: 'Signed for {a}, requested as {b}.',
    fix: 'Sign for the public address, or let the proxy pass the Host header.',
    cause: 'host-changed',
    ownersOnly: ['a'],
  },
  PortChanged: {
    ...mismatch,
    title: 'Signed for another port',
    text: 'Signed for {a}, requested as {b}.',
    fix: 'Sign for the public address, or let the proxy pass the Host header (nginx: `$http_host`, not `$host`).',
    cause: 'port-changed',
    ownersOnly: ['a'],
  },
  PathPrefix: {
    ...mismatch,
    title: 'A proxy changed the path',
    text: '{prefix} was {change}.',
    fix: 'Serve Tidegate at the root of its own host name.',
    cause: 'path-prefix',
  },
  AddressingStyle: {
    ...mismatch,
    title: 'Addressing style changed',
    text: 'Signed {a}-style, requested {b}-style.',
    fix: "Set the SDK's addressing style, or the server's `domains`.",
    cause: 'addressing-style',
    ownersOnly: ['a'],
  },
  MethodChanged: {
    ...mismatch,
    title: 'Signed for another method',
    text: 'Signed for {a}, used with {b}; HEAD is not GET.',
    fix: 'Use the method it was signed for, or sign for {b}.',
    cause: 'method-changed',
    ownersOnly: ['a'],
  },
  HeaderMissing: {
    ...mismatch,
    title: 'A signed header is missing',
    text: 'Signed with {header}.',
    fix: 'Send it exactly as signed.',
    cause: 'header-missing',
  },
  HeaderChanged: {
    ...mismatch,
    title: 'A signed header was changed',
    text: '{header}: signed {a}, sent {b}.',
    fix: 'Send what was signed.',
    cause: 'header-changed',
    ownersOnly: ['a'],
  },
  UnsignedHeader: {
    ...denied,
    title: 'A header was added',
    text: '{names} must be signed.',
    fix: 'Sign it, or leave it out; SDK checksums: WHEN_REQUIRED.',
    cause: 'unsigned-header',
  },
  PathNormalised: {
    ...mismatch,
    title: 'The path was normalized on the way',
    text: 'The client or a proxy removed `.`, `..` or a doubled slash.',
    fix: 'Send the path unchanged (curl: `--path-as-is`), or avoid such names.',
    cause: 'path-normalised',
  },
  PayloadHash: {
    ...mismatch,
    title: "Signed without the body's hash",
    text: 'The client sent x-amz-content-sha256.',
    fix: 'Leave it out, or send UNSIGNED-PAYLOAD.',
    cause: 'payload-hash',
  },
  PlusForSpace: {
    ...mismatch,
    title: '`+` and `%20` were swapped',
    text: 'In the {place}.',
    fix: 'Use the URL exactly as it was created.',
    cause: 'plus-for-space',
  },
  AmpEscaped: urlReasons.AmpEscaped,
  DoubleEncoded: {
    ...mismatch,
    title: 'Encoded twice',
    text: '`%25` instead of `%`.',
    fix: 'Do not encode the URL again.',
    cause: 'double-encoded',
  },
  TrailingGarbage: {
    ...mismatch,
    title: 'Extra characters at the end',
    text: '{characters}.',
    fix: 'Remove them.',
    cause: 'trailing-garbage',
  },
  SignatureTruncated: urlReasons.SignatureTruncated,
  QueryAdded: {
    ...mismatch,
    title: 'A parameter was added',
    text: '{name}.',
    fix: 'Remove it; turn off link tracking.',
    cause: 'query-added',
  },
  QueryRemoved: {
    ...mismatch,
    title: 'A parameter is missing',
    text: '{name}.',
    fix: 'Use the URL exactly as it was created.',
    cause: 'query-removed',
  },
  KeyChanged: {
    ...mismatch,
    title: 'Signed for another key',
    text: 'Case, slash or Unicode form differs: signed for {a}, requested {b}.',
    fix: 'Keys must match exactly.',
    cause: 'key-changed',
    ownersOnly: ['a'],
  },
  SecretWhitespace: {
    ...mismatch,
    title: 'Whitespace in the secret',
    text: "The signer's secret ends in {what}.",
    fix: 'Trim it where it is read.',
    cause: 'secret-whitespace',
    ownersOnly: ['what'],
  },
  RegionMismatch: {
    status: 400,
    code: 'AuthorizationQueryParametersError',
    title: 'Wrong region',
    text: 'Signed for {a}; this server is {b}.',
    fix: 'Sign for {b}.',
    cause: 'region-mismatch',
    ownersOnly: ['b'],
  },
  ClockSkew: {
    ...denied,
    title: "The signer's clock is wrong",
    text: 'It is {n} ahead or behind.',
    fix: 'Set the clock (NTP).',
    cause: 'clock-skew',
  },
  AuthMalformed: urlReasons.AuthMalformed,
  UnknownKey: {
    status: 403,
    code: 'InvalidAccessKeyId',
    title: 'Unknown access key',
    text: '{id}.',
    fix: 'Check profile and endpoint.',
    cause: 'unknown-key',
  },
  ExpiredToken: {
    status: 400,
    code: 'ExpiredToken',
    title: 'Temporary credentials expired',
    text: 'They expired {when}, before the link.',
    fix: 'Sign with credentials that last longer.',
    cause: 'token-expired',
    ownersOnly: ['when'],
  },
  SignatureMismatch: {
    ...mismatch,
    title: 'Wrong secret, or the request was changed in a way we could not identify',
    text: 'No known change explains the signature.',
    fix: 'Check whether the secret was rotated; compare the canonical requests.',
    cause: 'unknown',
  },

  // What the two tables of causes do not name.
  SigV2NotAllowed: {
    status: 400,
    code: 'InvalidRequest',
    title: 'Signature Version 2 not allowed',
    text: '{why}.',
    fix: "Sign with SigV4 (`signature_version='s3v4'`).",
    docs: 'sigv2-not-allowed',
  },
  FormMalformed: {
    status: 400,
    code: 'InvalidArgument',
    title: 'Invalid form',
    text: '{message}.',
    fix: 'Send the fields as they were signed, and the file last.',
  },
  PolicyMalformed: {
    status: 400,
    code: 'InvalidPolicyDocument',
    title: 'Invalid form policy',
    text: '{message}.',
    fix: 'Correct the policy and sign it again.',
  },
  PolicyConditionFailed: {
    ...denied,
    title: 'Not allowed by the form policy',
    text: '{message}.',
    fix: 'Send what the policy allows, or sign another policy.',
  },
  UploadTooLarge: {
    status: 400,
    code: 'EntityTooLarge',
    title: 'Upload too large',
    text: '{size} bytes, at most {max}.',
    fix: 'Send a smaller file, or sign with a higher limit.',
  },
  UploadTooSmall: {
    status: 400,
    code: 'EntityTooSmall',
    title: 'Upload too small',
    text: '{size} bytes, at least {min}.',
    fix: 'Send the whole file, or sign with a lower minimum.',
  },
  PayloadMismatch: {
    status: 400,
    code: 'XAmzContentSHA256Mismatch',
    title: 'Body does not match its signed hash',
    text: 'Its SHA-256 differs from the one in the request.',
    fix: 'Send the body that was signed.',
  },
  AddressMalformed: {
    status: 400,
    code: 'InvalidURI',
    title: 'Invalid address',
    text: '{message}.',
    fix: 'Encode the key once, as UTF-8; keys have at most 1024 bytes.',
  },
  NotSigned: {
    ...denied,
    title: 'Not signed',
    text: 'The request has no signature.',
    fix: 'Sign it, or use a presigned URL.',
  },
  KeyNotAllowed: {
    ...denied,
    title: 'Access key not allowed',
    text: '{id} is not allowed to {action}.',
    fix: 'Use another key, or give this one the permission.',
    ownersOnly: ['action'],
  },
};

/** Every reason by its id. */
export const reasons: { readonly [id in Reason]: ReasonEntry } = /* @__PURE__ */ withAnchors();

function withAnchors(): { readonly [id in Reason]: ReasonEntry } {
  const found: Partial<Record<Reason, ReasonEntry>> = {};
  for (const id of reasonIds()) found[id] = { docs: wireName(id).slice(1), ...rows[id] };
  return found as { readonly [id in Reason]: ReasonEntry }; // `rows` has every reason
}

/** Values for the placeholders of a reason's text and fix. */
export type ReasonValues = { readonly [placeholder: string]: string };

/** Who reads a text: an owner sees every value, the public only what came with its own request (SIG-97). */
export type Audience = 'owner' | 'public';

/** Title, text and fix of a reason with its values filled in. A part that lacks a value is empty, never half filled. */
export type FilledReason = { readonly title: string; readonly text: string; readonly fix: string };

/** The reason of a cause id (SIG-96). */
export const reasonOfCause: { readonly [id in CauseId]: Reason } = /* @__PURE__ */ causesToReasons();

function causesToReasons(): { readonly [id in CauseId]: Reason } {
  const found: Partial<Record<CauseId, Reason>> = {};
  for (const id of reasonIds()) {
    const entry = reasons[id];
    if (entry.cause !== undefined) found[entry.cause] = id;
  }
  return found as { readonly [id in CauseId]: Reason }; // the test of SIG-96 checks that no cause id is left out
}

/** Ids of all reasons, in the order of the table. */
export function reasonIds(): Reason[] {
  return Object.keys(rows).filter(isReason);
}

/** Whether a text is the id of a reason. */
export function isReason(id: string): id is Reason {
  return Object.hasOwn(rows, id);
}

/**
 * Fills `values` into a reason's text and fix. For the public, a part with a value that is not from the caller's own request
 * is left out whole (SIG-97).
 */
export function fillReason(reason: Reason, values: ReasonValues = {}, audience: Audience = 'owner'): FilledReason {
  const entry = reasons[reason];
  const hidden = audience === 'public' ? (entry.ownersOnly ?? []) : [];
  return fillEntry(entry, values, hidden);
}

/** The `<Hint>` of a public error: title, text and fix, made only of what the caller sent (SIG-97). */
export function hintOf(reason: Reason, values: ReasonValues = {}): string {
  const { title, text, fix } = fillReason(reason, values, 'public');
  return [`${title}.`, text, fix].filter((part) => part !== '').join(' ');
}
