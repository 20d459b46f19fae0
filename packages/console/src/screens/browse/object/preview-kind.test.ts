import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewKind } from './preview-kind.ts';

const cases: readonly (readonly [type: string, kind: ReturnType<typeof previewKind>])[] = [
  ['image/png', 'picture'],
  ['IMAGE/JPEG; q=1', 'picture'],
  ['image/svg+xml', 'drawing'],
  ['image/svg+xml; charset=utf-8', 'drawing'],
  ['video/mp4', 'film'],
  ['audio/mpeg', 'sound'],
  ['text/html', 'text'],
  ['text/xml', 'text'],
  ['application/xhtml+xml', 'text'],
  ['application/json', 'text'],
  ['application/pdf', 'pdf'],
  ['application/octet-stream', undefined],
  ['', undefined],
  ['image/png,text/html', undefined],
  ['text/html<script>', undefined],
  ['multipart/x-mixed-replace', undefined],
];
for (const [type, kind] of cases) {
  test(`SEC-503 an object of type "${type}" is shown as ${kind ?? 'nothing but a download'}`, () => {
    assert.equal(previewKind(type), kind);
  });
}
