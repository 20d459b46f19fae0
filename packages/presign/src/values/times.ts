import { describeSeconds } from './duration.ts';

/** Reading and writing the times that signatures and their errors carry. Times are milliseconds since 1970, UTC. */

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The time of `20260115T120000Z`, or undefined when the text has another form or names no real moment (SIG-40d). */
export function parseAmzDate(text: string): number | undefined {
  if (text.length !== 16 || text.charCodeAt(8) !== 0x54 || text.charCodeAt(15) !== 0x5a) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  return momentOf(
    year,
    twoDigits(text, 4),
    twoDigits(text, 6),
    twoDigits(text, 9),
    twoDigits(text, 11),
    twoDigits(text, 13),
  );
}

/** Whether `text` is eight digits that name a real day (SIG-42b). */
export function isDay(text: string): boolean {
  if (text.length !== 8) return false;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  return momentOf(year, twoDigits(text, 4), twoDigits(text, 6), 0, 0, 0) !== undefined;
}

/**
 * The time of a `Date` or `x-amz-date` header: ISO basic as SigV4 writes it, or a date as HTTP and mail programs write it
 * (SIG-62; s3cmd 2.4.0 sends a numeric zone). Nothing was signed before 1970, so such a date is invalid.
 */
export function parseHeaderDate(text: string): number | undefined {
  const moment = parseAmzDate(text) ?? parseHttpDate(text);
  return moment === undefined || moment < 0 ? undefined : moment;
}

/** The time of `YYYY-MM-DDTHH:MM:SS[.sss]Z` (SIG-84). */
export function parseIsoDate(text: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z$/.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction] = parts;
  const moment = momentOf(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
  if (moment === undefined) return undefined;
  return fraction === undefined ? moment : moment + Math.floor(Number(`0.${fraction}`) * 1000);
}

/** `2026-01-15T13:00:00Z`, as error members carry times (SIG-91). Fractions of a second are cut. */
export function formatIsoSeconds(moment: number): string {
  const date = new Date(moment);
  // A date outside what Date can hold cannot come from a parsed text; it would come from a caller's own clock.
  if (Number.isNaN(date.getTime())) return 'invalid time';
  return `${date.toISOString().slice(0, -5)}Z`;
}

function parseHttpDate(text: string): number | undefined {
  const common =
    /^(?:[A-Za-z]{3,9}, ?)?(\d{1,2})[ -]([A-Za-z]{3})[ -](\d{2}|\d{4}) (\d{2}):(\d{2}):(\d{2}) (GMT|UTC|Z|[+-]\d{4})$/.exec(
      text,
    );
  if (common !== null) {
    const [, day = '', month = '', year = '', hour, minute, second, zone = ''] = common;
    const moment = momentOf(
      fullYear(year),
      monthNames.indexOf(month.toLowerCase()) + 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    return moment === undefined ? undefined : moment - zoneOffsetMs(zone);
  }
  const asctime = /^[A-Za-z]{3} ([A-Za-z]{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/.exec(text);
  if (asctime === null) return undefined;
  const [, month = '', day = '', hour, minute, second, year] = asctime;
  return momentOf(
    Number(year),
    monthNames.indexOf(month.toLowerCase()) + 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
}

function fullYear(text: string): number {
  if (text.length === 4) return Number(text);
  const short = Number(text);
  return short < 70 ? 2000 + short : 1900 + short;
}

function zoneOffsetMs(zone: string): number {
  if (zone.length !== 5) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** The number that two ASCII digits write; NaN if one is not a digit. */
function twoDigits(text: string, at: number): number {
  const high = text.charCodeAt(at) - 0x30;
  const low = text.charCodeAt(at + 1) - 0x30;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : Number.NaN;
}

function momentOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  // Written so that NaN fails each comparison. A year below 100 would be read as 19xx by Date.UTC.
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59)) {
    return undefined;
  }
  const lastDay = daysOfMonth[month - 1];
  if (lastDay === undefined || day > lastDay) return undefined;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return undefined;
  return ((dayNumber(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000;
}

/** What fills the text of `LinkExpired`: when it ended, how long ago, how long it was to live. */
export function expiryValues(
  expiresAtMs: number,
  nowMs: number,
  lifetimeSeconds: number | undefined,
): { readonly when: string; readonly ago: string; readonly duration: string } {
  const duration =
    lifetimeSeconds === undefined ? 'a time its signature does not tell' : describeSeconds(lifetimeSeconds);
  const ago = `${describeSeconds(Math.max(0, Math.floor((nowMs - expiresAtMs) / 1000)))} ago`;
  return { when: formatIsoSeconds(expiresAtMs), ago, duration };
}

/** What fills the text of `ClockSkew`; `seconds` is request time less server time, the `detail` of the cause (SIG-95). */
export function skewValues(requestMs: number, nowMs: number): { readonly n: string; readonly seconds: string } {
  const seconds = Math.trunc((requestMs - nowMs) / 1000);
  return { n: describeSeconds(Math.abs(seconds)), seconds: String(seconds) };
}

/** Days since 1970-01-01 in the Gregorian calendar. A third of the time of Date.UTC, which every verification would spend. */
function dayNumber(year: number, month: number, day: number): number {
  // Years that begin in March have their leap day at the end.
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + dayOfYear - 719_468;
}
