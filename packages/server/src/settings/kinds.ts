/** A value, or why the text is none. `why` completes the sentence "… is not …". */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** How a setting's text is read, in flags and environment, and its value in TOML. */
export type Kind<T> = {
  /** For help and reference: `number`, `address`. */
  readonly name: string;
  readonly fromText: (text: string) => Parsed<T>;
  readonly fromToml: (value: unknown) => Parsed<T>;
  /** How the value is written in help and `config show`. */
  readonly show: (value: T) => string;
};

/** A place to listen: host and port, or a socket file. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

function ok<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function not(what: string): Parsed<never> {
  return { ok: false, why: what };
}

function fromString<T>(name: string, parse: (text: string) => Parsed<T>, show: (value: T) => string): Kind<T> {
  return {
    name,
    fromText: parse,
    fromToml: (value) => (typeof value === 'string' ? parse(value) : not(`a text in quotes (${name})`)),
    show,
  };
}

export const text: Kind<string> = fromString('text', ok, (value) => value);

export const boolean: Kind<boolean> = {
  name: 'true or false',
  fromText: (value) =>
    value === 'true' || value === '1'
      ? ok(true)
      : value === 'false' || value === '0'
        ? ok(false)
        : not('true or false'),
  fromToml: (value) => (typeof value === 'boolean' ? ok(value) : not('true or false')),
  show: String,
};

/** True, false, or one word that says more. */
export function booleanOr<const Word extends string>(word: Word): Kind<boolean | Word> {
  const expected = `true, false or ${word}`;
  const parse = (value: string): Parsed<boolean | Word> => {
    if (value === word) return ok(word);
    const known = boolean.fromText(value);
    return known.ok ? known : not(expected);
  };
  return {
    name: expected,
    fromText: parse,
    fromToml: (value) => (typeof value === 'boolean' ? ok(value) : value === word ? ok(word) : not(expected)),
    show: String,
  };
}

/** A whole number between two bounds. */
export function integer(min: number, max: number): Kind<number> {
  const expected = `a whole number from ${min} to ${max}`;
  const check = (value: number): Parsed<number> =>
    Number.isSafeInteger(value) && value >= min && value <= max ? ok(value) : not(expected);
  return {
    name: 'number',
    fromText: (value) => (/^\d{1,16}$/.test(value) ? check(Number(value)) : not(expected)),
    fromToml: (value) =>
      typeof value === 'bigint' || typeof value === 'number' ? check(Number(value)) : not(expected),
    show: String,
  };
}

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes, or a number with a unit (`5GiB`). */
export function bytes(min: number, max: number): Kind<number> {
  const expected = `a size from ${min} to ${max} bytes, such as 1048576 or 5GiB`;
  const parse = (value: string): Parsed<number> => {
    const match = /^(\d{1,16})([KMGT]?i?B?)$/.exec(value);
    const factor = match === null ? undefined : byteUnits[match[2] ?? ''];
    if (match === null || factor === undefined) return not(expected);
    const size = Number(match[1]) * factor;
    return Number.isSafeInteger(size) && size >= min && size <= max ? ok(size) : not(expected);
  };
  return {
    name: 'size',
    fromText: parse,
    fromToml: (value) =>
      typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string'
        ? parse(String(value))
        : not(expected),
    show: String,
  };
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  const expected = `one of ${words.join(', ')}`;
  const parse = (value: string): Parsed<Word> => {
    const word = words.find((candidate) => candidate === value);
    return word === undefined ? not(expected) : ok(word);
  };
  return { ...fromString(words.join(' | '), parse, (value) => value) };
}

/** Several of a kind: separated by commas in text, an array (or one) in TOML. */
export function listOf<T>(kind: Kind<T>): Kind<readonly T[]> {
  const all = (parsed: readonly Parsed<T>[]): Parsed<readonly T[]> => {
    const values: T[] = [];
    for (const one of parsed) {
      if (!one.ok) return one;
      values.push(one.value);
    }
    return ok(values);
  };
  return {
    name: `list of ${kind.name}`,
    fromText: (value) =>
      all(
        value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
          .map(kind.fromText),
      ),
    fromToml: (value) => all((Array.isArray(value) ? value : [value]).map(kind.fromToml)),
    show: (values) => values.map(kind.show).join(', '),
  };
}

/** `host:port`, `[ipv6]:port` or `unix:/path`. Port 0 takes a free one. */
export const address: Kind<ListenAddress> = fromString('address', parseAddress, showAddress);

/** An address, or `off`. */
export const addressOrOff: Kind<ListenAddress | 'off'> = fromString<ListenAddress | 'off'>(
  'address or off',
  (value): Parsed<ListenAddress | 'off'> => (value === 'off' ? ok('off') : parseAddress(value)),
  (value) => (value === 'off' ? 'off' : showAddress(value)),
);

function parseAddress(value: string): Parsed<ListenAddress> {
  const expected = 'an address such as 127.0.0.1:9000, [::1]:9000 or unix:/run/tidegate.sock';
  if (value.startsWith('unix:/')) return ok({ kind: 'unix', path: value.slice('unix:'.length) });
  const match = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253})):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65535 ? not(expected) : ok({ kind: 'tcp', host, port });
}

/** An address as it is written in settings. */
export function showAddress(value: ListenAddress): string {
  if (value.kind === 'unix') return `unix:${value.path}`;
  return value.host.includes(':') ? `[${value.host}]:${value.port}` : `${value.host}:${value.port}`;
}

/** `http://…` or `https://…`: scheme, host, optional port, nothing behind it. */
export const endpoint: Kind<string> = fromString(
  'URL',
  (value) =>
    /^https?:\/\/(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::\d{1,5})?\/?$/.test(value)
      ? ok(value.replace(/\/$/, ''))
      : not('an address such as https://files.example.com, without a path'),
  (value) => value,
);

/** A domain whose left part is a bucket: `name[:port]`. */
export const domain: Kind<string> = fromString(
  'domain',
  (value) =>
    /^[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/.test(value) && !value.startsWith('.') && !value.endsWith('.')
      ? ok(value.toLowerCase())
      : not('a domain such as s3.example.com'),
  (value) => value,
);

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A time span such as `30s`, `15m`, `1h` or `7d`, in seconds. */
export const duration: Kind<number> = fromString(
  'duration',
  (value) => {
    const [, digits = '', unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(value) ?? [];
    const seconds = unitSeconds[unit];
    return seconds === undefined ? not('a time span such as 30s, 15m, 1h or 7d') : ok(Number(digits) * seconds);
  },
  (value) => `${value}s`,
);
