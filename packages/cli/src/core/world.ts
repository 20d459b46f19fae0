import type { Readable, Writable } from 'node:stream';

/** Where text is written: what is a terminal, and how wide. */
export type Screen = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where input comes from. */
export type Input = Readable & { readonly isTTY?: boolean };

/** Everything outside the command line that a command may touch. `main.ts` passes the real one, tests their own. */
export type World = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Input;
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** Wall clock, milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  readonly homeFolder: string;
  /** Aborted by the first Ctrl-C; the second one ends the process. */
  readonly interrupt: AbortSignal;
  /** From now on a server runs: signals are its own business, and output that cannot be written does not end the process. */
  readonly startServing: () => void;
};
