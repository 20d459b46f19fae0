import type { Kind, Parsed } from './kinds.ts';

/** The colours that an accent takes the place of in one theme. */
type ThemeColors = { readonly accent: string; readonly on: string; readonly tint: string; readonly wave: string };

/** A colour of an operator, and what pages in each theme make of it. */
export type Accent = { readonly light: ThemeColors; readonly dark: ThemeColors };

type Rgb = readonly [red: number, green: number, blue: number];

/** Contrast ratio that text needs against its background (WCAG 2.2, 1.4.3). */
const enough = 4.5;
/** What the accent stands on, and the muted text that stands on its tint, as the pages have them (page-style.ts). */
const themes = {
  light: { grounds: ['#ffffff', '#eaf0f0', '#f4f7f7'], page: '#f4f7f7', muted: '#52645f' },
  dark: { grounds: ['#111c1e', '#0e1719', '#0b1314'], page: '#0b1314', muted: '#95a9a6' },
} as const;
const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
const form = /^#[0-9a-f]{6}$/i;

/** A colour such as `#0a736c`, dark enough to be read on the light pages; what the dark pages have is made of it. */
export const accent: Kind<Accent> = {
  name: 'color',
  fromText: parseAccent,
  fromToml: (value) =>
    typeof value === 'string' ? parseAccent(value) : { ok: false, why: 'a text in quotes (color, such as "#0a736c")' },
  show: ({ light }) => light.accent,
};

function parseAccent(value: string): Parsed<Accent> {
  if (!form.test(value)) return { ok: false, why: 'a color such as #0a736c' };
  const color = rgbOf(value.toLowerCase());
  const least = leastContrast(color, themes.light.grounds);
  if (least < enough) {
    const nearest = hexOf(until(color, black, (mixed) => leastContrast(mixed, themes.light.grounds) >= enough));
    const ratio = (Math.floor(least * 10) / 10).toFixed(1);
    return { ok: false, why: `dark enough: its contrast is ${ratio}:1, text needs ${enough}:1, as ${nearest} has` };
  }
  const lit = until(color, white, (mixed) => leastContrast(mixed, themes.dark.grounds) >= enough);
  return { ok: true, value: { light: themeOf(color, 'light'), dark: themeOf(lit, 'dark') } };
}

function themeOf(color: Rgb, theme: keyof typeof themes): ThemeColors {
  const { page, muted } = themes[theme];
  const ground = rgbOf(page);
  // The waves behind the page's foot carry its muted words.
  const isQuiet = (mixed: Rgb) => contrast(rgbOf(muted), mixed) >= enough;
  const tint = until(mix(ground, color, 0.12), ground, isQuiet);
  const wave = until(mix(ground, color, 0.06), ground, isQuiet);
  const on = contrast(white, color) >= enough ? white : black;
  return { accent: hexOf(color), on: hexOf(on), tint: hexOf(tint), wave: hexOf(wave) };
}

/** The colour itself, or the first on the way to another that will do. */
function until(color: Rgb, goal: Rgb, willDo: (mixed: Rgb) => boolean): Rgb {
  for (let percent = 0; percent < 100; percent += 1) {
    const mixed = rgbOf(hexOf(mix(color, goal, percent / 100)));
    if (willDo(mixed)) return mixed;
  }
  return goal;
}

function mix(from: Rgb, to: Rgb, part: number): Rgb {
  const between = (at: 0 | 1 | 2): number => from[at] + (to[at] - from[at]) * part;
  return [between(0), between(1), between(2)];
}

function leastContrast(color: Rgb, grounds: readonly string[]): number {
  return Math.min(...grounds.map((ground) => contrast(color, rgbOf(ground))));
}

/** WCAG 2.2, "contrast ratio". */
function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number): number => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function rgbOf(hex: string): Rgb {
  const number = Number.parseInt(hex.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

function hexOf([red, green, blue]: Rgb): string {
  return `#${[red, green, blue].map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
