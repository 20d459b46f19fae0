import { parseResponseOverrides, refusal } from '@tidegate/protocol';
import { fromHead, type OperationCaller } from '../operation.ts';

/**
 * `response-*` of a read, by the header each one sets (SIG-104, SEC-419).
 * @throws S3Error InvalidArgument for a value that a header cannot carry
 */
export const overrides = fromHead((head): Readonly<Record<string, string>> => {
  const parsed = parseResponseOverrides((name) => head.query(name), 'signed');
  return parsed.size === 0 ? none : Object.fromEntries(parsed);
});

/** Nearly every read has none. */
const none: Readonly<Record<string, string>> = Object.freeze({});

/** Only who signed may choose headers of the answer (SIG-104, SEC-133). @throws S3Error InvalidRequest */
export function checkOverrides(sent: Readonly<Record<string, string>>, caller: OperationCaller): void {
  if (caller.accessKeyId !== undefined || Object.keys(sent).length === 0) return;
  const message = 'Request specific response headers cannot be used for anonymous GET requests.';
  throw refusal('InvalidRequest', {}, undefined, message);
}
