import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { python } from '../outside-tool.ts';

/** A Python program that answers JSON lines with JSON lines. */
export type PythonLines = {
  /** Resolves to its answer's `value`; fails with its `error`. */
  ask(request: object): Promise<unknown>;
  close(): void;
};

/** Starts `script` under Debian's Python. `before`: words in front of the command, as a tool that changes the clock needs them. */
export function openPythonLines(
  script: string,
  env: Readonly<Record<string, string>>,
  before: readonly string[] = [],
): PythonLines {
  const [program = '', ...args] = [...before, python, script];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...env } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`${script} ended without an answer to ${JSON.stringify(request)}`);
      // Sound: what our own script prints.
      const answer = JSON.parse(line.value) as { value?: unknown; error?: string };
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value;
    },
    close: () => child.stdin.end(),
  };
}
