import { createHash } from 'node:crypto';

/** The colours that an operator's accent takes the place of, in both themes. */
export type AccentColors = {
  readonly light: { readonly accent: string; readonly on: string; readonly tint: string; readonly wave: string };
  readonly dark: { readonly accent: string; readonly on: string; readonly tint: string; readonly wave: string };
};

/** What the pages of one server have in common: whose they are. */
export type PageTheme = {
  /** Of who runs the server; empty: not said. */
  readonly name: string;
  /** Whether pages say what they were sent with. */
  readonly footer: boolean;
  /** A sheet after the pages' own; empty: none. */
  readonly style: string;
  /** Of `style`, as a policy names it; empty: none. */
  readonly styleHash: string;
};

/** The look that settings ask for. */
export function createPageTheme(brand: {
  readonly name: string;
  readonly footer: boolean;
  readonly accent: AccentColors | undefined;
}): PageTheme {
  const { name, footer, accent } = brand;
  if (accent === undefined) return { name, footer, style: '', styleHash: '' };
  const style = `${rootOf(accent.light)}@media screen and (prefers-color-scheme:dark){${rootOf(accent.dark)}}`;
  return { name, footer, style, styleHash: hashOf(style) };
}

/** The source of a style or script as a policy names it. */
export function hashOf(code: string): string {
  return `'sha256-${createHash('sha256').update(code).digest('base64')}'`;
}

function rootOf({ accent, on, tint, wave }: AccentColors['light']): string {
  return `:root{--accent:${accent};--on:${on};--tint:${tint};--wave:${wave}}`;
}
