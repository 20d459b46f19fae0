import type { FileEvent } from './test-events.ts';

/** A test that may be skipped with CI=true. */
export type AllowedSkip = { readonly file: string; readonly name: string; readonly reason: string };

const maxOutputChars = 4_000;

/** One run of one file: what came of its tests, and the words for it. */
export class FileRun {
  readonly path: string;
  passed = 0;
  skipped = 0;
  /** Tests that failed, and the file itself. */
  readonly failures: { readonly title: string; readonly text: string }[] = [];
  readonly #isSkipAllowed: (name: string) => boolean;
  readonly #notes: string[] = [];
  #output = '';
  #seconds: number | undefined;

  constructor(path: string, isSkipAllowed: (name: string) => boolean) {
    this.path = path;
    this.#isSkipAllowed = isSkipAllowed;
  }

  /** @returns whether the file is done: it is reported now, and again if a verdict follows */
  take(event: FileEvent): boolean {
    if (event.kind === 'output') this.#output += event.text;
    else if (event.kind === 'passed') this.passed += 1;
    else if (event.kind === 'failed') this.failures.push(event);
    else if (event.kind === 'skipped') this.#skip(event);
    else if (event.kind === 'ended') this.#seconds = event.seconds;
    else if (event.kind === 'broken') this.failures.push({ title: event.why, text: this.#takeOutput() });
    return event.kind === 'ended' || event.kind === 'broken';
  }

  #skip({ name, why }: { readonly name: string; readonly why: string }): void {
    if (this.#isSkipAllowed(name)) {
      this.skipped += 1;
      this.#notes.push(`– skipped: ${name} (${why})\n`);
    } else {
      this.failures.push({ title: name, text: `skipped (${why}): no test may be skipped with CI=true` });
    }
  }

  /** Every failure in full, and what the file wrote. */
  tellFailures(): string {
    const text = this.failures.map(({ title, text }) => `✗ ${this.path}\n  ${title}\n${indent(text)}`).join('');
    const output = this.failures.length === 0 ? '' : this.#takeOutput();
    return output === '' ? text : `${text}  output of ${this.path}:\n${indent(output)}`;
  }

  /** All of it, and the line of the file itself. */
  tell(): string {
    // A randomized run can be repeated only by its seed, so that line is kept even if the file passed.
    const seeds = this.#output.split('\n').filter((line) => /\bseed\b/i.test(line));
    const text = this.tellFailures() + this.#notes.join('') + seeds.map((line) => `  ${line.trim()}\n`).join('');
    // A file that was killed or failed has no totals of its own.
    if (this.#seconds === undefined) return text;
    const seconds = this.#seconds.toFixed(1).padStart(6);
    const sign = this.failures.length === 0 ? '✓' : '✗';
    return `${text}${sign}${String(this.passed).padStart(5)} passed ${seconds} s  ${this.path}\n`;
  }

  #takeOutput(): string {
    const output = this.#output.slice(-maxOutputChars);
    this.#output = '';
    return output;
  }
}

/** The totals of a run. */
export class Report {
  failed = 0;
  readonly #say: (text: string) => void;
  readonly #failures: string[] = [];
  readonly #flaky: FileRun[] = [];
  #passed = 0;
  #skipped = 0;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** Reports a file and counts it. */
  add(run: FileRun): void {
    this.#say(run.tell());
    this.#passed += run.passed;
    this.#skipped += run.skipped;
    this.failed += run.failures.length;
    this.#failures.push(...run.failures.map(({ title }) => `${run.path}: ${title}`));
  }

  /** A file that failed and passed when it ran again: the second run counts, and the first is reported at the end. */
  addFlaky(first: FileRun, second: FileRun): void {
    this.#flaky.push(first);
    this.add(second);
  }

  /** The run itself failed. */
  fail(why: string): void {
    this.failed += 1;
    this.#failures.push(why);
  }

  /** What a run ends with. The last line holds the sums alone. @returns false when no test ran */
  end(files: number, seconds: number): boolean {
    if (this.#passed + this.failed === 0) return false;
    if (this.#flaky.length > 0) {
      this.#say(`\nFlaky:\n${this.#flaky.map((first) => indent(`${first.tellFailures()}`)).join('')}`);
    }
    if (this.#failures.length > 0) this.#say(`\nFailed:\n${this.#failures.map((name) => `  ${name}\n`).join('')}`);
    const skipped = this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`;
    const flaky = this.#flaky.length === 0 ? '' : `, ${this.#flaky.length} flaky`;
    this.#say(`\n${files} files in ${seconds.toFixed(1)} s\n`);
    this.#say(`${this.#passed} passed, ${this.failed} failed${skipped}${flaky}\n`);
    return true;
  }
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('');
}
