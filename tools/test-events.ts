/** What a run reports about one file, as plain data that can be sent between processes. */
export type FileEvent =
  | { readonly kind: 'output'; readonly text: string }
  /** A test began or ended, whatever its verdict. If a file hangs, it hangs in a test that began and did not end. */
  | { readonly kind: 'begun'; readonly id: number; readonly title: string }
  | { readonly kind: 'over'; readonly id: number }
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly name: string; readonly why: string }
  | { readonly kind: 'failed'; readonly title: string; readonly text: string }
  /** Its process exited by itself. */
  | { readonly kind: 'ended'; readonly seconds: number }
  /** The file itself failed, whatever its tests did; may follow `ended`. */
  | { readonly kind: 'broken'; readonly why: string };

/** The members of a node:test event that are read here. Node's types lack `entryFile` and `testId`. */
export type RunnerEvent = {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly line?: number | undefined;
    readonly testId?: number;
    readonly message?: string;
    readonly duration_ms?: number;
    readonly skip?: string | boolean | undefined;
    readonly todo?: string | boolean | undefined;
    readonly details?: { readonly type?: string | undefined; readonly error?: unknown };
    readonly file?: string | undefined;
    readonly entryFile?: string;
  };
};

const maxErrorChars = 4_000;

/**
 * Reads an event of the runner. Events come file by file: output and tests first, then the file's summary, or a verdict on the file
 * itself because its process failed or had no test, or both.
 * @returns the file that an event is about, and the event; nothing if the event is not needed
 */
export function readEvent(raw: RunnerEvent): { readonly file: string; readonly event: FileEvent } | undefined {
  const { file, entryFile } = raw.data;
  if (file === undefined) return undefined;
  const event = raw.data.name === file && raw.data.nesting === 0 ? readVerdict(raw) : readTest(raw);
  return event === undefined ? undefined : { file: entryFile ?? file, event };
}

function readVerdict({ type }: RunnerEvent): FileEvent | undefined {
  if (type === 'test:pass') return { kind: 'broken', why: 'contains no test' };
  if (type === 'test:fail') return { kind: 'broken', why: 'the file ended with an error' };
  return undefined;
}

function readTest({ type, data }: RunnerEvent): FileEvent | undefined {
  const { name = '', line, testId = 0, message = '', details } = data;
  switch (type) {
    case 'test:stdout':
    case 'test:stderr':
      return { kind: 'output', text: message };
    case 'test:diagnostic':
      return { kind: 'output', text: `${message}\n` };
    case 'test:dequeue':
      return { kind: 'begun', id: testId, title: `${name}  (line ${line})` };
    case 'test:complete':
      return { kind: 'over', id: testId };
    case 'test:summary':
      return { kind: 'ended', seconds: (data.duration_ms ?? 0) / 1000 };
    case 'test:pass': {
      if (details?.type === 'suite') return undefined;
      if (data.skip === undefined && data.todo === undefined) return { kind: 'passed' };
      return { kind: 'skipped', name, why: String(data.skip || data.todo || 'no reason given') };
    }
    case 'test:fail': {
      // Its own subtests have been reported.
      if (memberOf(details?.error, 'failureType') === 'subtestsFailed') return undefined;
      return { kind: 'failed', title: `${name}  (line ${line})`, text: describeError(details?.error) };
    }
    default:
      return undefined;
  }
}

/** The error of a failed test as a person wants it: the assertion's message and where it was thrown. */
function describeError(error: unknown): string {
  const cause = memberOf(error, 'cause') ?? error;
  if (typeof cause === 'string') return cause;
  const text = String(memberOf(cause, 'stack') ?? memberOf(cause, 'message') ?? cause);
  const lines = text.split('\n').filter((line) => !/^\s+at .*(node:internal|node:async_hooks)/.test(line));
  return lines.join('\n').slice(0, maxErrorChars);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
