import qrcode from 'qrcode-generator';
import { CliError, exitCodes, wrongUse } from '../core/errors.ts';

/** Light modules around the code, so that readers find its edge. */
const quietModules = 1;
const longestText = 300;
const narrowestTerminal = 40;

/**
 * A QR code of half blocks, two rows a line. `dark`: the terminal is dark, and light modules are what is printed.
 * @throws CliError for a text that phones read badly, and for a window that is too narrow
 */
export function qrLines(text: string, columns: number, isInverted: boolean): string[] {
  if (text.length > longestText) {
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: 'This URL is too long for a QR code that phones can read. Share it instead.',
      fix: 'tidegate share create TARGET --qr',
    });
  }
  // Type 0: the smallest that fits. Level M bears 15 % of damage.
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const size = code.getModuleCount() + 2 * quietModules;
  if (columns < Math.max(narrowestTerminal, size)) {
    throw wrongUse(`Window too narrow for the QR code (needs ${Math.max(narrowestTerminal, size)} columns).`);
  }
  // A light module is printed on a dark terminal; `--qr=invert` turns it round for a light one.
  const isPrinted = (row: number, column: number): boolean =>
    isLight(code, row - quietModules, column - quietModules) !== isInverted;
  const lines: string[] = [];
  for (let row = 0; row < size; row += 2) {
    let line = '';
    for (let column = 0; column < size; column += 1) {
      const upper = isPrinted(row, column);
      const lower = row + 1 < size ? isPrinted(row + 1, column) : false;
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

function isLight(code: ReturnType<typeof qrcode>, row: number, column: number): boolean {
  const count = code.getModuleCount();
  if (row < 0 || column < 0 || row >= count || column >= count) return true;
  return !code.isDark(row, column);
}
