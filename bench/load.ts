import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sides } from './row.ts';

/** What a server answered: requests a second by the clock, and a second of its process's time on the processors, threads included. */
export type Speed = { readonly byClock: number; readonly byProcessor: number };

/** A server under load. */
export type Loaded = { readonly endpoint: string; readonly pid: number };

/**
 * wrk with one thread and 64 connections, cycling through `targets`; any answer but 2xx fails. One that comes late does not:
 * where neighbours take the processors away, a second is long, and the rate tells.
 */
export async function speedOf(
  { endpoint, pid }: Loaded,
  options: {
    readonly targets: readonly string[];
    readonly method?: 'GET' | 'PUT';
    readonly bodyBytes?: number;
    readonly folder: string;
    /** `refusals`: every answer has to be one. */
    readonly answers?: 'refusals';
  },
): Promise<Speed> {
  const { method = 'GET' } = options;
  const script = join(options.folder, `load-${method}.lua`);
  const list = join(options.folder, `targets-${method}.txt`);
  await writeFile(list, options.targets.join('\n'));
  await writeFile(
    script,
    `local targets = {}
for line in io.lines("${list}") do targets[#targets + 1] = line end
local at = 0
wrk.method = "${method}"
${options.bodyBytes === undefined ? '' : `wrk.body = string.rep("x", ${options.bodyBytes})`}
request = function()
  at = at % #targets + 1
  return wrk.format(nil, targets[at])
end
`,
  );
  const before = await processorSeconds(pid);
  const out = await outputOf('wrk', ['-t1', '-c64', '-d3', '--timeout', '30s', '-s', script, endpoint]);
  const seconds = (await processorSeconds(pid)) - before;
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? 0);
  const answered = Number(/(\d+) requests in/.exec(out)?.[1]);
  const expected = options.answers === 'refusals' ? answered : 0;
  if (refused !== expected || /Socket errors/.test(out)) throw new Error(`the load met other answers:\n${out}`);
  return { byClock: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1]), byProcessor: answered / seconds };
}

/** Both sides of a row that compares two servers, or one in two ways. */
export function sidesOf(a: Speed, b: Speed): Sides {
  return { a: a.byClock, b: b.byClock, processor: { a: a.byProcessor, b: b.byProcessor } };
}

/** User and system time of a process and all its threads: fields 14 and 15 of proc(5), in hundredths of a second. */
async function processorSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
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

export type Bare = Loaded & { stop(): Promise<void> };

/** The bare node:http server of bare-server.ts in a process of its own. */
export async function startBare(environment: Readonly<Record<string, string>>): Promise<Bare> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./bare-server.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
  });
  const [first] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return {
    endpoint: first.replace('listening on ', '').trim(),
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
