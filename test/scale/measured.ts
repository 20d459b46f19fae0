import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { signHeaders } from '@tidegate/presign';
import type { rootCredentials } from '../../packages/server/test/test-server.ts';

const hashOfNothing = createHash('sha256').digest('hex');

export type Sent = { readonly status: number; readonly bytes: number };

/** A server in a process of its own, whose turns of the event loop are measured there. */
export class Measured {
  readonly #process: ChildProcess;
  endpoint = '';

  constructor(folder: string) {
    const execArgv = ['--conditions=tidegate-source'];
    this.#process = fork(new URL('./measured-server.ts', import.meta.url), [folder], { execArgv });
  }

  async start(): Promise<void> {
    const [{ endpoint }] = await once(this.#process, 'message');
    this.endpoint = endpoint;
  }

  /** The longest turn of the event loop of the server while something ran. */
  async longestTurnMs(run: () => Promise<unknown>): Promise<number> {
    this.#process.send('begin');
    await once(this.#process, 'message');
    try {
      await run();
    } finally {
      this.#process.send('end');
    }
    const [{ longestMs }] = await once(this.#process, 'message');
    return longestMs;
  }

  send(path: string, credentials: typeof rootCredentials, count: number, method = 'GET'): Promise<readonly Sent[]> {
    const url = `${this.endpoint}${path}`;
    return Promise.all(
      Array.from({ length: count }, async () => {
        const headers = signHeaders({
          method,
          url,
          headers: {},
          credentials,
          region: 'us-east-1',
          payloadHash: hashOfNothing,
        });
        delete headers['host'];
        const answer = await fetch(url, { method, headers });
        return { status: answer.status, bytes: (await answer.arrayBuffer()).byteLength };
      }),
    );
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.send('stop');
    else this.#process.kill();
    await ended;
  }
}
