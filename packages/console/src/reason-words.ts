const words: Readonly<Record<string, string>> = {
  LinkUsesSpent: 'no uses left',
  LinkBytesSpent: 'data limit',
  LinkExpired: 'expired',
  LinkRevoked: 'revoked',
  LinkNotYetValid: 'not active yet',
  LinkAddressNotAllowed: 'address not allowed',
  LinkClientsSpent: 'client limit',
  LinkNeedsHttps: 'HTTPS required',
  LinkTypeNotAllowed: 'type not allowed',
  LinkOutsideGrant: 'outside prefix',
  LinkPolicyGone: 'policy deleted',
  LinkNotRegistered: 'not registered',
  SharePassword: 'password',
  PasswordTries: 'too many attempts',
};

const sentences: Readonly<Record<string, string>> = {
  LinkUsesSpent: 'No uses left',
  LinkBytesSpent: 'Data limit reached',
  LinkExpired: 'Expired',
  LinkRevoked: 'Revoked',
  LinkNotYetValid: 'Not active yet',
  LinkAddressNotAllowed: 'Not available on this network',
  LinkClientsSpent: 'Client limit reached',
  LinkNeedsHttps: 'HTTPS required',
  LinkTypeNotAllowed: 'Content type not allowed',
  LinkOutsideGrant: 'Outside the granted prefix',
  LinkPolicyGone: 'Its link policy was deleted',
  LinkNotRegistered: 'Not registered',
  SharePassword: 'Password missing or wrong',
  PasswordTries: 'Too many wrong passwords',
};

/** A reason in a word or two: `spent`. An unknown one stays as it is. */
export function reasonWord(reason: string): string {
  return words[reason] ?? reason;
}

/** A reason in a few words: `No uses left`. */
export function reasonSentence(reason: string): string {
  return sentences[reason] ?? reason;
}
