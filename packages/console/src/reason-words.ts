const words: Readonly<Record<string, string>> = {
  LinkUsesSpent: 'spent',
  LinkBytesSpent: 'volume spent',
  LinkExpired: 'expired',
  LinkRevoked: 'revoked',
  LinkNotYetValid: 'not yet',
  LinkAddressNotAllowed: 'other address',
  LinkClientsSpent: 'other client',
  LinkNeedsHttps: 'not https',
  LinkTypeNotAllowed: 'other type',
  LinkOutsideGrant: 'outside grant',
  LinkPolicyGone: 'policy gone',
  LinkNotRegistered: 'not registered',
  SharePassword: 'password',
  PasswordTries: 'too many tries',
};

const sentences: Readonly<Record<string, string>> = {
  LinkUsesSpent: 'All uses are spent',
  LinkBytesSpent: 'Its data volume is spent',
  LinkExpired: 'Expired',
  LinkRevoked: 'Taken back',
  LinkNotYetValid: 'Not yet',
  LinkAddressNotAllowed: 'Not from this address',
  LinkClientsSpent: 'Bound to other clients',
  LinkNeedsHttps: 'Only over https',
  LinkTypeNotAllowed: 'This type is not allowed',
  LinkOutsideGrant: 'Outside what was granted',
  LinkPolicyGone: 'Its policy was removed',
  LinkNotRegistered: 'Not registered',
  SharePassword: 'No password, or a wrong one',
  PasswordTries: 'Too many wrong passwords',
};

/** A reason in a word or two: `spent`. An unknown one stays as it is. */
export function reasonWord(reason: string): string {
  return words[reason] ?? reason;
}

/** A reason in a few words: `All uses are spent`. */
export function reasonSentence(reason: string): string {
  return sentences[reason] ?? reason;
}
