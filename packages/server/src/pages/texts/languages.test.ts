import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from './en.ts';
import { chooseLanguage, type Language, languages } from './languages.ts';
import type { PluralForm } from './texts.ts';

/** What the pages ask for, and what a header that asks for it gets. */
const headers: readonly (readonly [header: string | undefined, language: Language, locale: string])[] = [
  [undefined, 'en', 'en-GB'],
  ['', 'en', 'en-GB'],
  ['*', 'en', 'en-GB'],
  ['de', 'de', 'de'],
  ['DE-de', 'de', 'de-DE'],
  ['de-AT,de;q=0.9,en;q=0.8', 'de', 'de-AT'],
  ['en-US,en;q=0.9', 'en', 'en-US'],
  ['en;q=0.5, fr;q=0.8', 'fr', 'fr'],
  ['fr;q=0.8,it;q=0.8', 'fr', 'fr'],
  ['sv,nb;q=0.9,nl;q=0.1', 'nl', 'nl'],
  ['sv,nb;q=0.9', 'en', 'en-GB'],
  ['de;q=0,pl', 'pl', 'pl'],
  ['de;q=0', 'en', 'en-GB'],
  ['de;q=0.0,*', 'en', 'en-GB'],
  ['pt-PT', 'pt', 'pt-BR'],
  ['pt', 'pt', 'pt-BR'],
  ['zh-TW,zh;q=0.9,en;q=0.8', 'zh', 'zh-Hans'],
  ['zh-Hant-HK', 'zh', 'zh-Hans'],
  ['ja ; q=1.000 , en', 'ja', 'ja'],
  ['es-419', 'es', 'es'],
  ['de-CH-1996', 'de', 'de-CH'],
  ['de;q=2', 'en', 'en-GB'],
  ['de;q=0.1234', 'en', 'en-GB'],
  ['de"><script>', 'en', 'en-GB'],
  ['constructor', 'en', 'en-GB'],
  ['__proto__, toString;q=0.9, it;q=0.2', 'it', 'it'],
  [`${'x,'.repeat(100)}de`, 'en', 'en-GB'],
  [`${'a'.repeat(100_000)},de`, 'en', 'en-GB'],
];

for (const [header, language, locale] of headers) {
  test(`SHR-16 "${header?.slice(0, 40) ?? 'no header'}" is answered in ${locale}`, () => {
    assert.deepEqual(chooseLanguage(header), { language, locale });
  });
}

/** Every text of a language by its path. */
function* walk(value: unknown, path = ''): Generator<readonly [path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (value !== null && typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) yield* walk(member, path === '' ? name : `${path}.${name}`);
  }
}

/** A text without the form of a number. */
const withoutForm = (path: string): string => path.replace(/\.(?:one|few|many|other)$/, '');
const placesOf = (text: string): string => [...new Set(text.match(/\{\w+\}/g))].sort().join(' ');

/** What {…} stands in a text, of all forms. */
function placesByText(texts: unknown): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  for (const [path, text] of walk(texts)) {
    const name = withoutForm(path);
    places.set(name, (places.get(name) ?? new Set()).add(placesOf(text)));
  }
  return places;
}

for (const [language, texts] of Object.entries(languages)) {
  test(`SHR-16 the texts in ${language} have the forms that its numbers need, and every value a place`, () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    const counted: Record<string, string[]> = {};
    for (const [path] of walk(texts)) {
      const form = /\.(one|few|many|other)$/.exec(path)?.[1];
      if (form === undefined) continue;
      const name = withoutForm(path);
      counted[name] = [...(counted[name] ?? []), form];
    }
    for (const [name, found] of Object.entries(counted)) assert.deepEqual(found.toSorted(), forms, name);
    const english = placesByText(en);
    for (const [name, places] of placesByText(texts)) {
      const wanted = english.get(name);
      assert.ok(wanted !== undefined, name);
      const all = (sets: Set<string>): string[] => [...new Set([...sets].flatMap((one) => one.split(' ')))].sort();
      // A form for one alone may say it in words.
      assert.deepEqual(
        all(places).filter((place) => place !== ''),
        all(wanted).filter((place) => place !== ''),
        name,
      );
    }
  });

  test(`SHR-14 SHR-16 the texts in ${language} are short, say no word of how it works and leave no value a sentence apart`, () => {
    for (const [path, text] of walk(texts)) {
      if (/^(?:gap|comma)$/.test(path)) continue;
      assert.notEqual(text.trim(), '', path);
      assert.ok(text.length <= 140, `${path}: ${text.length} characters`);
      assert.doesNotMatch(text, /\bS3\b|bucket|presigned|\btoken\b|\b403\b|signature|[<>&]/i, path);
      assert.equal(text, text.normalize('NFC'), path);
    }
  });
}

test('SHR-16 a number stays on the line of its unit and of what it is a part of', () => {
  for (const [language, texts] of Object.entries(languages)) {
    for (const [path, text] of walk(texts))
      assert.doesNotMatch(text, /(?:left|done)\} [a-z]{1,4} \{n|\d (?:min|s)\b/i, `${language} ${path}`);
  }
});

test('SHR-16 no language repeats the English sentences', () => {
  const sentences = new Set([...walk(en)].map(([, text]) => text).filter((text) => text.split(' ').length > 3));
  for (const [language, texts] of Object.entries(languages)) {
    if (language === 'en') continue;
    for (const [path, text] of walk(texts)) assert.ok(!sentences.has(text), `${language} ${path}: ${text}`);
  }
});

test('SHR-16 a number is said in the form that it wants', () => {
  const samples: readonly (readonly [Language, number, string])[] = [
    ['en', 1, '{n} file'],
    ['de', 2, '{n} Dateien'],
    ['fr', 0, '{n} fichier'],
    ['fr', 1_000_000, '{n} de fichiers'],
    ['pl', 1, '{n} plik'],
    ['pl', 3, '{n} pliki'],
    ['pl', 12, '{n} plików'],
    ['pl', 22, '{n} pliki'],
    ['ja', 1, '{n} 個のファイル'],
  ];
  for (const [language, n, wanted] of samples) {
    const { files } = languages[language];
    const form = new Intl.PluralRules(language).select(n);
    const forms: Readonly<Partial<Record<PluralForm, string>>> = typeof files === 'string' ? {} : files;
    // Sound: none of these languages has the forms `zero` and `two`.
    assert.equal(typeof files === 'string' ? files : forms[form as PluralForm], wanted, `${language} ${n}`);
  }
});
