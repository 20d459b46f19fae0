import { redact } from '@tidegate/presign';

/** Words and forms that every secret stands behind; a text without one holds none. */
const mayHoldSecret =
  /signature|token|secret|signing|customer|authorization|cookie|password|\baws |basic|bearer|whsec|tidegate-|:\/\/|(?:[/\\]|%(?:25)*(?:2f|5c))(?:s|%(?:25)*73)(?:[/\\]|%(?:25)*(?:2f|5c))|%(?:25|3a|[4-7][0-9a-f])|[0-9a-z]{8,11}\.[\w-]{22}\./i;

/** Cookies of shares, grants and the console, by their names. */
const ownCookie = /(tidegate-(?:share|grant|console)(?:-\d{1,5})?(?:=|%(?:25)*3d))([\w.~%-]+)/gi;
const webhookSecret = /\bwhsec_[\w+/=%-]{8,}/g;
/** Tickets: codes that sign in, and challenges. */
const ticket = /\b[0-9a-z]{1,11}\.[\w-]{22}\.[\w-]{0,170}\.[\w-]{43}/g;

/**
 * The one function that a text goes through before it reaches a log or a record (SEC-805): nothing that it leaves opens anything.
 * What the library's `redact` knows, and what only this server gives out.
 */
export function redactText(text: string): string {
  if (!mayHoldSecret.test(text)) return text;
  return redact(text)
    .replace(ownCookie, '$1[redacted]')
    .replace(webhookSecret, '[redacted]')
    .replace(ticket, '[redacted]');
}

/** Whether a text may hold a secret at all. Costs a tenth of `redactText`. */
export function needsRedaction(text: string): boolean {
  return mayHoldSecret.test(text);
}
