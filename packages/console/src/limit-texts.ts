import type { LinkLimits } from '@tidegate/presign/admin';
import {
  type LimitKind,
  type LimitName,
  limitRows,
  limitRules,
  limitsFromJson,
  limitWords,
  type ReadLimits,
  readLimits,
} from '@tidegate/presign/internal';
import type { Input } from './data/api.ts';
import { formatBytes, formatLimit, formatSpan, plural } from './format.ts';

/** Limits as they are typed into a form; a switch that is on is `1`. */
export type LimitTexts = Readonly<Partial<Record<LimitName, string>>>;

/** Limits as the API takes them. */
export type AskedLimits = NonNullable<Input<'presignLink'>['limits']>;

/** `a, b` as a list. */
export function listed(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== '');
}

const asked: { readonly [Kind in LimitKind]: (text: string) => unknown } = {
  label: String,
  count: Number,
  bytes: String,
  someBytes: String,
  duration: String,
  addresses: listed,
  flag: () => true,
  time: (text) => new Date(text).toISOString(),
  mediaTypes: listed,
  sha256: String,
  prefix: () => true,
};

/** What was typed as the API takes it. Fields that are empty ask for nothing. */
export function askedLimits(texts: LimitTexts, names: readonly LimitName[] = limitNames): AskedLimits {
  const limits: Partial<Record<LimitName, unknown>> = {};
  for (const name of names) {
    const text = texts[name]?.trim() ?? '';
    if (text !== '') limits[name] = asked[limitRows[name].kind](text);
  }
  // Sound: each is what its kind is asked as; the server refuses a value that it cannot read, and says so beside the field.
  return limits as AskedLimits;
}

/** All limits, in the order in which they are shown. */
export const limitNames: readonly LimitName[] = limitRules.map(({ property }) => property);

/** What was typed as the server would read it; what cannot be read says nothing yet. */
export function readTexts(texts: LimitTexts): ReadLimits {
  const limits: ReadLimits = {};
  for (const [name, value] of Object.entries(askedLimits(texts))) {
    const read = readLimits({ [name]: limitRows[name as LimitName].kind === 'time' ? new Date(String(value)) : value });
    if ('limits' in read) Object.assign(limits, read.limits);
  }
  return limits;
}

const typed: { readonly [Kind in LimitKind]: (value: unknown) => string } = {
  label: String,
  count: String,
  bytes: typedBytes,
  someBytes: typedBytes,
  duration: typedSpan,
  addresses: (value) => [value].flat().join(', '),
  flag: () => '1',
  time: (value) => localMinute(new Date(String(value))),
  mediaTypes: (value) => [value].flat().join(', '),
  sha256: String,
  prefix: () => '1',
};

/** Limits of an answer as somebody would type them. A form that is saved again changes nothing. */
export function typedLimits(limits: LinkLimits): LimitTexts {
  return Object.fromEntries(
    limitNames.flatMap((name) => {
      const value = limits[name];
      return value === undefined || value === false ? [] : [[name, typed[limitRows[name].kind](value)]];
    }),
  );
}

const unitsS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** Seconds as somebody would type them: `1d`. */
export function typedSpan(span: unknown): string {
  const seconds = Number(span);
  const [unit, size] = unitsS.find(([, one]) => seconds % one === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}

function typedBytes(size: unknown): string {
  const bytes = Number(size);
  const text = formatBytes(bytes).replace(' ', '').replace('.0', '');
  // Only what says the number exactly.
  const [, value = '', unit = ''] = /^([\d.]+)(\w+)$/.exec(text) ?? [];
  const base = 1024 ** Math.max(0, ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit));
  return Number(value) * base === bytes ? text : `${bytes}B`;
}

function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Limits of an answer in words. @param use what one use is called */
export function wordsOfLimits(limits: LinkLimits, use = 'use', count = plural): readonly string[] {
  return limitWords(limitsFromJson(JSON.stringify(limits)), {
    use,
    count,
    size: (size) => (typeof size === 'number' ? formatLimit(size) : size),
    span: (span) => (typeof span === 'number' ? formatSpan(span) : span),
    moment: (moment) => moment.toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z'),
  });
}

/** With a capital letter, to stand by itself. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
