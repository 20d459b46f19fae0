import { utf8Length } from './encode.ts';
import { isLimitName } from './limit-grammar.ts';
import type { Pair } from './member-pairs.ts';
import { fail } from './presign-error.ts';

/** What callers say in their own words, checked before it is signed: keys, parameters, headers. */

/** SIG-30: names that carry the signature. */
const reservedQuery = /^(?:x-amz-.*|signature|awsaccesskeyid|expires)$/i;
const reservedHeaders =
  /^(?:host|authorization|content-length|x-amz-(?:date|security-token|content-sha256)|x-link-.*)$/;
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const reserved = ' is set by the signature or by another option.';

/** Names of options, from a text with a space between them. */
export function namesOf(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/**
 * A name that no option has is one that was misspelled, or another method's: a link without the limits, the type or the lifetime that
 * its maker believed in. `names` are all that there are. @throws PresignError OptionInvalid
 */
export function checkNames(options: object, names: ReadonlySet<string>): void {
  for (const name in options) {
    if (!names.has(name))
      fail('OptionInvalid', `There is no option '${name}' here.`, `There are: ${[...names].join(' ')}`);
  }
}

/** @throws PresignError KeyInvalid */
export function checkKey(key: string): void {
  const fault =
    (!key && 'is empty') ||
    (key.length > 341 && utf8Length(key) > 1024 && 'is longer than 1024 bytes') ||
    (!key.isWellFormed() && 'has half of a surrogate pair');
  if (fault) fail('KeyInvalid', `The key ${fault}.`);
}

/** Parameters of the caller, beside those `taken`. @throws PresignError QueryReserved, OptionInvalid */
export function ownQuery(query: Record<string, string>, taken: readonly Pair[]): Pair[] {
  return Object.entries(query).map(([name, value]) => {
    if (reservedQuery.test(name) || isLimitName(name) || taken.some(([other]) => other === name))
      fail('QueryReserved', `query: '${name}'${reserved}`);
    if (!name || !`${name}${value}`.isWellFormed()) fail('OptionInvalid', `query: '${name}' cannot be encoded.`);
    return [name, value];
  });
}

/** Headers of the caller, lower case, beside those `taken`. @throws PresignError HeaderReserved */
export function ownHeaders(headers: Record<string, string>, taken: readonly Pair[]): Pair[] {
  const names = new Set(taken.map(([name]) => name));
  return Object.entries(headers).map(([given, value]) => {
    const name = given.toLowerCase();
    if (reservedHeaders.test(name) || names.has(name)) fail('HeaderReserved', `headers: '${given}'${reserved}`);
    names.add(name);
    return [name, value];
  });
}

/** What HTTP cannot carry, or carries in more than one way, is refused. @throws PresignError OptionInvalid */
export function checkHeaders(headers: readonly Pair[]): void {
  for (const [name, value] of headers) {
    if (!headerName.test(name) || !/^[ -~]*$/.test(value)) {
      fail(
        'OptionInvalid',
        `The header '${name}' has characters that HTTP does not carry.`,
        'Use printable ASCII; encode anything else.',
      );
    }
  }
}
