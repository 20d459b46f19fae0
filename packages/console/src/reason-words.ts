import type { Reason } from '@tidegate/presign';

/** A reason that holds a link back: its own limits and state, and the password of a share. */
type LinkReason = Extract<Reason, `Link${string}`> | 'SharePassword' | 'PasswordTries';

/** The reason in a word or two, and in a few words for a heading. */
const words: { readonly [Id in LinkReason]: readonly [word: string, sentence: string] } = {
  LinkUsesSpent: ['no uses left', 'No uses left'],
  LinkBytesSpent: ['data limit', 'Data limit reached'],
  LinkExpired: ['expired', 'Expired'],
  LinkRevoked: ['revoked', 'Revoked'],
  LinkNotYetValid: ['not active yet', 'Not active yet'],
  LinkAddressNotAllowed: ['address not allowed', 'Not available on this network'],
  LinkClientsSpent: ['client limit', 'Client limit reached'],
  LinkNeedsHttps: ['HTTPS required', 'HTTPS required'],
  LinkTypeNotAllowed: ['type not allowed', 'Content type not allowed'],
  LinkOutsideGrant: ['outside prefix', 'Outside the granted prefix'],
  LinkPolicyGone: ['policy deleted', 'Its link policy was deleted'],
  LinkNotRegistered: ['not registered', 'Not registered'],
  LinkTooLong: ['expiry too long', 'Expiry too long for its key'],
  LinkLimitMissing: ['limit missing', 'A limit that its key requires is missing'],
  LinkLimitUnknown: ['unknown limit', 'Unknown limit'],
  LinkLimitMalformed: ['invalid limit', 'Invalid limit'],
  LinkLimitUnsigned: ['unsigned limit', 'A limit is not signed'],
  LinkLimitDuplicate: ['repeated limit', 'A limit is given twice'],
  SharePassword: ['password', 'Password missing or wrong'],
  PasswordTries: ['too many attempts', 'Too many wrong passwords'],
};

/** The other reasons, most of a signature that does not match, in a few words. */
const sentences: { readonly [Id in Exclude<Reason, LinkReason>]: string } = {
  HostChanged: 'Signed for another host',
  PortChanged: 'Signed with another port',
  PathPrefix: 'A proxy changed the path',
  AddressingStyle: 'Bucket moved between host and path',
  MethodChanged: 'Signed for another method',
  HeaderMissing: 'A signed header is missing',
  HeaderChanged: 'A header differs',
  UnsignedHeader: 'A header was added',
  PathNormalised: 'A proxy normalized the path',
  PayloadHash: "Signed without the body's hash",
  PlusForSpace: '+ and %20 were exchanged',
  AmpEscaped: '&amp; instead of &',
  DoubleEncoded: 'Encoded twice',
  TrailingGarbage: 'Extra characters at the end',
  SignatureTruncated: 'Part of the URL is missing',
  QueryAdded: 'A parameter was added',
  QueryRemoved: 'A parameter is missing',
  KeyChanged: 'The name differs',
  SecretWhitespace: 'The secret contains a space or newline',
  RegionMismatch: 'Another region',
  ClockSkew: "The signer's clock is wrong",
  AuthMalformed: 'Not a valid signed URL',
  UnknownKey: 'No such access key',
  ExpiredToken: 'The temporary credentials have expired',
  SignatureMismatch: 'Wrong secret, or the request was changed in a way we could not identify',
  KeyNotAllowed: 'Its key is not allowed to do this',
  SigV2NotAllowed: 'SigV2 is not allowed here',
  NotSigned: 'Not signed',
  LimitNotImplemented: 'Limit not supported by this server',
  FormMalformed: 'Invalid form',
  PolicyMalformed: 'Invalid form policy',
  PolicyConditionFailed: 'Not allowed by the form policy',
  UploadTooLarge: 'Upload too large',
  UploadTooSmall: 'Upload too small',
  PayloadMismatch: 'The body differs from what was signed',
  AddressMalformed: 'Invalid address',
};

function isLinkReason(reason: string): reason is LinkReason {
  return Object.hasOwn(words, reason);
}

function isOtherReason(reason: string): reason is keyof typeof sentences {
  return Object.hasOwn(sentences, reason);
}

/** A reason in a word or two: `no uses left`. An unknown one stays as it is. */
export function reasonWord(reason: string): string {
  return isLinkReason(reason) ? words[reason][0] : reason;
}

/** A reason in a few words: `No uses left`. An unknown one stays as it is. */
export function reasonSentence(reason: string): string {
  if (isLinkReason(reason)) return words[reason][1];
  return isOtherReason(reason) ? sentences[reason] : reason;
}
