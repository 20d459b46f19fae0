import { withoutBidiControls } from '@tidegate/presign/internal';

/** Longest name of a file that is taken, in bytes of UTF-8. */
const maxNameBytes = 255;

/**
 * SHR-21: the name that a sender gives a file, reduced to its last part: no path leads anywhere. undefined: it is none.
 */
export function cleanFileName(given: string): string | undefined {
  const name = withoutBidiControls(given.split(/[/\\]/).at(-1) ?? '')
    .normalize('NFC')
    .trim();
  if (name === '' || name === '.' || name === '..' || Buffer.byteLength(name) > maxNameBytes) return undefined;
  for (const character of name)
    if (character < ' ' || character === '\x7f' || character === '\u{FFFD}') return undefined;
  return name.isWellFormed() ? name : undefined;
}

/** The n-th name beside one that is taken: `offer (2).pdf`. */
export function numberedName(name: string, n: number): string {
  if (n < 2) return name;
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? `${name} (${n})` : `${name.slice(0, dot)} (${n})${name.slice(dot)}`;
}
