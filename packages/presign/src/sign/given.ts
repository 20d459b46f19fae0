import { isWrittenAsLimit } from '../limits/limit-grammar.ts';
import type { Pair } from '../values/member-pairs.ts';
import { checkString } from '../values/option-checks.ts';
import { fail, type PresignErrorCode } from '../values/presign-error.ts';
import { utf8Length } from '../wire/encode.ts';

/** Checks of what callers pass, before it is signed: keys, names of options, parameters, headers. */

/** SIG-30: names that carry the signature. */
const reservedQuery = /^(?:x-amz-.*|signature|awsaccesskeyid|expires)$/i;
const reservedHeaders = /^(?:host|authorization|content-length|x-amz-(?:date|security-token|content-sha256))$/;
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headers = 'headers';

/** @throws PresignError KeyInvalid */
export function checkKey(key: unknown, option = 'key'): asserts key is string {
  const fault =
    typeof key !== 'string'
      ? 'is not a string'
      : (!key && 'is empty') ||
        (utf8Length(key) > 1024 && 'is longer than 1024 bytes') ||
        (!key.isWellFormed() && 'cannot be encoded');
  if (fault) fail('KeyInvalid', `The ${option} ${fault}.`, option);
}

/** Names and values that the caller gives as `query` or `headers`, beside those `taken`. */
function ownPairs(
  option: 'query' | 'headers',
  code: PresignErrorCode,
  reserved: RegExp,
  given: Record<string, string>,
  taken: readonly Pair[],
): Pair[] {
  const names = taken.map(([name]) => name);
  return Object.entries(given).map(([written, value]) => {
    const name = option === headers ? written.toLowerCase() : written;
    checkString(value, option);
    if (reserved.test(name) || isWrittenAsLimit(name) || names.includes(name))
      fail(code, `${option}: '${written}' is set by the signature or by another option.`, option);
    if (!name || !`${name}${value}`.isWellFormed())
      fail('OptionInvalid', `${option}: '${name}' cannot be encoded.`, option);
    names.push(name);
    return [name, value];
  });
}

/** Parameters of the caller, beside those `taken`. @throws PresignError QueryReserved, OptionInvalid */
export function ownQuery(given: Record<string, string>, taken: readonly Pair[]): Pair[] {
  return ownPairs('query', 'QueryReserved', reservedQuery, given, taken);
}

/** Headers of the caller, lower case, beside those `taken`. @throws PresignError HeaderReserved, OptionInvalid */
export function ownHeaders(given: Record<string, string>, taken: readonly Pair[]): Pair[] {
  return ownPairs(headers, 'HeaderReserved', reservedHeaders, given, taken);
}

/** What HTTP cannot carry, or carries in more than one way, is refused. @throws PresignError OptionInvalid */
export function checkHeaders(pairs: readonly Pair[]): void {
  for (const [name, value] of pairs) {
    if (!headerName.test(name) || !/^[ -~]*$/.test(value)) {
      fail('OptionInvalid', `headers: '${name}' cannot be sent by HTTP.`, headers);
    }
  }
}
