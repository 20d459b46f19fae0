/**
 * Every reason: the stable code beside the S3 error code that says exactly what refused a request (SIG-95, SIG-96).
 * Reasons are public interface: an id never changes its meaning. This table is the only place that maps a cause id of the
 * near-miss search to its reason.
 */

import { wireName } from './member-pairs.ts';
import { fillEntry, type Row, urlReasons } from './url-reasons.ts';

/** What the near-miss search can find (SIG-95), as it stands in `cause.id` and in the test vectors. */
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

/** One reason: how it is answered and how it is told. `{…}` in text and fix is filled in by `fillReason`. */
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
  /** Placeholders whose value does not come from the caller's own request: a sentence with one is for owners alone (SIG-97). */
  readonly ownersOnly?: readonly string[];
};

const denied = { status: 403, code: 'AccessDenied' } as const;
const mismatch = { status: 403, code: 'SignatureDoesNotMatch' } as const;
const rows: { readonly [id in Reason]: Row } = {
  // A link that is held back by what limits it.
  LinkUsesSpent: {
    ...denied,
    title: 'All uses are spent',
    text: 'It worked {n} times, last {when}.',
    fix: 'Make a new link.',
    ownersOnly: ['n', 'when'],
  },
  LinkBytesSpent: {
    ...denied,
    title: 'Its data volume is spent',
    text: '{bytes} of {limit} were sent.',
    fix: 'Make a new link, or a larger total.',
    ownersOnly: ['bytes'],
  },
  LinkRevoked: {
    ...denied,
    title: 'Taken back',
    text: 'Revoked {when}{by}.',
    fix: 'Restore it, or make a new one.',
    ownersOnly: ['when', 'by'],
  },
  LinkExpired: {
    ...denied,
    title: 'Expired',
    text: 'It ended {when}, {ago}; it was made for {duration}.',
    fix: 'Make a new link.',
    cause: 'expired',
  },
  LinkNotYetValid: {
    ...denied,
    title: 'Not yet',
    text: 'It starts {when}.',
    fix: 'Wait, or sign without x-link-not-before.',
  },
  LinkAddressNotAllowed: {
    ...denied,
    title: 'Not from this address',
    text: 'The client is {address}; allowed: {list}.',
    fix: 'Behind a proxy set trust_proxy.',
    ownersOnly: ['address'],
  },
  LinkClientsSpent: {
    ...denied,
    title: 'Bound to other clients',
    text: '{n} clients have used it, this is another.',
    fix: 'Make one link per person.',
    ownersOnly: ['n'],
  },
  LinkNeedsHttps: {
    ...denied,
    title: 'Only over https',
    text: 'The request came over plain HTTP.',
    fix: 'Use https; behind a proxy set trust_proxy.',
  },
  LinkPolicyGone: {
    ...denied,
    title: 'Its policy was removed',
    text: 'The policy {name} no longer exists.',
    fix: 'Make it again, or make a new link.',
  },
  LinkNotRegistered: {
    ...denied,
    title: 'Not registered',
    text: 'The key {id} accepts registered links only.',
    fix: 'Register it: `tidegate presign --register`.',
  },
  LinkTypeNotAllowed: {
    ...denied,
    title: 'This type is not allowed',
    text: 'Sent {type}; allowed: {list}.',
    fix: 'Send the right Content-Type.',
  },
  LinkTooLong: {
    ...denied,
    title: 'Lives too long for this key',
    text: '{asked}, at most {max}.',
    fix: "Shorter expiry, or change the key's rule.",
    ownersOnly: ['max'],
  },
  LinkLimitMissing: {
    ...denied,
    title: 'A limit that its key demands is missing',
    text: 'The key {id} signs links with {name} only.',
    fix: 'Sign it with {name}, or use another key.',
  },
  LinkLimitUnknown: urlReasons.LinkLimitUnknown,
  LinkLimitDuplicate: urlReasons.LinkLimitDuplicate,
  LinkLimitMalformed: urlReasons.LinkLimitMalformed,
  LinkLimitUnsigned: urlReasons.LinkLimitUnsigned,
  LinkOutsideGrant: {
    ...denied,
    title: 'Outside what was granted',
    text: '{path} is not under {prefix}.',
    fix: '',
  },
  LimitNotImplemented: {
    status: 501,
    code: 'NotImplemented',
    title: 'A limit that this server does not enforce yet',
    text: '{name} is valid, but nothing here would hold it.',
    fix: 'Sign without it, or use a server that enforces it.',
  },

  // A request that fails before or at its signature.
  HostChanged: {
    ...mismatch,
    title: 'Signed for another host',
    text: 'Signed for {a}, asked as {b}.',
    fix: 'Sign with the public address, or let the proxy pass Host on.',
    cause: 'host-changed',
    ownersOnly: ['a'],
  },
  PortChanged: {
    ...mismatch,
    title: 'Signed with another port',
    text: 'Signed for {a}, asked as {b}.',
    fix: 'The same; nginx: `$http_host`, not `$host`.',
    cause: 'port-changed',
    ownersOnly: ['a'],
  },
  PathPrefix: {
    ...mismatch,
    title: 'A proxy changed the path',
    text: '{prefix} was {change}.',
    fix: 'Serve at the root of a host of its own.',
    cause: 'path-prefix',
  },
  AddressingStyle: {
    ...mismatch,
    title: 'Bucket moved between host and path',
    text: 'Signed {a}-style, asked {b}-style.',
    fix: "Set the SDK's addressing style; set `domains`.",
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
    fix: 'Send it exactly so.',
    cause: 'header-missing',
  },
  HeaderChanged: {
    ...mismatch,
    title: 'A header differs',
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
    title: 'The path was tidied up on the way',
    text: 'The client or a proxy removed `.`, `..` or a doubled slash.',
    fix: 'Send the path as it stands (curl: `--path-as-is`), or use names without such parts.',
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
    title: '`+` and `%20` were exchanged',
    text: 'In the {place}.',
    fix: 'Use the URL exactly as it was made.',
    cause: 'plus-for-space',
  },
  AmpEscaped: urlReasons.AmpEscaped,
  DoubleEncoded: {
    ...mismatch,
    title: 'Encoded twice',
    text: '`%25` where `%` belongs.',
    fix: 'Do not encode the made URL again.',
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
    fix: 'Remove it; switch link tracking off.',
    cause: 'query-added',
  },
  QueryRemoved: {
    ...mismatch,
    title: 'A parameter is missing',
    text: '{name}.',
    fix: 'Use the URL exactly as it was made.',
    cause: 'query-removed',
  },
  KeyChanged: {
    ...mismatch,
    title: 'The name differs',
    text: 'In case, slash or Unicode form: signed for {a}, asked for {b}.',
    fix: 'Names are exact.',
    cause: 'key-changed',
    ownersOnly: ['a'],
  },
  SecretWhitespace: {
    ...mismatch,
    title: 'The secret has a blank or newline',
    text: "The signer's copy ends in {what}.",
    fix: 'Trim it where it is read.',
    cause: 'secret-whitespace',
    ownersOnly: ['what'],
  },
  RegionMismatch: {
    status: 400,
    code: 'AuthorizationQueryParametersError',
    title: 'Another region',
    text: 'Signed for {a}, this is {b}.',
    fix: 'Sign for {b}.',
    cause: 'region-mismatch',
    ownersOnly: ['b'],
  },
  ClockSkew: {
    ...denied,
    title: "The signer's clock is wrong",
    text: '{n} ahead or behind.',
    fix: 'Set the clock (NTP).',
    cause: 'clock-skew',
  },
  AuthMalformed: urlReasons.AuthMalformed,
  UnknownKey: {
    status: 403,
    code: 'InvalidAccessKeyId',
    title: 'No such access key',
    text: '{id}.',
    fix: 'Check profile and endpoint.',
    cause: 'unknown-key',
  },
  ExpiredToken: {
    status: 400,
    code: 'ExpiredToken',
    title: 'The temporary key has ended',
    text: 'It ended {when}, before the link.',
    fix: 'Sign with a longer one.',
    cause: 'token-expired',
    ownersOnly: ['when'],
  },
  SignatureMismatch: {
    ...mismatch,
    title: 'Wrong secret, or the request was changed in a way we could not identify',
    text: 'No change of the request makes it right.',
    fix: 'Check for a rotated secret; compare the canonical requests.',
    cause: 'unknown',
  },

  // What the two tables of causes do not name.
  SigV2NotAllowed: {
    status: 400,
    code: 'InvalidRequest',
    title: 'Signature Version 2 is not enough here',
    text: '{why}.',
    fix: "Sign with SigV4 (`signature_version='s3v4'`).",
    docs: 'sigv2-not-allowed',
  },
  FormMalformed: {
    status: 400,
    code: 'InvalidArgument',
    title: 'The form cannot be used',
    text: '{message}.',
    fix: 'Send the fields as they were signed, and the file last.',
  },
  PolicyMalformed: {
    status: 400,
    code: 'InvalidPolicyDocument',
    title: 'The form policy cannot be read',
    text: '{message}.',
    fix: 'Correct the policy and sign it again.',
  },
  PolicyConditionFailed: {
    ...denied,
    title: 'The form policy does not allow this',
    text: '{message}.',
    fix: 'Send what the policy says, or sign another policy.',
  },
  UploadTooLarge: {
    status: 400,
    code: 'EntityTooLarge',
    title: 'Too large',
    text: '{size} bytes, at most {max}.',
    fix: 'Send a smaller file, or sign for more.',
  },
  UploadTooSmall: {
    status: 400,
    code: 'EntityTooSmall',
    title: 'Too small',
    text: '{size} bytes, at least {min}.',
    fix: 'Send the whole file, or sign for less.',
  },
  PayloadMismatch: {
    status: 400,
    code: 'XAmzContentSHA256Mismatch',
    title: 'The body is not what was signed',
    text: 'Its SHA-256 differs from the one that was sent.',
    fix: 'Send the body that was signed.',
  },
  AddressMalformed: {
    status: 400,
    code: 'InvalidURI',
    title: 'The address cannot be read',
    text: '{message}.',
    fix: 'Encode the name once, as UTF-8; names have at most 1024 bytes.',
  },
  NotSigned: {
    ...denied,
    title: 'Not signed',
    text: 'The request carries no signature.',
    fix: 'Sign it, or use a presigned URL.',
  },
  KeyNotAllowed: {
    ...denied,
    title: 'The access key may not do this',
    text: '{id} may not {action}.',
    fix: 'Use another key, or change what this one may do.',
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
