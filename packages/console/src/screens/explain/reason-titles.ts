import { reasonSentence } from '../../reason-words.ts';

/** Reasons of requests whose signature does not hold, in a few words. */
const titles: Readonly<Record<string, string>> = {
  HostChanged: 'Signed for another host',
  PortChanged: 'Signed with another port',
  PathPrefix: 'A proxy changed the path',
  AddressingStyle: 'Bucket moved between host and path',
  MethodChanged: 'Signed for another method',
  HeaderMissing: 'A signed header is missing',
  HeaderChanged: 'A header differs',
  UnsignedHeader: 'A header was added',
  PathNormalised: 'The path was tidied up on the way',
  PayloadHash: "Signed without the body's hash",
  PlusForSpace: '+ and %20 were exchanged',
  AmpEscaped: '&amp; instead of &',
  DoubleEncoded: 'Encoded twice',
  TrailingGarbage: 'Extra characters at the end',
  SignatureTruncated: 'Part of the address is missing',
  QueryAdded: 'A parameter was added',
  QueryRemoved: 'A parameter is missing',
  KeyChanged: 'The name differs',
  SecretWhitespace: 'The secret has a blank or newline',
  RegionMismatch: 'Another region',
  ClockSkew: "The signer's clock is wrong",
  AuthMalformed: 'Not a valid signed URL',
  UnknownKey: 'No such access key',
  ExpiredToken: 'The temporary key has ended',
  SignatureMismatch: 'Wrong secret, or the request was changed in a way we could not identify',
  LinkTooLong: 'Lives too long for its key',
  LinkLimitMissing: 'Lacks a limit that its key demands',
  LinkLimitUnknown: 'A limit that nobody knows',
  LinkLimitMalformed: 'A limit cannot be read',
  LinkLimitUnsigned: 'A limit is not signed',
  LinkLimitDuplicate: 'A limit is given twice',
  KeyNotAllowed: 'Its key may not do this',
  SigV2NotAllowed: 'SigV2 is not allowed here',
  NotSigned: 'Not signed',
};

/** What a reason means, in a few words; an unknown one stays as it is. */
export function reasonTitle(reason: string): string {
  return titles[reason] ?? reasonSentence(reason);
}
