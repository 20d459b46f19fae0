import { pino } from 'pino';
import { HeldLines } from './held-lines.ts';
import { redactText } from './redact-text.ts';

/** How much is logged, and how. */
export type LogOptions = {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'text' | 'json';
  /** Throws when nothing of the text was written: with the code `EAGAIN` when it may be tried again. */
  readonly write: (text: string) => void;
  readonly nowMs: () => number;
  /** Runs something later; for writing what is held. */
  readonly after: (delayMs: number, action: () => void) => () => void;
};

/** A text that went through `redactText`, or that was made without secrets where that would cost too much. */
export class RedactedText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a line says beside its message. Secrets are taken out of values, which are cut and their control characters escaped. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined | RedactedText>>;

/** Structured lines on standard error. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** `cause` is written with its stack. */
  error(message: string, fields?: LogFields, cause?: unknown): void;
  /** Whether lines of this level are written at all. */
  isOn(level: 'debug' | 'info'): boolean;
  /** From now on lines of this level and above it are written. */
  useLevel(level: LogOptions['level']): void;
  /** Writes what is held back. */
  flush(): void;
  /** How many lines could not be written (REL-21). */
  droppedLines(): number;
}

/** Longest text of one field (SEC-432). */
const maxFieldLength = 1024;

/** Opens the log: one JSON object a line, or text for people on a terminal. */
export function createLog(options: LogOptions): Log {
  const sink = new HeldLines({
    ...options,
    onRecovered: ({ count, code }) =>
      lines.error({ dropped: count, code }, 'log lines were dropped: the log could not be written'),
  });
  const lines = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"t":"${new Date(options.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => sink.add(options.format === 'json' ? line : textLine(line)) },
  );
  return {
    debug: (message, fields = {}) => lines.debug(cleanFields(fields), redactText(message)),
    info: (message, fields = {}) => lines.info(cleanFields(fields), redactText(message)),
    warn: (message, fields = {}) => lines.warn(cleanFields(fields), redactText(message)),
    error: (message, fields = {}, cause = undefined) => {
      lines.error({ ...cleanFields(fields), ...causeFields(cause) }, redactText(message));
      sink.flush();
    },
    isOn: (level) => lines.isLevelEnabled(level),
    useLevel(level) {
      lines.level = level;
    },
    flush: () => sink.flush(),
    droppedLines: () => sink.droppedCount,
  };
}

// Control characters that JSON leaves alone but terminals and log viewers act on: C1, line and paragraph separators, bidi.
const risky = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** One field's text without secrets, then cut, with what may act on a viewer written as an escape. JSON escapes the rest. */
function cleanText(given: string | RedactedText): string {
  // Before it is cut: of half a secret nothing would be recognized.
  const text = typeof given === 'string' ? redactText(given) : given.text;
  const cut = text.length > maxFieldLength ? `${text.slice(0, maxFieldLength)}…` : text;
  return cut.replace(risky, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function cleanFields(fields: LogFields): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    clean[name] = typeof value === 'string' || value instanceof RedactedText ? cleanText(value) : value;
  }
  return clean;
}

function causeFields(cause: unknown): Record<string, string> {
  if (cause === undefined) return {};
  if (!(cause instanceof Error)) return { error: cleanText(String(cause)) };
  const further = cause.cause === undefined ? {} : { cause: cleanText(String(cause.cause)) };
  return { error: cleanText(cause.message), stack: redactText(cause.stack ?? '').slice(0, 8192), ...further };
}

/** A JSON line as people read it: `08:31:02 info  request  GET /b/k 200`. */
function textLine(line: string): string {
  const parsed: unknown = JSON.parse(line);
  const { t, level, msg, ...rest } = isRecord(parsed) ? parsed : {};
  const time = typeof t === 'string' ? t.slice(11, 19) : '';
  const fields = Object.entries(rest)
    .filter(([name, value]) => value !== null && name !== 'stack')
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'string' && /^[\w.:/@-]*$/.test(value) ? value : JSON.stringify(value)}`,
    );
  const stack = typeof rest['stack'] === 'string' ? `\n${rest['stack']}` : '';
  return `${[time, String(level).padEnd(5), String(msg), ...fields].join('  ')}${stack}\n`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
