/*
 * In every page: writes times in the reader's words and time zone (without a script they are in UTC), and counts remaining time down.
 * The countdown starts from what the server said, whatever the reader's clock shows.
 */

const locale = document.documentElement.lang;

for (const element of document.querySelectorAll('time')) {
  const time = new Date(element.dateTime);
  if (Number.isNaN(time.getTime())) continue;
  element.textContent = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}

function unitOf(ms: number): [unit: Intl.RelativeTimeFormatUnit, unitMs: number] {
  if (ms < 120_000) return ['second', 1_000];
  if (ms < 7_200_000) return ['minute', 60_000];
  return ms < 172_800_000 ? ['hour', 3_600_000] : ['day', 86_400_000];
}

for (const element of document.querySelectorAll<HTMLElement>('[data-in]')) {
  const endsAt = performance.now() + Number(element.dataset['in']);
  const format = new Intl.RelativeTimeFormat(locale);
  setInterval(() => {
    const leftMs = Math.max(0, endsAt - performance.now());
    const [unit, unitMs] = unitOf(leftMs);
    element.textContent = format.format(Math.round(leftMs / unitMs), unit);
  }, 1_000);
}

// Without an import or export the compiler would take the names above for globals.
export {};
