import { spawn } from 'node:child_process';
import { once } from 'node:events';

/*
 * The least that a server over a database can be: node:http and node:sqlite. JavaScript in a text, because a file in TypeScript
 * would have what strips its types in memory as well.
 */
const script = `
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
const database = new DatabaseSync(process.env.BARE_DATABASE);
database.exec('PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS objects (key TEXT PRIMARY KEY, size INTEGER)');
const find = database.prepare('SELECT size FROM objects WHERE key = ?');
createServer((request, response) => {
  response.writeHead(200);
  response.end(String(find.get(request.url)?.size ?? 0));
}).listen(0, '127.0.0.1', function () {
  console.log('listening on http://127.0.0.1:' + this.address().port);
});
`;

export type BareStart = { readonly endpoint: string; readonly pid: number; stop(): Promise<void> };

/** Starts it over the database at `database`. */
export async function startLeast(database: string): Promise<BareStart> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { BARE_DATABASE: database },
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
