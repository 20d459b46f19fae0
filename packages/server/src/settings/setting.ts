import type { Kind } from './kinds.ts';

/** One setting, declared once: flags, environment, file, help and reference are derived from it. */
export type Setting<T> = {
  readonly kind: Kind<T>;
  /** Used where nothing says otherwise. `undefined`: not set. */
  readonly default: T;
  /** What it does, one sentence, for help and reference. */
  readonly text: string;
  /** Dotted path in `tidegate.toml`; undefined for what must not stand in a file. Names the variable too. */
  readonly toml: string | undefined;
  /** `TIDEGATE_…`; each is also read as `…_FILE`. */
  readonly environment: string;
  /** `--listen`; undefined: no flag. A secret never has one (SEC-806). */
  readonly flag: string | undefined;
  /** Never shown. In TOML it may also be named as a file: `<name>_file`. */
  readonly secret: boolean;
  /** How the default is written where it is not a plain value. */
  readonly defaultText: string;
  /** Answers why a value is refused at the start although it is well formed: its feature is not in this version. */
  readonly notBuilt: ((value: T) => string | undefined) | undefined;
};

type Declared<T> = {
  readonly kind: Kind<NonNullable<T>>;
  readonly default: T;
  readonly text: string;
  readonly toml?: string;
  readonly environment?: string;
  readonly flag?: string;
  readonly secret?: boolean;
  readonly defaultText?: string;
  readonly notBuilt?: (value: T) => string | undefined;
};

/** Completes a declaration: the variable follows from the TOML path. */
export function setting<T>(declared: Declared<T>): Setting<T> {
  const environment = declared.environment ?? `TIDEGATE_${(declared.toml ?? '').toUpperCase().replaceAll('.', '_')}`;
  const shown = declared.default;
  return {
    // Sound: a kind only makes values; `undefined` is a default that no text parses to.
    kind: declared.kind as unknown as Kind<T>,
    default: declared.default,
    text: declared.text,
    toml: declared.toml,
    environment,
    flag: declared.flag,
    secret: declared.secret ?? false,
    defaultText: declared.defaultText ?? (isSet(shown) ? declared.kind.show(shown) : ''),
    notBuilt: declared.notBuilt,
  };
}

function isSet<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}
