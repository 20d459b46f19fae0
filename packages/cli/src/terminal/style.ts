import type { Screen, World } from '../core/world.ts';

/** Paints text, or leaves it as it is. Meaning is never in the colour alone. */
export type Paint = {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly strong: (text: string) => string;
};

const plain: Paint = { good: same, bad: same, warn: same, quiet: same, strong: same };

const colours: Paint = {
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  warn: (text) => `\u001b[33m${text}\u001b[39m`,
  quiet: (text) => `\u001b[2m${text}\u001b[22m`,
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
};

/** Colours for one screen: `--no-color` beats NO_COLOR beats FORCE_COLOR beats TERM=dumb beats being a terminal. */
export function paintFor(screen: Screen, env: World['env'], noColor: boolean): Paint {
  if (noColor || (env['NO_COLOR'] ?? '') !== '') return plain;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced === '0' || forced === 'false' ? plain : colours;
  return screen.isTTY === true && env['TERM'] !== 'dumb' ? colours : plain;
}

function same(text: string): string {
  return text;
}

// C0 and C1 controls, DEL, and the marks that turn the direction of text: a name may hold them, a terminal must not obey them.
const unsafe = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text from elsewhere (names, messages of a server) without anything that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
