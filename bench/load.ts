import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** wrk with one thread and 64 connections, cycling through `targets`. Resolves to requests a second; any answer but 2xx fails. */
export async function requestsPerSecond(options: {
  readonly endpoint: string;
  readonly targets: readonly string[];
  readonly method: 'GET' | 'PUT';
  readonly bodyBytes?: number;
  readonly folder: string;
  readonly seconds?: number;
  /** `refusals`: every answer has to be one. */
  readonly answers?: 'refusals';
}): Promise<number> {
  const script = join(options.folder, `load-${options.method}.lua`);
  const list = join(options.folder, `targets-${options.method}.txt`);
  await writeFile(list, options.targets.join('\n'));
  await writeFile(
    script,
    `local targets = {}
for line in io.lines("${list}") do targets[#targets + 1] = line end
local at = 0
wrk.method = "${options.method}"
${options.bodyBytes === undefined ? '' : `wrk.body = string.rep("x", ${options.bodyBytes})`}
request = function()
  at = at % #targets + 1
  return wrk.format(nil, targets[at])
end
`,
  );
  const out = await outputOf('wrk', ['-t1', '-c64', `-d${options.seconds ?? 3}`, '-s', script, options.endpoint]);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? 0);
  const answered = Number(/(\d+) requests in/.exec(out)?.[1]);
  const expected = options.answers === 'refusals' ? answered : 0;
  if (refused !== expected || /Socket errors/.test(out)) throw new Error(`the load met other answers:\n${out}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1]);
}

export async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}\n${out}`);
  return out;
}

export type Bare = { readonly endpoint: string; stop(): Promise<void> };

/** The bare node:http server of bare-server.ts in a process of its own. */
export async function startBare(environment: Readonly<Record<string, string>>): Promise<Bare> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./bare-server.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
  });
  const [first] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return {
    endpoint: first.replace('listening on ', '').trim(),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
