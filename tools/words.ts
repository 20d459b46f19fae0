import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { listFiles, readText } from './repository.ts';
import { lineAt, readSource } from './source-text.ts';
import { forbiddenNames, forbiddenPhrases } from './words-table.ts';

/** One phrase or name that the glossary forbids, and the words to use. */
export type WordFault = { readonly path: string; readonly line: number; readonly phrase: string; readonly use: string };

/**
 * Accepted faults: those of a file, or of a folder (a path that ends in `/`), all of them or one phrase. `atMost` limits
 * their number where a folder is not reworded yet, so that it can only fall.
 */
export type WordException = {
  readonly path: string;
  readonly phrase?: string;
  readonly atMost?: number;
  readonly reason: string;
};

/** What a text splits into; both parts keep the offsets of the source, and what is not theirs is a NUL. */
type SplitText = { readonly prose: string; readonly code: string };

const codeFile = /\.(?:ts|mjs|cjs|js)$/;
const jsxFile = /\.[jt]sx$/;
const proseFile = /\.(?:md|html)$/;
const hashCommentFile = /\.(?:ya?ml|sh|py|toml)$/;

// A sentence may wrap in the middle of a phrase, also inside a comment.
const gap = '(?:[ \\t]|[ \\t]*\\n[ \\t]*(?:(?:\\*|//|#|>)[ \\t]*)?)';
const phrases = forbiddenPhrases.map(([pattern, use]) => ({
  pattern: new RegExp(`\\b(?:${pattern.replaceAll(' ', gap)})`, 'gi'),
  use,
}));

const names = forbiddenNames.map(([pattern, use]) => ({
  pattern: new RegExp(`(?:^|[^a-z0-9])(?:${pattern})(?![a-z0-9])`),
  use,
}));

/** Every forbidden phrase in the prose of a file, and every forbidden name in its code and in its path. */
export function findWordFaults(path: string, text: string): WordFault[] {
  const { prose, code } = splitText(path, text);
  const found: WordFault[] = [];
  for (const { pattern, use } of phrases) {
    for (const match of prose.matchAll(pattern)) {
      const phrase = match[0].replaceAll(/\s+(?:(?:\*|\/\/|#|>)\s*)?/g, ' ');
      found.push({ path, line: lineAt(text, match.index), phrase, use });
    }
  }
  const isCode = codeFile.test(path) || jsxFile.test(path);
  if (isCode) {
    const fileName = path.split('/').at(-1) ?? '';
    const better = judgeName(fileName);
    if (better !== undefined) found.push({ path, line: 1, phrase: fileName, use: better });
    for (const match of code.matchAll(/[A-Za-z_$][\w$]*/g)) {
      const use = judgeName(match[0]);
      if (use !== undefined) found.push({ path, line: lineAt(text, match.index), phrase: match[0], use });
    }
  }
  return found.sort((one, other) => one.line - other.line);
}

/** Faults without an exception, and exceptions that are exceeded or match nothing. */
export function judgeWords(faults: readonly WordFault[], exceptions: readonly WordException[]): string[] {
  const accepted = new Map<WordException, WordFault[]>(exceptions.map((exception) => [exception, []]));
  const open: WordFault[] = [];
  // The longest path first: a row for a file, or for a phrase in it, goes before the row of its folder.
  const closestFirst = [...exceptions].sort((one, other) => rank(other) - rank(one));
  for (const fault of faults) {
    const exception = closestFirst.find((one) => isCovered(fault, one));
    (exception === undefined ? open : (accepted.get(exception) ?? open)).push(fault);
  }
  const lines = open.map(formatFault);
  for (const [{ path, phrase = 'any phrase', atMost = Number.POSITIVE_INFINITY }, covered] of accepted) {
    const exception = `tools/words-exceptions.json: ${path} (${phrase})`;
    if (covered.length === 0) lines.push(`${exception} matches nothing: remove it`);
    if (covered.length > atMost) {
      lines.push(...covered.map(formatFault), `${exception} allows ${atMost}, found ${covered.length}`);
    }
  }
  return lines;
}

function isCovered(fault: WordFault, { path, phrase }: WordException): boolean {
  const isThere = path.endsWith('/') ? fault.path.startsWith(path) : fault.path === path;
  return isThere && (phrase === undefined || phrase.toLowerCase() === fault.phrase.toLowerCase());
}

function rank({ path, phrase }: WordException): number {
  return path.length * 2 + (phrase === undefined ? 0 : 1);
}

function formatFault({ path, line, phrase, use }: WordFault): string {
  return `${path}:${line}: "${phrase}": use "${use}"`;
}

function splitText(path: string, text: string): SplitText {
  if (codeFile.test(path)) {
    const { code } = readSource(text);
    return { prose: keepWhere(text, (at) => code[at] === ' ' || code[at] === '\n'), code };
  }
  // JSX mixes code and text without quotes. Phrases have at least two words, so code does not trip over them.
  if (jsxFile.test(path)) return { prose: text, code: text.replaceAll(/(['"`]).*?\1|\/\*[\s\S]*?\*\/|\/\/.*/g, blank) };
  if (proseFile.test(path)) {
    return { prose: text.replaceAll(/^(```|~~~)[\s\S]*?^\1|`[^`\n]*`|\]\([^)\n]*\)/gm, blank), code: '' };
  }
  if (hashCommentFile.test(path)) return { prose: text.replaceAll(/^[^#\n]*(?=#|$)/gm, blank), code: '' };
  return { prose: '', code: '' };
}

function keepWhere(text: string, isKept: (at: number) => boolean): string {
  return [...Array(text.length).keys()].map((at) => (isKept(at) ? text.charAt(at) : '\0')).join('');
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, '\0');
}

/** What to use instead of a name, if a part of it is forbidden. */
function judgeName(name: string): string | undefined {
  const words = name.replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1-').toLowerCase();
  return names.find(({ pattern }) => pattern.test(words))?.use;
}

function main(): void {
  const exceptions: WordException[] = JSON.parse(
    readFileSync(new URL('./words-exceptions.json', import.meta.url), 'utf8'),
  );
  const checked = listFiles().filter((path) =>
    [codeFile, jsxFile, proseFile, hashCommentFile].some((kind) => kind.test(path)),
  );
  const faults = checked.flatMap((path) => findWordFaults(path, readText(path)));
  const lines = judgeWords(faults, exceptions);
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (lines.length > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
