import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWell } from './outside-tool.ts';

const bin = fileURLToPath(new URL('../packages/cli/bin/tidegate.js', import.meta.url));

/** Node's flags as the first line of the script has them, for who runs it by its name. */
const nodeFlags = readFileSync(bin, 'utf8').split('\n', 1).join('').split(' ').slice(3);

/** The whole product as a user starts it: `tidegate serve` in a child process, on a fresh folder and a free port. */
export type Product = {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly folder: string;
  readonly pid: number;
  /** All that it wrote to stderr so far. */
  readonly log: () => string;
  /** Runs a command of the same command line with this server's key and endpoint. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `tidegate …` against this server and resolves to what it printed. */
  tidegate(...args: string[]): Promise<string>;
  /** SIGTERM, wait, remove the folder. */
  stop(): Promise<void>;
};

const productKey = {
  accessKeyId: 'TGAKCLIENTTESTS00001',
  secretAccessKey: 'clientTests/secret+0for1the2clients3only',
} as const;

/** It starts in half a second; a machine that is shared has needed twenty. */
const startPatienceMs = 120_000;

/** Starts the server and resolves once it says where it listens. `flags` are added to `serve`; `data`: a folder that is there already, and stays. */
export async function startProduct(flags: readonly string[] = [], data?: string): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-product-'));
  const child = spawn(
    process.execPath,
    [
      ...nodeFlags,
      bin,
      'serve',
      data ?? join(folder, 'data'),
      '--listen',
      '127.0.0.1:0',
      ...consoleFlags(flags),
      ...flags,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        TIDEGATE_ROOT_ACCESS_KEY_ID: productKey.accessKeyId,
        TIDEGATE_ROOT_SECRET_ACCESS_KEY: productKey.secretAccessKey,
      },
    },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  // Whatever happens to the tests, nothing of it outlives them, and it does not keep them alive.
  const killAtEnd = () => child.kill('SIGKILL');
  process.once('exit', killAtEnd);
  const endpoint = await listeningAddress(child, () => log);
  letGo(child);
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    AWS_ACCESS_KEY_ID: productKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: productKey.secretAccessKey,
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    NO_PROXY: '127.0.0.1',
  };
  return {
    ...productKey,
    endpoint,
    port: Number(new URL(endpoint).port),
    folder,
    pid: child.pid ?? 0,
    log: () => log,
    environment,
    tidegate: (...args) => runWell(process.execPath, [bin, ...args], { env: environment }),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.ref();
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      process.off('exit', killAtEnd);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** No console, unless the flags want one. */
function consoleFlags(flags: readonly string[]): readonly string[] {
  return flags.includes('--console-listen') ? [] : ['--console-listen', 'off'];
}

/** Lets this process end while the child still runs. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref();
}

/** Where a server that was just started says it listens. Rejects with its log when it ends before. */
export function listeningAddress(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The server did not say where it listens.\n${log()}`));
    }, startPatienceMs);
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const address = /^listening on (http:\/\/\S+)$/m.exec(text)?.[1];
      if (address !== undefined) {
        clearTimeout(timer);
        resolve(address);
      }
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The server ended with ${code} before it listened.\n${log()}`));
    });
  });
}
