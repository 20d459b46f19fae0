import { chooseLanguage, type Language, languages } from './texts/languages.ts';
import type { AnyCounted, Texts } from './texts/texts.ts';

type Values = Readonly<Record<string, string | number>>;

/** Units of time, the largest first, and how long a span is at least that is named in one: "47 hours", "2 days". */
const spans = [
  ['day', 86_400_000, 172_800_000],
  ['hour', 3_600_000, 7_200_000],
  ['minute', 60_000, 120_000],
  ['second', 1_000, 0],
] as const;

/** Where Chinese or Japanese meets Latin: these texts leave a blank there, but what is filled in may be of either script. */
const scriptsMeet =
  /(?<=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])/gu;

/** How a page speaks to its reader: the texts of his language, and its numbers, sizes and times (SHR-16). */
export class Wording {
  readonly language: Language;
  /** Of texts, numbers and times: what `lang` says. */
  readonly locale: string;
  readonly texts: Texts;
  #plurals: Intl.PluralRules | undefined;
  #order: Intl.Collator | undefined;
  #whole: Intl.NumberFormat | undefined;
  #tenths: Intl.NumberFormat | undefined;

  /** @param acceptLanguage as the reader's browser sent it */
  constructor(acceptLanguage: string | undefined) {
    const { language, locale } = chooseLanguage(acceptLanguage);
    this.language = language;
    this.locale = locale;
    this.texts = languages[language];
  }

  number(value: number): string {
    this.#whole ??= new Intl.NumberFormat(this.locale);
    return this.#whole.format(value);
  }

  /** A text in the form that a number wants, and the number in it as {n}. */
  count(counted: AnyCounted, n: number, values: Values = {}): string {
    return fill(typeof counted === 'string' ? counted : this.#form(counted, n), { n: this.number(n), ...values });
  }

  /** Order of names for people: numbers in them by their value. */
  compare(one: string, other: string): number {
    this.#order ??= new Intl.Collator(this.locale, { numeric: true });
    return this.#order.compare(one, other);
  }

  /** A size for people, in units of 1,024. */
  size(bytes: number): string {
    return this.#sized(bytes, 1);
  }

  /** A bound, which is mostly a round number: "2 GiB". */
  bound(bytes: number): string {
    return this.#sized(bytes, 0);
  }

  /** A time of day in UTC, as it stands where no script writes it in the reader's zone. */
  time(atMs: number): string {
    const format = new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
    return `${format.format(atMs)} UTC`;
  }

  /** A span of time: "3 days". */
  span(ms: number): string {
    const [unit, count] = spanOf(ms);
    return new Intl.NumberFormat(this.locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  }

  /** How long it is until then: "in 3 hours". */
  until(ms: number): string {
    const [unit, count] = spanOf(ms);
    return new Intl.RelativeTimeFormat(this.locale).format(count, unit);
  }

  /** Several things that all hold, in a text as {types}: "Only PDF and images." */
  listed(text: string, parts: readonly string[]): string {
    const filled = fill(text, { types: new Intl.ListFormat(this.locale, { type: 'conjunction' }).format(parts) });
    return filled.replaceAll(scriptsMeet, ' ');
  }

  #sized(bytes: number, leastTenths: 0 | 1): string {
    const { units } = this.texts;
    let at = 0;
    let value = bytes;
    // What would be written as 1,024.0 is one of the next unit.
    while (value >= (at === 0 ? 1024 : 1023.95) && at < units.length - 1) {
      value /= 1024;
      at += 1;
    }
    const isWhole = at === 0 || value >= 100 || (leastTenths === 0 && Math.round(value * 10) % 10 === 0);
    this.#tenths ??= new Intl.NumberFormat(this.locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const number = isWhole ? this.number(Math.round(value)) : this.#tenths.format(value);
    return `${number}\u00a0${units[at] ?? ''}`;
  }

  #form(forms: Exclude<AnyCounted, string>, n: number): string {
    this.#plurals ??= new Intl.PluralRules(this.locale);
    const form = this.#plurals.select(n);
    // No language of ours has the forms of Arabic or Welsh.
    return form === 'zero' || form === 'two' ? forms.other : (forms[form] ?? forms.other);
  }
}

/** A text with its values. What a value holds is never read as a place for another. */
export function fill(text: string, values: Values): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

function spanOf(ms: number): readonly [unit: (typeof spans)[number][0], count: number] {
  for (const [unit, unitMs, leastMs] of spans) {
    if (ms >= leastMs) return [unit, Math.round(ms / unitMs)];
  }
  return ['second', 0];
}
