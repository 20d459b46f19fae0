import type { AnyNumber, UploadLanguage } from './upload-texts.ts';

/** A text with its values. */
export function filled(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** A text in the form that a number wants. */
export function counted(
  { locale }: UploadLanguage,
  text: AnyNumber,
  n: number,
  values: Record<string, string> = {},
): string {
  const form = typeof text === 'string' ? text : (text[new Intl.PluralRules(locale).select(n)] ?? text.other);
  return filled(form, { n: new Intl.NumberFormat(locale).format(n), ...values });
}

/** A size in its largest unit. */
export function sizeWords({ locale, units }: UploadLanguage, bytes: number): string {
  let at = 0;
  let value = bytes;
  while (value >= (at === 0 ? 1024 : 1023.95) && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  const digits = at === 0 || value >= 100 ? 0 : 1;
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number.format(value)}\u00a0${units[at]}`;
}

/** A size and the maximum, to the byte where they read alike in larger units. */
export function tellApart(texts: UploadLanguage, size: number, most: number): { size: string; most: string } {
  const words = { size: sizeWords(texts, size), most: sizeWords(texts, most) };
  if (words.size !== words.most) return words;
  const exact = (bytes: number): string =>
    `${new Intl.NumberFormat(texts.locale).format(bytes)}\u00a0${texts.units[0]}`;
  return { size: exact(size), most: exact(most) };
}

/** A time span in its largest unit. */
export function timeWords({ locale }: UploadLanguage, exactSeconds: number): string {
  const seconds = Math.ceil(exactSeconds);
  const inUnit = (unit: string, count: number): string =>
    new Intl.NumberFormat(locale, {
      ...{ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 },
    }).format(count);
  if (seconds < 60) return inUnit('second', seconds);
  return seconds < 3600 ? inUnit('minute', Math.ceil(seconds / 60)) : inUnit('hour', seconds / 3600);
}
