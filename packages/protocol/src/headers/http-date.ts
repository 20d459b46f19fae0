const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

// The three forms of RFC 9110 section 5.6.7. Python's email.utils writes the zone as -0000 unless told otherwise.
const imfFixdate = /^(?:[a-z]{3}, )?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:gmt|utc|[+-]0000)$/;
const rfc850 = /^[a-z]{6,9}, (\d\d)-([a-z]{3})-(\d\d) (\d\d):(\d\d):(\d\d) gmt$/;
const asctime = /^[a-z]{3} ([a-z]{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/;

/**
 * Reads an HTTP date in any of its three forms; answers epoch milliseconds, or `undefined` for anything else, days
 * that do not exist among it (WIRE-40). Two-digit years from 70 on are of the twentieth century.
 */
export function parseHttpDate(value: string): number | undefined {
  if (value.length > 64) return undefined;
  const text = value.trim().toLowerCase();
  const imf = imfFixdate.exec(text);
  if (imf !== null) return time(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const obsolete = rfc850.exec(text);
  if (obsolete !== null) {
    const century = Number(obsolete[3]) >= 70 ? '19' : '20';
    return time(`${century}${obsolete[3]}`, obsolete[2], obsolete[1], obsolete[4], obsolete[5], obsolete[6]);
  }
  const c = asctime.exec(text);
  return c === null ? undefined : time(c[6], c[1], c[2], c[3], c[4], c[5]);
}

/** Writes epoch milliseconds as an IMF-fixdate, the one form that is sent (WIRE-41). Parts of a second are dropped. */
export function formatHttpDate(timeMs: number): string {
  return new Date(timeMs).toUTCString();
}

function time(...parts: readonly (string | undefined)[]): number | undefined {
  const [year = '', monthName = '', day = '', hour = '', minute = '', second = ''] = parts;
  const month = months.indexOf(monthName);
  // A leap second is the second before it.
  const seconds = Math.min(Number(second), 59);
  const timeMs = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), seconds);
  const date = new Date(timeMs);
  const exists =
    month >= 0 &&
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() === month &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60;
  return exists ? timeMs : undefined;
}
