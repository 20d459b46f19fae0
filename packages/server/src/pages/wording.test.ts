import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOf } from './type-name.ts';
import { Wording } from './wording.ts';

/** A size as it is, and as a bound. */
const sizes: readonly (readonly [language: string, bytes: number, size: string, bound: string])[] = [
  ['en', 0, '0 B', '0 B'],
  ['en', 1023, '1,023 B', '1,023 B'],
  ['en', 1024, '1.0 KiB', '1 KiB'],
  ['en', 1536, '1.5 KiB', '1.5 KiB'],
  ['de', 2 ** 31, '2,0 GiB', '2 GiB'],
  ['fr', 2.5 * 2 ** 30, '2,5 Gio', '2,5 Gio'],
  ['en', 5 * 2 ** 40, '5.0 TiB', '5 TiB'],
  ['en', 2 ** 40 - 1, '1.0 TiB', '1 TiB'],
  ['ja', 300 * 2 ** 20, '300 MiB', '300 MiB'],
];
for (const [language, bytes, size, bound] of sizes) {
  test(`SHR-16 in ${language} ${bytes} bytes are ${size}, and a bound of ${bound}`, () => {
    const words = new Wording(language);
    assert.equal(words.size(bytes).replace('\u00a0', ' '), size);
    assert.equal(words.bound(bytes).replace('\u00a0', ' '), bound);
  });
}

test('SHR-16 a list of kinds has a blank where Chinese or Japanese meets Latin, and none elsewhere', () => {
  const said: Readonly<Record<string, string>> = {
    en: 'Only PDF and images.',
    de: 'Nur PDF und Bilder.',
    ja: 'PDF、画像のみ。',
    zh: '仅限 PDF 和图片。',
  };
  for (const [language, sentence] of Object.entries(said)) {
    const words = new Wording(language);
    const { onlyTypes, kinds } = words.texts;
    assert.equal(words.listed(onlyTypes, ['PDF', kinds.image]), sentence);
  }
  assert.equal(new Wording('ja').listed('{types}のみ。', ['画像', 'PDF']), '画像、PDF のみ。');
  assert.equal(new Wording('zh').listed('仅限{types}。', ['图片']), '仅限图片。');
});

test('SHR-7 the kind of a file is told in a word that people know, or not at all', () => {
  const kinds: readonly (readonly [name: string, type: string, kind: string | undefined])[] = [
    ['q3.pdf', 'application/octet-stream', 'PDF'],
    ['archive.tar.gz', 'application/gzip', 'GZ'],
    ['main.c', 'text/x-c', 'C'],
    ['README', 'application/octet-stream', undefined],
    ['README', 'text/plain; charset=utf-8', 'TXT'],
    ['Minutes 24.11.2026', 'application/pdf', 'PDF'],
    ['film', 'video/mp4', 'MP4'],
    ['letter', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'Word'],
    ['thing', 'constructor', undefined],
  ];
  for (const [name, type, kind] of kinds) assert.equal(kindOf(name, type), kind, `${name} ${type}`);
});
