import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMs } from '../../../../test/cpu-time.ts';
import { fitsMediaRange, isInert, parseMediaType } from './media-type.ts';

const readable: readonly (readonly [string, string])[] = [
  ['text/plain', 'text/plain'],
  ['IMAGE/PNG', 'image/png'],
  [' text/html ; charset=UTF-8', 'text/html'],
  ['text/html;charset="a;b\\"c"', 'text/html'],
  ['text/html;', 'text/html'],
  ['text/html;;a=b ; c=d', 'text/html'],
  ['application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.text'],
  ['image/svg+xml', 'image/svg+xml'],
];
for (const [text, essence] of readable) {
  test(`WIRE-110 ${JSON.stringify(text)} is ${essence}`, () => {
    const media = parseMediaType(text);
    assert.equal(`${media?.type}/${media?.subtype}`, essence);
  });
}

const unreadable = [
  '',
  'text',
  '/',
  'text/',
  '/plain',
  'text/plain/x',
  'te xt/plain',
  'text/pl<ain',
  'image/png;x=<script>',
  'image/png;x',
  'image/png;=x',
  'image/png, text/html',
  'image/png;x="a',
  'image/png;x="a"b',
  'image/png;x="\u0001"',
  'image/png; x = y',
  'a/b'.padEnd(2000, 'c'),
];
for (const text of unreadable) {
  test(`WIRE-110 ${JSON.stringify(text.slice(0, 40))} is no media type`, () =>
    assert.equal(parseMediaType(text), undefined));
}

const fits: readonly (readonly [string | undefined, string, boolean])[] = [
  ['image/png', 'image/*', true],
  ['IMAGE/PNG', 'image/png', true],
  ['image/png; a=b', 'image/png', true],
  ['image/png', 'image/PNG', true],
  ['image/svg+xml', 'image/*', false],
  ['image/SVG+XML', '*/*', false],
  ['image/svg', 'image/*', false],
  ['image/svg+xml', 'image/svg+xml', true],
  ['text/html', 'image/png', false],
  [undefined, 'image/png', false],
  [undefined, '*/*', false],
  ['image/png;x=<script>', 'image/png', false],
  ['video/mp4', '*/*', true],
  ['image/png', 'video/*', false],
  ['image/png', '', false],
];
for (const [type, range, result] of fits) {
  test(`WIRE-111 LNK-26 SEC-214 ${JSON.stringify(type)} ${result ? 'fits' : 'does not fit'} ${JSON.stringify(range)}`, () => {
    assert.equal(fitsMediaRange(type, range), result);
  });
}

const inert = [
  'image/png',
  'IMAGE/JPEG',
  'audio/mpeg',
  'video/mp4',
  'font/woff2',
  'application/pdf',
  'text/plain; charset=utf-8',
  'application/octet-stream',
  'binary/octet-stream',
];
for (const type of inert) test(`WIRE-112 SEC-501 ${type} is inert`, () => assert.equal(isInert(type), true));
const active = [
  undefined,
  '',
  'text/html',
  'image/svg+xml',
  'application/xhtml+xml',
  'text/xml',
  'application/xml',
  'text/css',
  'application/javascript',
  'video/x+xml',
  'image/png;x=<script>',
  'multipart/related',
  'text/plain, text/html',
];
for (const type of active)
  test(`WIRE-112 SEC-501 ${JSON.stringify(type)} is active`, () => assert.equal(isInert(type), false));

test('WIRE-110 SEC-429 a long hostile text takes linear time', () => {
  for (const text of ['a/b;'.repeat(16_384), `a/b;${'a=";'.repeat(16_384)}`, `a/b;${' '.repeat(65_536)}x`]) {
    const parse = () => [text, text.slice(0, 1024)].forEach((part) => void parseMediaType(part));
    assert.ok(cpuMs(parse, 10) < 10);
  }
});
