/** Exit codes. No command has codes of its own. */
export const exitCodes = {
  done: 0,
  bug: 1,
  wrongUse: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  fault: 6,
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a failure is made of: what happened, why, what to do. */
export type FailureParts = {
  readonly exit: ExitCode;
  /** What happened, with names and values, one sentence. */
  readonly what: string;
  /** Why, where it is known. */
  readonly why?: string | undefined;
  /** What to do; a command that can be pasted where there is one. */
  readonly fix?: string | undefined;
  readonly status?: number | undefined;
  /** S3's error code, or the library's. */
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
};

/** A failure that the command line foresees. `report.ts` redacts its texts when it prints them (SEC-805). */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly parts: FailureParts;

  constructor(parts: FailureParts) {
    super(parts.what, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.parts = parts;
  }
}

/** Wrong use: a flag, an argument, a setting. */
export function wrongUse(what: string, fix?: string): CliError {
  return new CliError({ exit: exitCodes.wrongUse, what, fix });
}

/** The command was interrupted by Ctrl-C. Says nothing: the person knows. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('Interrupted.');
  }
}

/** What was thrown, as a failure to report. A bug keeps its stack as `cause`. */
export function failureOf(thrown: unknown): FailureParts {
  if (thrown instanceof CliError) return thrown.parts;
  const library = presignFailure(thrown);
  if (library !== undefined) return library;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    exit: exitCodes.bug,
    what: `Unexpected error: ${text}`,
    fix: 'This is a bug. Please report it with the output of  tidegate -v …  and  tidegate doctor',
    cause: thrown,
  };
}

/** Errors of the library, known by their shape so that a command that never signs need not load it. */
function presignFailure(thrown: unknown): FailureParts | undefined {
  if (!(thrown instanceof Error) || thrown.name !== 'PresignError' || !('code' in thrown)) return undefined;
  const code = String(thrown.code);
  const hint = 'hint' in thrown && typeof thrown.hint === 'string' && thrown.hint !== '' ? thrown.hint : undefined;
  return {
    exit: refusedCodes.has(code) ? exitCodes.refused : exitCodes.wrongUse,
    what: inFlags(thrown.message),
    fix: flagHints[code] ?? hint,
    code,
  };
}

/** `limits.maxBytes` is `--max-bytes` here, `expiresIn` is `--expires`. */
function inFlags(message: string): string {
  return message
    .replace(/\blimits\.id\b/g, '--label')
    .replace(/\blimits\.([a-zA-Z0-9]+)\b/g, (_, name: string) => `--${kebab(name)}`)
    .replace(/^(?:maxSize|size|stable|style)\b/, (name) => `--${kebab(name)}`)
    .replace(/^expiresIn\b/, '--expires');
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const refusedCodes: ReadonlySet<string> = new Set(['CredentialsEndSooner', 'LimitNotEnforced']);

// The library speaks of its options; people at a command line have flags.
const flagHints: Readonly<Record<string, string>> = {
  CredentialsMissing: 'Try  --profile NAME,  or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  CredentialsEndSooner: 'Use a shorter --expires, or  --expires max  for as long as the credentials last.',
  ExpiryOutOfRange: 'The maximum is 7 d:  --expires max',
  // A store that is no Tidegate was refused before anything was signed: what is left is the signature.
  LimitNotEnforced: 'Limits need SigV4:  aws configure set s3.signature_version s3v4',
  LimitNotForOperation: 'Remove the flag, or sign an operation that it applies to.',
  StableWithLimits: 'Remove --stable or the limits.',
};
