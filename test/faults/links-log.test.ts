import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LinksServer } from './links-server.ts';

const bodyBytes = 60_000;
const totalBytes = 320_000_000;
/** 64 MiB that SQLite keeps of the file, and what comes in while everybody's writes are being held. */
const mostLogBytes = 160_000_000;

let server: LinksServer;
before(async () => {
  server = await LinksServer.start(2);
  await server.owner('PUT', '/log-of-two');
});
after(() => server.remove());

function put(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'PUT', agent }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(new Uint8Array(bodyBytes));
  });
}

test('REL-20 the write-ahead log starts anew although two workers write without a pause', async (t) => {
  const links = server.links('log-of-two');
  let sent = 0;
  let longest = 0;
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (sent * bodyBytes < totalBytes) {
        sent += 1;
        assert.equal(await put(links.presignPut(`k${sent % 400}`, { expiresIn: 900 }).url, agent), 200);
        if (sent % 64 === 0) longest = Math.max(longest, statSync(join(server.data, 'meta.db-wal')).size);
      }
      agent.destroy();
    }),
  );
  t.diagnostic(
    `${Math.round((sent * bodyBytes) / 1e6)} MB written, the log was ${Math.round(longest / 1e6)} MB at most`,
  );
  assert.ok(longest < mostLogBytes, `${longest} bytes`);
});
