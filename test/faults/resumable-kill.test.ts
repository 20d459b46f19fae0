import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { LinksServer } from './links-server.ts';

/*
 * One upload by one URL, while the server of two processes is killed whole, again and again: what an answer counted is there
 * afterwards, and what is there is what was sent.
 */
let server: LinksServer;
const kills = 4;
const sizeBytes = 24 * 1024 ** 2;

before(async () => {
  server = await LinksServer.start(2);
  await server.owner('PUT', '/uploads');
});
after(() => server?.remove());

type Answer = { readonly status: number; readonly offset: number };

function ask(url: string, method: string, headers: Record<string, string>, body?: Uint8Array): Promise<Answer | 'cut'> {
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { 'content-length': String(body.byteLength) };
    const own = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };
    const sent = request(url, { method, headers: { ...own, ...headers, ...length }, agent: false }, (answer) => {
      answer.resume();
      answer.on('error', () => resolve('cut'));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, offset: Number(answer.headers['upload-offset'] ?? -1) }),
      );
    });
    sent.on('error', () => resolve('cut'));
    sent.end(body);
  });
}

test('SEC-236 LNK-52 LNK-53 an upload goes on after every kill of the server, and no byte that was acknowledged is lost', async () => {
  const bytes = randomBytes(sizeBytes);
  const { url } = server.links('uploads').presignPut('killed.bin', { limits: { resumable: true, uses: 1 } });
  const created = await ask(url, 'POST', { 'upload-length': String(sizeBytes) });
  assert.notEqual(created, 'cut');
  let acknowledged = 0;
  let killsLeft = kills;
  for (;;) {
    const head = await ask(url, 'HEAD', {});
    assert.ok(head !== 'cut' && head.status === 200, JSON.stringify(head));
    assert.ok(head.offset >= acknowledged, `${head.offset} of ${acknowledged} acknowledged bytes`);
    acknowledged = head.offset;
    if (acknowledged === sizeBytes) break;
    // Small appends, each acknowledged, and one that the kill comes into.
    const end = Math.min(sizeBytes, acknowledged + 1_000_000);
    const small = await ask(url, 'PATCH', { 'upload-offset': String(acknowledged) }, bytes.subarray(acknowledged, end));
    assert.ok(small !== 'cut' && small.status === 204, JSON.stringify(small));
    acknowledged = small.offset;
    const isKilled = killsLeft > 0;
    const large = isKilled ? Math.min(sizeBytes, acknowledged + 4_000_000) : sizeBytes;
    const sending = ask(url, 'PATCH', { 'upload-offset': String(acknowledged) }, bytes.subarray(acknowledged, large));
    if (isKilled) {
      killsLeft -= 1;
      await wait(killsLeft * 3);
      await server.kill('all');
    }
    const answer = await sending;
    if (answer !== 'cut') acknowledged = Math.max(acknowledged, answer.offset);
    if (isKilled) await server.restart();
  }
  assert.equal(killsLeft, 0);
  const stored = Buffer.from(await (await server.owner('GET', '/uploads/killed.bin')).arrayBuffer());
  assert.ok(stored.equals(bytes), 'the bytes differ');
  const again = await ask(url, 'POST', { 'upload-length': '1' });
  assert.equal(again !== 'cut' && again.status, 403, 'the one use was this upload');
});

test('LNK-53 of two appends to one upload over two processes the bytes of one are kept, never a mix', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { url } = server.links('uploads').presignPut(`race ${round}`, { limits: { resumable: true } });
    await ask(url, 'POST', { 'upload-length': '200000' });
    const bodies = [97, 98, 99, 100].map((letter) => Buffer.alloc(200_000, letter));
    const answers = await Promise.all(bodies.map((body) => ask(url, 'PATCH', { 'upload-offset': '0' }, body)));
    const statuses = answers.map((answer) => (answer === 'cut' ? 'cut' : answer.status));
    assert.ok(
      statuses.every((status) => status === 204 || status === 409 || status === 423 || status === 'cut'),
      statuses.join(' '),
    );
    const head = await ask(url, 'HEAD', {});
    assert.ok(head !== 'cut');
    if (head.offset < 200_000) continue;
    const stored = Buffer.from(await (await server.owner('GET', `/uploads/race%20${round}`)).arrayBuffer());
    assert.ok(
      bodies.some((body) => body.equals(stored)),
      `round ${round}`,
    );
    assert.ok(statuses.includes(204), statuses.join(' '));
  }
});
