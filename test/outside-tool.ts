import { spawn, spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

export type Ran = { readonly code: number | null; readonly stdout: Buffer; readonly stderr: string };

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array | string;
  readonly timeoutMs?: number;
};

/** Runs a program to its end. Its output is kept whole: for small answers. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: 'pipe',
      env: { ...options.env },
      timeout: options.timeoutMs ?? 120_000,
    });
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr }));
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(options.input);
  });
}

/** Like `run`, and fails with what the program said unless it ends with 0. */
export async function runWell(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await run(program, args, options);
  if (ran.code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${ran.code}\n${ran.stdout.toString()}\n${ran.stderr}`);
  }
  return ran.stdout.toString();
}

/** Debian's own interpreter, which has Debian's boto3. */
export const python = '/usr/bin/python3';
/** Debian's aws cli: another one on the path may be of another major version. */
export const awsCli = '/usr/bin/aws';

/** True when the tool answers. A missing one prints a skip, or fails in CI. */
export function hasTool(t: TestContext, program: string, args: readonly string[]): boolean {
  const found = spawnSync(program, args, { stdio: 'ignore' }).status === 0;
  if (!found) {
    if (process.env['CI'] === 'true') throw new Error(`${program} ${args.join(' ')} does not run on this machine.`);
    t.skip(`${program} is not here`);
  }
  return found;
}

/** The words before a command that let it believe in another time. */
export function otherClock(offsetSeconds: number): readonly string[] {
  return ['faketime', '-f', `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}s`];
}
