import { refusal } from '@tidegate/protocol';
import { refuseHeader } from '../common-headers.ts';
import type { Parser } from '../operation.ts';

/** As sent. */
export const optionalText: Parser<string | undefined> = (text) => text;

/** As sent; absent and empty are the same. */
export const textOrEmpty: Parser<string> = (text) => text ?? '';

/** `encoding-type`: `url`, or nothing. */
export const encodingType: Parser<'url' | undefined> = (text, name) => {
  if (text === undefined || text === '') return undefined;
  if (text === 'url') return 'url';
  throw invalidArgument(name, text, 'Invalid Encoding Method specified in Request');
};

/** `true` in any case; anything else is false, as S3 takes it. */
export const flag: Parser<boolean> = (text) => text?.toLowerCase() === 'true';

/**
 * A count that a page is limited by (`max-keys`, SEC-414): decimal digits below 2^31; undefined when it was not sent.
 * The caller cuts it to its own limit.
 */
export const pageSize: Parser<number | undefined> = (text, name) => {
  if (text === undefined || text === '') return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  if (value <= 2_147_483_647) return value;
  throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
};

/** A marker in a list of parts: a part number, or 0. */
export const partNumberMarker: Parser<number> = (text, name) => pageSize(text, name) ?? 0;

/** `partNumber` of a read: 1 to 10,000 (SEC-414). */
export const optionalPartNumber: Parser<number | undefined> = (text, name) =>
  text === undefined ? undefined : partNumber(text, name);

/** `partNumber` of an upload: 1 to 10,000 (SEC-414, SEC-425). */
export const partNumber: Parser<number> = (text, name) => {
  const value = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  if (value >= 1 && value <= 10_000) return value;
  throw invalidArgument(name, text, 'Part number must be an integer between 1 and 10000, inclusive');
};

/** A parameter without which the request makes no sense. */
export const requiredText: Parser<string> = (text, name) => {
  if (text === undefined || text === '')
    throw invalidArgument(name, text, `This operation needs the parameter ${name}`);
  return text;
};

/** Refuses a parameter that this operation would have to drop. */
export const refusedParameter: Parser<undefined> = (text, name) => {
  if (text !== undefined) throw invalidArgument(name, text, `This operation does not take the parameter ${name}`);
  return undefined;
};

/** An InvalidArgument that names what was sent; the value is cut to 1 KiB. */
export function invalidArgument(name: string, value: string | undefined, message: string): Error {
  const fields =
    value === undefined ? { ArgumentName: name } : { ArgumentName: name, ArgumentValue: value.slice(0, 1024) };
  return refusal('InvalidArgument', fields, undefined, message);
}

/** Refuses a header that S3 acts on and this operation does not. */
export const refusedHeader: Parser<undefined> = (text, name) => {
  if (text !== undefined) throw refuseHeader(name);
  return undefined;
};
