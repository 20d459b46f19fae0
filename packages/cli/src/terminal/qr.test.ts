import assert from 'node:assert/strict';
import { test } from 'node:test';
import { qrLines } from './qr.ts';

const url = 'https://files.example.com/s/4Zk9QmT2xVb7LrW1cHs8Yp';

test('a QR code is a square of half blocks, with the three marks that readers look for', () => {
  const lines = qrLines(url, 80, false);
  const modules = lines.flatMap((line) => [
    [...line.padEnd(lines.length * 2)].map((block) => block === '█' || block === '▀'),
    [...line.padEnd(lines.length * 2)].map((block) => block === '█' || block === '▄'),
  ]);
  // A dark frame of seven, a light one of five, a dark core of three; printed blocks are light.
  const isMark = (top: number, left: number): boolean =>
    [0, 1, 2, 3, 4, 5, 6].every((row) =>
      [0, 1, 2, 3, 4, 5, 6].every((column) => {
        const ring = Math.min(row, column, 6 - row, 6 - column);
        return modules[top + row]?.[left + column] === (ring === 1);
      }),
    );
  const size = Math.max(...lines.map((line) => line.length));
  assert.ok(isMark(1, 1) && isMark(1, size - 8) && isMark(size - 8, 1));
});

test('--qr=invert prints the other modules', () => {
  const [one] = qrLines(url, 80, false);
  const [other] = qrLines(url, 80, true);
  assert.notEqual(one, other);
});

test('a QR code is refused in a narrow window, and for a URL that phones cannot read', () => {
  assert.throws(() => qrLines(url, 39, false), /Window too narrow for the QR code/);
  assert.throws(() => qrLines(`${url}?${'x'.repeat(300)}`, 200, false), /too long for a QR code/);
});
