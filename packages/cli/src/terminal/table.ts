import type { Output } from './output.ts';
import { printable } from './style.ts';

/** One column. `plain` is what goes into a pipe; `shown` what people see. */
export type Column = {
  readonly name: string;
  readonly align?: 'right';
  /** How it is cut when the terminal is narrow; absent: never. */
  readonly cut?: Cut;
};

/** `start`: keys and paths differ at their end. `end`: text for people. The column with the lowest `order` is cut first. */
export type Cut = { readonly at: 'start' | 'end'; readonly order: number; readonly leastChars: number };

/** A column with keys or paths. */
export const pathCut: Cut = { at: 'start', order: 2, leastChars: 12 };
/** A column with labels, notes or other text, which is cut before any key. */
export const textCut: Cut = { at: 'end', order: 1, leastChars: 8 };

/** One cell: a text, or one for people and one for pipes. */
export type Cell = string | { readonly shown: string; readonly plain: string };

/** Shows a table: aligned on a terminal, TAB-separated in a pipe. */
export function showTable(
  output: Pick<Output, 'answer' | 'isForPeople' | 'paint' | 'widthChars'>,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): void {
  if (!output.isForPeople) {
    for (const line of tabLines(rows)) output.answer(line);
    return;
  }
  if (rows.length === 0) return;
  const [header, ...lines] = alignedLines(columns, rows, output.widthChars);
  output.answer(output.paint.strong(header ?? ''));
  for (const line of lines) output.answer(line);
}

/** A table for a pipe: TAB between cells, no header, absolute values. Control characters are escaped, so a line is a row. */
export function tabLines(rows: readonly (readonly Cell[])[]): string[] {
  return rows.map((row) => row.map((cell) => printable(typeof cell === 'string' ? cell : cell.plain)).join('\t'));
}

/** A table for a terminal: header, aligned, two blanks between columns; columns that may be cut are cut until it fits the width. */
export function alignedLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  widthChars: number,
): string[] {
  const shown = rows.map((row) => row.map((cell) => printable(typeof cell === 'string' ? cell : cell.shown)));
  const lines = [columns.map((column) => column.name), ...shown];
  const widths = widthsOf(columns, lines, widthChars);
  return lines.map((line) =>
    line
      .map((text, at) => {
        const width = widths[at] ?? 0;
        const { cut, align } = columns[at] ?? {};
        const cell = cut === undefined ? text : cutText(text, width, cut);
        const blanks = ' '.repeat(Math.max(0, width - displayWidth(cell)));
        return align === 'right' ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd(),
  );
}

function widthsOf(columns: readonly Column[], lines: readonly (readonly string[])[], widthChars: number): number[] {
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => displayWidth(line[at] ?? ''))));
  let excess = widths.reduce((sum, width) => sum + width, 2 * (columns.length - 1)) - widthChars;
  const cuts = columns.flatMap(({ cut }, at) => (cut === undefined ? [] : [{ cut, at }]));
  for (const { cut, at } of cuts.sort((one, other) => one.cut.order - other.cut.order)) {
    const width = widths[at] ?? 0;
    const removed = Math.min(Math.max(0, excess), Math.max(0, width - cut.leastChars));
    widths[at] = width - removed;
    excess -= removed;
  }
  return widths;
}

/** A text cut to a width. At its start a leading word stays (`GET …/q3.pdf`), and whole segments of a path go if that is enough. */
function cutText(text: string, width: number, { at }: Cut): string {
  if (displayWidth(text) <= width) return text;
  if (at === 'end') return `${fitting(Array.from(text), width - 1).join('')}…`;
  const word = /^[A-Z]+ /.exec(text)?.[0] ?? '';
  const room = width - displayWidth(word) - 1;
  const tail = fitting(Array.from(text.slice(word.length)).toReversed(), room)
    .toReversed()
    .join('');
  const slash = tail.indexOf('/');
  const isNear = slash > 0 && slash < tail.length / 2;
  return `${word}…${isNear ? tail.slice(slash) : tail}`;
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
