import { fail, type PresignErrorCode } from './presign-error.ts';

/** Checks of options by name and type, for callers without a compiler. */

/**
 * Rejects a misspelled option, or one of another method: without this, a link is signed without the limit, type or lifetime that the
 * caller asked for. `names` and `more` are all options of the call, separated by spaces. @throws PresignError OptionInvalid (SIG-115)
 */
export function checkNames(options: object, names: string, more: string | undefined = ''): void {
  for (const name in options) {
    const all = `${names} ${more}`;
    if (!all.split(' ').includes(name)) fail('OptionInvalid', `Unknown option '${name}'.`, name, `Options: ${all}`);
  }
}

/**
 * Rejects a value that JavaScript left undefined, and anything else that is not a string: `undefined` as a key would sign the bucket
 * (SIG-114). @throws PresignError
 */
export function checkString(value: unknown, option: string, code: PresignErrorCode = 'OptionInvalid'): void {
  if (typeof value !== 'string') fail(code, `${option} is not a string.`, option);
}

/** As `checkString`, and rejects the empty string. @throws PresignError OptionInvalid */
export function checkText(value: unknown, option: string): void {
  checkString(value, option);
  if (!value) fail('OptionInvalid', `${option} is empty.`, option);
}
