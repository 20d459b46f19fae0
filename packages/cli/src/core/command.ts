import type { Output } from '../terminal/output.ts';
import type { World } from './world.ts';

/** One flag, declared once: parsing, help and reference are derived from it. */
export type Flag = {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** Another long name, not shown. */
  readonly alias?: string;
  /** What stands for the value in help; absent: the flag is a switch. */
  readonly value?: string;
  /** Whether the value may be left out. Then it is written `--flag=VALUE` alone, never as the next argument. */
  readonly valueOptional?: true;
  readonly repeatable?: true;
  /** One of these, where only a few words are allowed. */
  readonly choices?: readonly string[];
  /** What it does: a few words. */
  readonly text: string;
  /** Understood, and not shown in help: what it asks for is refused in this version. */
  readonly hidden?: true;
  /** The default, where help should say it. */
  readonly defaultText?: string;
};

/** One positional argument. */
export type Argument = {
  readonly name: string;
  readonly text: string;
  readonly presence: 'required' | 'optional';
  /** Takes all that is left. */
  readonly repeatable?: true;
};

/** An example of the help: what one types, and what it does. */
export type Example = readonly [line: string, text: string];

/** A command as data. */
export type Command = {
  /** The words that name it: `presign put`. */
  readonly path: readonly string[];
  /** One sentence. */
  readonly summary: string;
  readonly arguments: readonly Argument[];
  readonly flags: readonly Flag[];
  /** Flags that are known only when another package is loaded (`serve`). */
  readonly moreFlags?: () => Promise<readonly Flag[]>;
  /** Names of groups of flags that are listed by name in help: `limits`. */
  readonly flagGroups?: readonly FlagGroup[];
  readonly examples: readonly Example[];
  /** Sentences under the flags. */
  readonly notes?: readonly string[];
  readonly load: () => Promise<{ readonly run: Run }>;
};

/** Commands that are listed together. */
export type CommandGroup = { readonly title: string; readonly commands: readonly Command[] };

/** Flags that several commands share, shown in help as one line that names the topic which explains them. */
export type FlagGroup = { readonly title: string; readonly topic: string; readonly flags: readonly Flag[] };

/** What a command does. Answers the exit code. */
export type Run = (call: Call) => number | Promise<number>;

/** One call of a command. */
export type Call = {
  readonly command: Command;
  readonly args: readonly string[];
  readonly flags: FlagValues;
  readonly output: Output;
  readonly world: World;
};

/** The flags as they were given. Asking for one that the command does not declare is a bug. */
export class FlagValues {
  readonly #declared: ReadonlySet<string>;
  readonly #given: ReadonlyMap<string, readonly string[]>;

  constructor(declared: Iterable<string>, given: ReadonlyMap<string, readonly string[]>) {
    this.#declared = new Set(declared);
    this.#given = given;
  }

  /** Whether it was given, with or without a value. */
  has(name: string): boolean {
    return this.#read(name) !== undefined;
  }

  /** Its value, the last one when it was given several times. '' when it was given without one. */
  text(name: string): string | undefined {
    return this.#read(name)?.at(-1);
  }

  /** All its values. */
  list(name: string): readonly string[] {
    return this.#read(name) ?? [];
  }

  #read(name: string): readonly string[] | undefined {
    if (!this.#declared.has(name)) throw new Error(`The flag --${name} is not declared.`);
    return this.#given.get(name);
  }
}

/** Every flag of a command but the global ones and those of `moreFlags`. */
export function ownFlags(command: Command): readonly Flag[] {
  return [...command.flags, ...(command.flagGroups ?? []).flatMap((group) => group.flags)];
}
