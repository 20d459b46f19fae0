import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSeed } from '../../../../test/seed.ts';
import { accent } from './accent.ts';

/** WCAG's ratio, written anew. */
function ratio(one: string, other: string): number {
  const light = (hex: string): number => {
    const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
    const [red = 0, green = 0, blue = 0] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const surfaces = { light: ['#ffffff', '#eaf0f0', '#f4f7f7'], dark: ['#111c1e', '#0e1719', '#0b1314'] } as const;
const muted = { light: '#52645f', dark: '#95a9a6' } as const;

test('SHR-17 a color that is too light to be read is refused with its contrast and one that is not', () => {
  const refused = accent.fromText('#f5c400');
  assert.deepEqual(refused, {
    ok: false,
    why: 'dark enough: its contrast is 1.4:1, text needs 4.5:1, as #846a00 has',
  });
  assert.equal(accent.fromText('#846a00').ok, true);
});

for (const text of ['', 'teal', '#0a7', '#0a736c80', '0a736c', '#0a736g', 'rgb(0,0,0)', '#0a736c;}', ' #0a736c']) {
  test(`SHR-17 "${text}" is no color`, () => {
    assert.deepEqual(accent.fromText(text), { ok: false, why: 'a color such as #0a736c' });
  });
}

test('SHR-17 of any accent that is taken, everything that is read on or in it has 4.5:1, in both themes', () => {
  let state = readSeed();
  let taken = 0;
  for (let round = 0; round < 3000; round += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const color = `#${(state >>> 8).toString(16).padStart(6, '0')}`;
    const parsed = accent.fromText(color);
    if (!parsed.ok) {
      const better = /as (#[0-9a-f]{6}) has/.exec(parsed.why)?.[1] ?? '';
      assert.equal(accent.fromText(better).ok, true, `${color} → ${better}`);
      continue;
    }
    taken += 1;
    assert.equal(parsed.value.light.accent, color);
    for (const theme of ['light', 'dark'] as const) {
      const colors = parsed.value[theme];
      for (const surface of surfaces[theme]) assert.ok(ratio(colors.accent, surface) >= 4.5, `${color} on ${surface}`);
      assert.ok(ratio(colors.on, colors.accent) >= 4.5, `${colors.on} on ${colors.accent}`);
      for (const wave of [colors.tint, colors.wave])
        assert.ok(ratio(muted[theme], wave) >= 4.5, `${color}: muted on ${wave}`);
    }
  }
  assert.ok(taken > 100, `${taken} taken`);
});
