import type { Output } from './output.ts';
import { printable } from './style.ts';

/** One thing that `doctor` looked at. */
export type Check = {
  readonly outcome: 'holds' | 'warning' | 'fault';
  readonly text: string;
  /** What to do, lines that can be pasted. */
  readonly fix?: readonly string[] | undefined;
  readonly reason?: string | undefined;
};

/** Prints one check: a mark, what was seen, what to do. */
export function printCheck({ outcome, text, fix, reason }: Check, output: Output): void {
  const { paint } = output;
  const mark = { holds: paint.good('✓'), warning: paint.warn('!'), fault: paint.bad('✗') }[outcome];
  output.answer(`${mark} ${printable(text)}${reason === undefined ? '' : `  ${reason}`}`);
  for (const line of fix ?? []) output.answer(`    ${printable(line)}`);
}

/** `1 fault, 1 warning`, or that there is none. */
export function summary(checks: readonly Check[]): string {
  const faults = checks.filter((check) => check.outcome === 'fault').length;
  const warnings = checks.filter((check) => check.outcome === 'warning').length;
  if (faults + warnings === 0) return 'No fault found.';
  const counted = [
    [faults, 'fault'],
    [warnings, 'warning'],
  ] as const;
  return counted
    .filter(([count]) => count > 0)
    .map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`)
    .join(', ');
}
