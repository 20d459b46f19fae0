import { printable } from './style.ts';

/** One column. `plain` is what goes into a pipe; `shown` what people see. */
export type Column = {
  readonly name: string;
  readonly align?: 'right';
  /** May be cut when the terminal is narrow. One column of a table has it. */
  readonly cut?: true;
};

/** One cell: a text, or one for people and one for pipes. */
export type Cell = string | { readonly shown: string; readonly plain: string };

/** A table for a pipe: TAB between cells, no header, absolute values. Control characters are escaped, so a line is a row. */
export function tabLines(rows: readonly (readonly Cell[])[]): string[] {
  return rows.map((row) => row.map((cell) => printable(typeof cell === 'string' ? cell : cell.plain)).join('\t'));
}

/** A table for a terminal: header, aligned, two blanks between columns, the column that may be cut is cut to the width. */
export function alignedLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  widthChars: number,
): string[] {
  const shown = rows.map((row) => row.map((cell) => printable(typeof cell === 'string' ? cell : cell.shown)));
  const lines = [columns.map((column) => column.name), ...shown];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => displayWidth(line[at] ?? ''))));
  const total = widths.reduce((sum, width) => sum + width, 0) + 2 * (columns.length - 1);
  const cutAt = columns.findIndex((column) => column.cut);
  if (cutAt !== -1 && total > widthChars) {
    widths[cutAt] = Math.max(8, (widths[cutAt] ?? 0) - (total - widthChars));
  }
  return lines.map((line) =>
    line
      .map((text, at) => {
        const width = widths[at] ?? 0;
        const cell = at === cutAt ? cutMiddle(text, width) : text;
        const blanks = ' '.repeat(Math.max(0, width - displayWidth(cell)));
        return columns[at]?.align === 'right' ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Keeps both ends, since keys differ at either: `reports/…/q3.pdf`. */
function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = Array.from(text);
  const room = width - 1;
  const head = fitting(characters, Math.ceil(room / 2));
  const tail = fitting(characters.toReversed(), Math.floor(room / 2)).toReversed();
  return `${head.join('')}…${tail.join('')}`;
}

function fitting(characters: readonly string[], width: number): string[] {
  const fitted: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += displayWidth(character);
    if (used > width) break;
    fitted.push(character);
  }
  return fitted;
}

// Scripts and pictures that terminals draw two cells wide (Unicode East Asian Width W and F, and emoji).
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** How many cells of a terminal the text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\u200d/u.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}
