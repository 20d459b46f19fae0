/** Keys that break clients, proxies and servers in the field, each with what is hard about it. */
export const hostileKeys: readonly (readonly [about: string, key: string])[] = [
  ['a space', 'annual report 2026.pdf'],
  ['a plus sign', 'a+b+c.txt'],
  ['a percent sign', '100%/50%25.txt'],
  ['two slashes', 'a//b.txt'],
  ['a dot segment', 'a/./b/../c.txt'],
  ['a leading slash', '/leading.txt'],
  ['emoji', 'smile 😀 🏳️‍🌈.txt'],
  ['an accent, composed', 'caf\u00e9.txt'],
  ['an accent, decomposed', 'cafe\u0301.txt'],
  ['query characters', 'what?is&this=1;ok.txt'],
  ['quotes and brackets', 'it\'s "q" (1) [2] {3} <4>.txt'],
  ['sub-delimiters', "!*'()$,:@~.txt"],
  ['a hash', 'no#fragment.txt'],
  ['a trailing slash', 'folder/'],
  ['1,024 bytes', 'k'.repeat(1024)],
];
