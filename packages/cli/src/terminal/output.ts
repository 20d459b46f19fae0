import type { FlagValues } from '../core/command.ts';
import { wrongUse } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { type Paint, paintFor } from './style.ts';

/** Results go to stdout, messages to stderr. */
export class Output {
  /** Whether the answer is JSON. */
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  /** `-q`: no talk. */
  readonly isQuiet: boolean;
  /** Whether people read the answer: stdout is a terminal. */
  readonly isForPeople: boolean;
  /** Colours of the answer. */
  readonly paint: Paint;
  /** Colours of the talk. */
  readonly talkPaint: Paint;
  readonly #world: World;
  /** `--wide`: nothing in a table is cut. */
  readonly #isWide: boolean;
  readonly #fields: readonly string[];

  constructor(world: World, flags: FlagValues) {
    this.#world = world;
    this.isJson = flags.has('json');
    this.#fields = (flags.text('json') ?? '').split(',').filter((name) => name !== '');
    this.#isWide = flags.has('wide');
    this.isQuiet = flags.has('quiet');
    this.isVerbose = flags.has('verbose');
    this.isForPeople = world.stdout.isTTY === true;
    this.paint = paintFor(world.stdout, world.env, flags.has('no-color'));
    this.talkPaint = paintFor(world.stderr, world.env, flags.has('no-color'));
  }

  /** A line of the answer. */
  answer(line: string): void {
    this.#world.stdout.write(`${line}\n`);
  }

  /** A line beside the answer. */
  talk(line: string): void {
    if (!this.isQuiet) this.#world.stderr.write(`${line}\n`);
  }

  /** A line beside the answer that should be seen: `! …`. */
  warn(line: string): void {
    this.talk(`${this.talkPaint.warn('!')} ${line}`);
  }

  /** A line for `-v`. */
  trace(line: string): void {
    if (this.isVerbose) this.#world.stderr.write(`${this.talkPaint.quiet(line)}\n`);
  }

  /** The result as JSON, with the requested fields. @throws CliError for an unknown field */
  json(value: unknown): void {
    this.answer(JSON.stringify(pickFields(value, this.#fields), jsonValue, this.isForPeople ? 2 : undefined));
  }

  /** Columns of the terminal that a table may fill; without end with `--wide`. */
  get widthChars(): number {
    return this.#isWide ? Number.POSITIVE_INFINITY : (this.#world.stdout.columns ?? 80);
  }
}

function jsonValue(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

/** `--json=id,state` picks fields of the document, or of each item of a list. */
export function pickFields(value: unknown, fields: readonly string[]): unknown {
  if (fields.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => pickFields(item, fields));
  if (typeof value !== 'object' || value === null) return value;
  if ('items' in value && Array.isArray(value.items)) return pickFields(value.items, fields);
  const entries: ReadonlyMap<unknown, unknown> = value instanceof Map ? value : new Map(Object.entries(value));
  return Object.fromEntries(
    fields.map((name) => {
      if (entries.has(name)) return [name, entries.get(name)];
      throw wrongUse(`--json: unknown field "${name}".`, `Fields: ${[...entries.keys()].join(', ')}`);
    }),
  );
}
