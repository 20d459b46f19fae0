import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bucket, signHeaders } from '@tidegate/presign';

const bin = fileURLToPath(new URL('../../packages/cli/bin/tidegate.js', import.meta.url));

const key = { accessKeyId: 'TGAKLINKFAULTS000001', secretAccessKey: 'linkFaults/secret+0for1links2under3kills' };
const slowestEndMs = 60_000;

/** `tidegate serve --workers N` on one folder and one port, that can be killed and started again. */
export class LinksServer {
  readonly folder: string;
  readonly #workers: number;
  #port = 0;
  #child: ChildProcess | undefined;
  #log = '';

  private constructor(folder: string, workers: number) {
    this.folder = folder;
    this.#workers = workers;
  }

  static async start(workers: number): Promise<LinksServer> {
    const server = new LinksServer(await mkdtemp(join(tmpdir(), 'tidegate-links-')), workers);
    await server.restart();
    return server;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get log(): string {
    return this.#log;
  }

  /** The first process, and its workers as the kernel knows them. */
  get pids(): { readonly first: number; readonly workers: readonly number[] } {
    const first = this.#child?.pid ?? 0;
    return { first, workers: childrenOf(first) };
  }

  links(name: string) {
    return bucket(name, { endpoint: this.endpoint, credentials: key, region: 'us-east-1', store: 'tidegate' });
  }

  /** A request of the owner. */
  async owner(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const url = `${this.endpoint}${path}`;
    const payloadHash = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const headers = signHeaders({ method, url, headers: more, credentials: key, region: 'us-east-1', payloadHash });
    delete headers['host'];
    const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** Starts it at the same port. Resolves when it listens, to how long that took. */
  async restart(): Promise<number> {
    const startedAt = performance.now();
    const child = spawn(
      process.execPath,
      [bin, 'serve', this.data, '--listen', `127.0.0.1:${this.#port}`, '--console-listen', 'off'].concat([
        '--workers',
        String(this.#workers),
        '--log-level',
        'error',
      ]),
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          HOME: this.folder,
          TIDEGATE_ROOT_ACCESS_KEY_ID: key.accessKeyId,
          TIDEGATE_ROOT_SECRET_ACCESS_KEY: key.secretAccessKey,
        },
      },
    );
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
    let said = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      said += text;
      const port = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m.exec(said)?.[1];
      if (port === undefined) continue;
      this.#port = Number(port);
      return performance.now() - startedAt;
    }
    throw new Error(`The server did not start.\n${this.#log}`);
  }

  /** SIGKILL for one of its workers, for the first process, or for all at once. Resolves when those have ended that must. */
  async kill(whom: 'worker' | 'first' | 'all'): Promise<void> {
    const { first, workers } = this.pids;
    const [worker] = workers;
    if (whom === 'worker') {
      if (worker !== undefined) send(worker, 'SIGKILL');
      return;
    }
    send(first, 'SIGKILL');
    if (whom === 'all') for (const pid of workers) send(pid, 'SIGKILL');
    const deadline = performance.now() + slowestEndMs;
    for (const pid of [first, ...workers]) {
      while (isAlive(pid)) {
        if (performance.now() > deadline) throw new Error(`Process ${pid} did not end with its server.`);
        await wait(5);
      }
    }
  }

  /** SIGTERM. @returns the exit code */
  async end(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill('SIGTERM');
    await once(child, 'exit');
    return child.exitCode;
  }

  async remove(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** A zombie has ended; its parent has not looked yet. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
