import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openerOf } from './open-browser.ts';

test('a browser is opened where there is a desktop, and nowhere else', () => {
  assert.deepEqual(openerOf('darwin', {}), ['open']);
  assert.deepEqual(openerOf('linux', { DISPLAY: ':0' }), ['xdg-open']);
  assert.deepEqual(openerOf('linux', { WAYLAND_DISPLAY: 'wayland-0' }), ['xdg-open']);
  assert.equal(openerOf('linux', {}), undefined);
});
