import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { listeningAddress } from '../product-server.ts';

/** What somebody has who opens a terminal: a path and a home folder. */
export function readerEnvironment(home: string): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(':'),
    HOME: home,
    LC_ALL: 'C.UTF-8',
    npm_config_cache: join(home, '.npm'),
  };
}

/** The server of somebody who follows a document in `folder`: its data in ./data, its key where it keeps the first one. */
export async function startAsReader(
  folder: string,
  home: string,
  flags: readonly string[] = [],
): Promise<{ readonly endpoint: string; readonly folder: string; readonly stop: () => Promise<void> }> {
  const bin = join(folder, 'node_modules/tidegate/bin/tidegate.js');
  const child = spawn(
    process.execPath,
    [bin, 'serve', './data', '--listen', '127.0.0.1:0', '--console-listen', 'off', ...flags],
    { cwd: folder, env: readerEnvironment(home), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const endpoint = await listeningAddress(child, () => log);
  return {
    endpoint,
    folder,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
