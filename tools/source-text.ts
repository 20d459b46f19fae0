/** One string or template piece without its quotes, where it starts in the source (the quote's offset), and its 1-based line. */
export type SourceString = { readonly start: number; readonly line: number; readonly text: string };

/** A source, split so that searches in code do not match comments and strings. */
export type SourceText = {
  /** The source with comments, strings, templates and regular expressions blanked; offsets and lines are unchanged. */
  readonly code: string;
  /** The source with code blanked: only comments are left. */
  readonly comments: string;
  readonly strings: readonly SourceString[];
};

/** One import of another module. `isType` is true when nothing of it is left at run time. */
export type SourceImport = { readonly specifier: string; readonly line: number; readonly isType: boolean };

// After one of these a `/` begins a regular expression; after an operand it divides.
const wordsBeforeRegExp = /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|do|else|yield|await)$/;

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** Splits a TypeScript source into code, comments and strings. Knows nested templates and regular expressions; not JSX. */
export function readSource(source: string): SourceText {
  const reader = new Reader(source);
  reader.readCode('end');
  return { code: reader.code.join(''), comments: reader.comments.join(''), strings: reader.strings };
}

class Reader {
  readonly code: string[];
  readonly comments: string[];
  readonly strings: SourceString[] = [];
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.code = [...blank(source)];
    this.comments = [...blank(source)];
  }

  /** Reads code to the end of the source, or to the `}` that closes a template's `${`. */
  readCode(until: 'end' | 'brace'): void {
    let depth = 0;
    while (this.#at < this.#source.length) {
      const two = this.#source.slice(this.#at, this.#at + 2);
      const one = two.charAt(0);
      if (two === '//') this.#keep(this.comments, this.#find('\n', this.#at));
      else if (two === '/*') this.#keep(this.comments, this.#find('*/', this.#at + 2) + 2);
      else if (one === "'" || one === '"') this.#readString(one);
      else if (one === '`') this.#readTemplate();
      else if (one === '/' && this.#isRegExpNext()) this.#skipRegExp();
      else {
        if (one === '{') depth += 1;
        if (one === '}') depth -= 1;
        this.#keep(this.code, this.#at + 1);
        if (until === 'brace' && depth < 0) return;
      }
    }
  }

  #keep(into: string[], end: number): void {
    const stop = Math.min(end, this.#source.length);
    for (; this.#at < stop; this.#at += 1) into[this.#at] = this.#source.charAt(this.#at);
  }

  #find(text: string, from: number): number {
    const found = this.#source.indexOf(text, from);
    return found === -1 ? this.#source.length : found;
  }

  #readString(quote: string): void {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#source.length && this.#source[end] !== quote && this.#source[end] !== '\n') {
      end += this.#source[end] === '\\' ? 2 : 1;
    }
    this.#note(start, this.#source.slice(start + 1, end));
    this.code[start] = quote;
    if (end < this.#source.length) this.code[end] = quote;
    this.#at = end + 1;
  }

  #readTemplate(): void {
    const start = this.#at;
    this.code[start] = '`';
    let text = '';
    this.#at += 1;
    while (this.#at < this.#source.length) {
      const one = this.#source.charAt(this.#at);
      if (one === '`') break;
      if (one === '\\') {
        text += this.#source.slice(this.#at, this.#at + 2);
        this.#at += 2;
      } else if (this.#source.startsWith('${', this.#at)) {
        this.#at += 2;
        const from = this.#at;
        this.readCode('brace');
        text += `\${${this.#source.slice(from, this.#at)}`;
      } else {
        text += one;
        this.#at += 1;
      }
    }
    this.#note(start, text);
    if (this.#at < this.#source.length) this.code[this.#at] = '`';
    this.#at += 1;
  }

  #note(start: number, text: string): void {
    this.strings.push({ start, line: lineAt(this.#source, start), text });
  }

  #isRegExpNext(): boolean {
    let back = this.#at - 1;
    while (back >= 0 && /\s/.test(this.#source.charAt(back))) back -= 1;
    if (back < 0) return true;
    // A comment is blank in `code`; what precedes it decides.
    if (this.code[back] !== this.#source[back] && !/["'`/]/.test(this.#source.charAt(back))) return true;
    const before = this.code.slice(Math.max(0, back - 11), back + 1).join('');
    if (wordsBeforeRegExp.test(before)) return true;
    return !/[\w$)\]}'"`]$/.test(before);
  }

  #skipRegExp(): void {
    let isClass = false;
    let end = this.#at + 1;
    for (; end < this.#source.length && this.#source[end] !== '\n'; end += 1) {
      const one = this.#source[end];
      if (one === '\\') end += 1;
      else if (one === '[') isClass = true;
      else if (one === ']') isClass = false;
      else if (one === '/' && !isClass) break;
    }
    // A stand-in operand, so that a `/` after the expression divides again.
    this.code[this.#at] = '0';
    this.#at = end + 1;
    while (/[a-z]/.test(this.#source.charAt(this.#at))) this.#at += 1;
  }
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

const importForms: readonly { readonly pattern: RegExp; readonly isType: (match: string) => boolean }[] = [
  // import a from '…', import { a } from '…', import type …, export * from '…', export { a } from '…'
  { pattern: /\b(?:import|export)\b[^;'"`()=]*?\bfrom\s*(?=['"])/g, isType: isTypeClause },
  // import '…'
  { pattern: /\bimport\s*(?=['"])/g, isType: () => false },
  // import('…'), also as a type; require('…'), import.meta.resolve('…')
  { pattern: /\b(?:import|require|import\.meta\.resolve)\s*\(\s*(?=['"`])/g, isType: () => false },
];

/** `import type …`, or a list whose every name is marked `type`. */
function isTypeClause(clause: string): boolean {
  if (/^(?:import|export)\s+type\b(?!\s*(?:,|from\b))/.test(clause)) return true;
  const list = clause.match(/^(?:import|export)\s*\{([^}]*)\}/)?.[1];
  if (list === undefined) return false;
  const names = list.split(',').filter((name) => name.trim() !== '');
  return names.length > 0 && names.every((name) => /^\s*type\s+/.test(name));
}

/** Every module that a source names: static, re-exported, for side effects, dynamic with a literal, and in types. */
export function listImports(source: SourceText): SourceImport[] {
  const byStart = new Map(source.strings.map((string) => [string.start, string]));
  const found = new Map<number, SourceImport>();
  for (const { pattern, isType } of importForms) {
    for (const match of source.code.matchAll(pattern)) {
      const string = byStart.get(match.index + match[0].length);
      if (string === undefined) continue;
      found.set(string.start, { specifier: string.text, line: string.line, isType: isType(match[0]) });
    }
  }
  return [...found.entries()].sort(([one], [other]) => one - other).map(([, entry]) => entry);
}
