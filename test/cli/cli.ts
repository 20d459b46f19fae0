import { fileURLToPath } from 'node:url';
import { run } from '../outside-tool.ts';

/** The command line as users start it. */
export const bin = fileURLToPath(new URL('../../packages/cli/bin/tidegate.js', import.meta.url));

/** What one call printed, and how it ended. */
export type CliResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Options of one call. */
export type CliOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array | string;
};

/** Runs `tidegate …` in an environment that has nothing but what is given. */
export async function tidegate(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const ran = await run(process.execPath, [bin, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TZ: 'UTC', ...options.env },
    ...(options.input !== undefined && { input: options.input }),
    timeoutMs: 60_000,
  });
  return { code: ran.code, stdout: ran.stdout.toString('utf8'), stderr: ran.stderr };
}

/** Credentials for signing without a server. */
export const exampleKey = {
  AWS_ACCESS_KEY_ID: 'TGAKEXAMPLEEXAMPLE01',
  AWS_SECRET_ACCESS_KEY: 'exampleSecret/0for1tests2of3the4line5only',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9000',
} as const;
