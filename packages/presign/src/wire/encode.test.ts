import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSeed } from '../../../../test/seed.ts';
import { percentDecode, uriEncode, uriEncodePath, utf8Length } from './encode.ts';

for (const [text, encoded] of [
  ['', ''],
  ['AZaz09-._~', 'AZaz09-._~'],
  ['a b', 'a%20b'],
  ['a+b', 'a%2Bb'],
  ['/', '%2F'],
  ["!'()*", '%21%27%28%29%2A'],
  ['ä', '%C3%A4'],
  ['😀', '%F0%9F%98%80'],
  ['%2f', '%252f'],
  ['\u0000\n', '%00%0A'],
  ['=&?#;', '%3D%26%3F%23%3B'],
] as const) {
  test(`SIG-13 ${JSON.stringify(text)} is encoded as ${encoded}`, () => {
    assert.equal(uriEncode(text), encoded);
  });
}

for (const [key, encoded] of [
  ['a/b//c', 'a/b//c'],
  ['/a b/', '/a%20b/'],
  ['../x/./y', '../x/./y'],
  ['a%2Fb', 'a%252Fb'],
  ['50%/ü', '50%25/%C3%BC'],
] as const) {
  test(`SIG-11 the path ${JSON.stringify(key)} is encoded as ${encoded}`, () => {
    assert.equal(uriEncodePath(key), encoded);
  });
}

for (const [raw, text] of [
  ['a%20b', 'a b'],
  ['%252F', '%2F'],
  ['%c3%a9', 'é'],
  ['\u00c3\u00a9', 'é'],
  ['a+b', 'a+b'],
  ['%2F', '/'],
  ['%00', '\u0000'],
] as const) {
  test(`SIG-6 ${JSON.stringify(raw)} is decoded once to ${JSON.stringify(text)}`, () => {
    assert.equal(percentDecode(raw), text);
  });
}

for (const raw of ['%', '%2', '%zz', '%ff', '%c3', '%C0%AF', '%ED%A0%80', '\u00e9', 'a\u00ff', '%F8%88%80%80%80']) {
  test(`SIG-7 ${JSON.stringify(raw)} is no proper text`, () => {
    assert.equal(percentDecode(raw), undefined);
  });
}

test('SIG-13 encoding then decoding gives the text back, and every byte but the unreserved ones is an escape', () => {
  let state = readSeed();
  for (let round = 0; round < 2000; round++) {
    const points: number[] = [];
    for (let at = 0; at < round % 40; at++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const point = (state >>> 4) % (round % 3 ? 0x250 : 0x110000);
      points.push(point >= 0xd800 && point < 0xe000 ? 0x41 : point);
    }
    const text = String.fromCodePoint(...points);
    const encoded = uriEncode(text);
    assert.match(encoded, /^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
    assert.equal(percentDecode(encoded), text);
    assert.equal(percentDecode(uriEncodePath(text)), text);
    assert.equal(utf8Length(text), Buffer.byteLength(text));
  }
});

test('SIG-7 the length of a key is counted in bytes of UTF-8', () => {
  for (const text of ['', 'a', 'é', '€', '😀', 'a😀é', '\ud800', '\udc00\ud800'])
    assert.equal(utf8Length(text), Buffer.byteLength(text));
});
