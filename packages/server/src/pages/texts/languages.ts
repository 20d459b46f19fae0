import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { nl } from './nl.ts';
import { pl } from './pl.ts';
import { pt } from './pt.ts';
import type { Texts } from './texts.ts';
import { zh } from './zh.ts';

/** Every language of the pages for recipients, by its primary subtag. */
export const languages = { en, de, fr, es, it, pt, nl, pl, ja, zh } as const satisfies Readonly<Record<string, Texts>>;

export type Language = keyof typeof languages;

/** Where the texts are those of one country or script, whatever a reader's own is. */
const written: Readonly<Partial<Record<Language, string>>> = { pt: 'pt-BR', zh: 'zh-Hans' };
/** What is written where a reader names no language, or none of ours. */
const fallback: ReaderLanguage = { language: 'en', locale: 'en-GB' };
/** More is not looked at: who sends more than this is no browser. */
const mostTags = 32;
const mostHeader = 1024;
const entry = /^([a-z]{1,8}|\*)((?:-[a-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i;

/** The language that a page is written in, and the tag by which its numbers and times are. */
export type ReaderLanguage = { readonly language: Language; readonly locale: string };

/**
 * SHR-16: the language that a reader likes best of those that there are (RFC 9110, section 12.5.4; RFC 4647, lookup): the highest
 * quality, of equals the first; a tag with a region or script that has no texts of its own has those of its language.
 */
export function chooseLanguage(acceptLanguage: string | undefined): ReaderLanguage {
  let best = fallback;
  let bestQuality = 0;
  const tags = (acceptLanguage ?? '').slice(0, mostHeader).split(',', mostTags);
  for (const tag of tags) {
    const [, primary = '', rest = '', q = '1'] = entry.exec(tag.trim()) ?? [];
    const found = primary === '*' ? fallback : ours(primary.toLowerCase(), rest);
    if (found === undefined || Number(q) <= bestQuality) continue;
    best = found;
    bestQuality = Number(q);
  }
  return best;
}

function ours(primary: string, rest: string): ReaderLanguage | undefined {
  if (!isLanguage(primary)) return undefined;
  const region = /-([a-z]{2})(?=-|$)/i.exec(rest)?.[1];
  const own = region === undefined ? primary : `${primary}-${region.toUpperCase()}`;
  return { language: primary, locale: written[primary] ?? own };
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag);
}
