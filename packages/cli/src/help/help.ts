import type { Command, CommandGroup, Flag } from '../core/command.ts';
import { globalFlags } from '../core/global-flags.ts';

const widthChars = 80;

/** The help of one command: one sentence, examples first, then flags; at most 80 columns. */
export function commandHelp(command: Command, flags: readonly Flag[]): string {
  const name = command.path.join(' ');
  const usage = ['tidegate', name, ...command.arguments.map(argumentUsage), '[flags]'].join(' ');
  const lines = [command.summary, '', `  ${usage}`, ''];
  const lineWidth = Math.max(...command.examples.map(([line]) => line.length), 0);
  for (const [line, text] of command.examples) {
    const padded = `  ${line.padEnd(lineWidth)}  ${text}`.trimEnd();
    if (padded.length <= widthChars) lines.push(padded);
    else lines.push(`  ${line}`, `      ${text}`);
  }
  if (command.arguments.length > 0) {
    lines.push('', ...definitionLines(command.arguments.map((one) => [one.name, one.text])));
  }
  const shown = flags.filter((flag) => !flag.hidden);
  if (shown.length > 0) lines.push('', 'Flags', ...definitionLines(shown.map(flagDefinition)));
  for (const group of command.flagGroups ?? []) {
    const shown = group.flags.filter((flag) => flag.hidden !== true);
    const names = shown.map((flag) => `--${flag.name}`).join(' ');
    lines.push('', `${group.title} (tidegate help ${group.topic})`, ...wrap(names, '  ', '  '));
  }
  if (command.notes !== undefined) lines.push('', ...command.notes.flatMap((note) => wrap(note, '', '')));
  const shared = globalFlags.map((flag) => `--${flag.name}`).join(' ');
  lines.push('', 'Everywhere (tidegate help flags)', ...wrap(shared, '  ', '  '));
  return `${lines.join('\n')}\n`;
}

/** All commands with their sentence, under what one looks for. */
export function overview(groups: readonly CommandGroup[], topics: readonly string[]): string {
  const width = Math.max(...groups.flatMap(({ commands }) => commands.map(({ path }) => path.join(' ').length)));
  const lines = [
    'Tidegate: S3 presigned URLs you can limit, track, explain and revoke.',
    '',
    '  tidegate serve ./data                     start a server',
    '  tidegate presign reports/q3.pdf           a link to download, 15 minutes',
    "  tidegate explain 'https://…'              why a link works or fails",
    ...groups.flatMap(({ title, commands }) => ['', title, ...commandLines(commands, width)]),
    '',
    'tidegate COMMAND --help',
    `tidegate help ${topics.join('|')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The commands that begin with one word. */
export function nounHelp(noun: string, commands: readonly Command[]): string {
  return `${[...commandLines(commands), '', `tidegate ${noun} COMMAND --help`].join('\n')}\n`;
}

function commandLines(commands: readonly Command[], width = 0): string[] {
  return definitionLines(
    commands.map((command) => [command.path.join(' '), firstSentence(command.summary)]),
    width,
  );
}

function firstSentence(text: string): string {
  return text.split(/\.(?: |$)/, 1)[0] ?? text;
}

/** Names and texts in two columns, texts wrapped. `width`: of the names, at least. */
export function definitionLines(entries: readonly (readonly [name: string, text: string])[], width = 0): string[] {
  const column = Math.min(28, Math.max(width, ...entries.map(([name]) => name.length)));
  return entries.flatMap(([name, text]) => {
    const indent = ' '.repeat(column + 4);
    if (name.length > column) return [`  ${name}`, ...wrap(text, indent, indent)];
    return wrap(text, `  ${name.padEnd(column)}  `, indent);
  });
}

/** A flag as help shows it: how it is written, what it does. */
export function flagDefinition(flag: Flag): readonly [name: string, text: string] {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const value = flag.value === undefined ? '' : flag.valueOptional ? `[=${flag.value}]` : ` ${flag.value}`;
  const choices = flag.choices === undefined ? '' : `: ${flag.choices.join(', ')}`;
  const repeat = flag.repeatable ? '; repeatable' : '';
  const fallback = flag.defaultText === undefined || flag.defaultText === '' ? '' : ` (${flag.defaultText})`;
  return [`${short}--${flag.name}${value}`, `${flag.text}${choices}${repeat}${fallback}`];
}

function argumentUsage(argument: Command['arguments'][number]): string {
  const name = argument.repeatable ? `${argument.name}…` : argument.name;
  return argument.presence === 'required' ? name : `[${name}]`;
}

/** Breaks at blanks, so that no line passes 80 columns. */
function wrap(text: string, first: string, next: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > widthChars) {
      lines.push(line);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
