import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stderr } from './stderr.ts';

/** Writes that take so many bytes each, then fail with a code. */
function openFd() {
  const fd = { text: '', takes: [] as (number | string)[] };
  const write = (_: number, data: string | NodeJS.ArrayBufferView, offset?: number | null): number => {
    const bytes = Buffer.from(data instanceof Uint8Array ? data : '').subarray(offset ?? 0);
    const next = fd.takes.shift() ?? bytes.byteLength;
    if (typeof next === 'string') throw Object.assign(new Error(next), { code: next });
    fd.text += bytes.subarray(0, next).toString();
    return Math.min(next, bytes.byteLength);
  };
  return { fd, stderr: new Stderr({ fd: 2 }, write) };
}

test('REL-21 the rest of a line that a full pipe cut is written before the next line', () => {
  const { fd, stderr } = openFd();
  fd.takes = [3, 'EAGAIN', 'EAGAIN'];
  stderr.write('first\n');
  assert.throws(() => stderr.write('refused\n'), { code: 'EAGAIN' });
  stderr.write('next\n');
  assert.equal(fd.text, 'first\nnext\n');
});

test('REL-21 a line that a full disk cut does not run into the next one', () => {
  const { fd, stderr } = openFd();
  fd.takes = [3, 'ENOSPC', 'ENOSPC'];
  assert.throws(() => stderr.write('first\n'), { code: 'ENOSPC' });
  assert.throws(() => stderr.write('refused\n'), { code: 'ENOSPC' });
  stderr.write('next\n');
  stderr.write('last\n');
  assert.equal(fd.text, 'fir\nnext\nlast\n');
});
