import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { paintFor, printable } from './style.ts';

const terminal = Object.assign(new PassThrough(), { isTTY: true });
const pipe = new PassThrough();

for (const [name, screen, env, noColor, isPainted] of [
  ['a terminal', terminal, {}, false, true],
  ['a pipe', pipe, {}, false, false],
  ['a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false, false],
  ['a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, false, true],
  ['a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, false, true],
  ['a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false, false],
  ['NO_COLOR and FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, false, false],
  ['a terminal with --no-color', terminal, { FORCE_COLOR: '1' }, true, false],
] as const) {
  test(`${name} has ${isPainted ? '' : 'no '}colours`, () => {
    assert.equal(paintFor(screen, env, noColor).bad('x') !== 'x', isPainted);
  });
}

test('controls and direction marks are shown, everything else stays', () => {
  assert.equal(printable('a\u001b[2J\u0085\u202eä🌊'), 'a\\x1b[2J\\x85\\u202eä🌊');
});
