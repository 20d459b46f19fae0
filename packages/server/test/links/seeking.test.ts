import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import { links, startTestServer, type TestServer } from '../test-server.ts';

/** So large that the kernels' buffers, which take what nobody reads yet, are a small part of it. */
const sizeBytes = 128 * 1024 ** 2;
const half = sizeBytes / 2;

let server: TestServer;
before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/films')).status, 200);
  assert.equal((await server.signed('PUT', '/films/film', { body: new Uint8Array(sizeBytes) })).status, 200);
});
after(() => server.stop());

const film = (id: string, uses: number): string =>
  links(server, 'films').presignGet('film', { expiresIn: 3_600, limits: { id, uses } });

/** A transfer whose first bytes are here, and which nobody reads on. */
type Begun = { readonly outgoing: ClientRequest; readonly answer: IncomingMessage; readonly readBytes: number };

async function begin(url: string, range: string): Promise<Begun> {
  const outgoing = request(url, { agent: false, headers: { range } });
  outgoing.on('error', () => undefined);
  outgoing.end();
  const [answer]: IncomingMessage[] = await once(outgoing, 'response');
  assert.ok(answer !== undefined);
  answer.on('error', () => undefined);
  if (answer.statusCode !== 206) return { outgoing, answer: answer.resume(), readBytes: 0 };
  const [chunk]: Buffer[] = await once(answer, 'data');
  answer.pause();
  return { outgoing, answer, readBytes: chunk?.length ?? 0 };
}

/** Reads to the end, or until it is cut. */
async function rest({ answer, readBytes }: Begun): Promise<{ readonly bytes: number; readonly isWhole: boolean }> {
  let bytes = readBytes;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  answer.resume();
  // `once` would reject where it is cut.
  if (!answer.destroyed) await new Promise<void>((resolve) => answer.once('close', resolve));
  return { bytes, isWhole: answer.complete };
}

async function usesOf(label: string): Promise<number | undefined> {
  const { links: ledger } = server.running;
  await ledger.flush();
  const page = await ledger.listLinks({
    accountId: undefined,
    sort: 'created',
    order: 'asc',
    limit: 10,
    cursor: undefined,
    label,
  });
  return page.items[0]?.uses.count;
}

test('LDG-16 SEC-210 who seeks while the last transfer is under way gets what is left, and what that one gives back', async () => {
  const url = film('comes-back', 1);
  const first = await begin(url, 'bytes=1-');
  const second = await begin(url, `bytes=${half}-`);
  assert.equal(second.answer.statusCode, 206);
  assert.equal(second.answer.headers['content-length'], String(half));
  first.outgoing.destroy();
  assert.deepEqual(await rest(second), { bytes: half, isWhole: true });
  assert.equal(await usesOf('comes-back'), 1);
});

test('LDG-12 LDG-16 SEC-210 who asks for more than a session holds is cut where it ends, and never ends well', async () => {
  const url = film('is-cut', 1);
  const first = await begin(url, 'bytes=1-');
  const second = await begin(url, `bytes=${half}-`);
  // The first has reserved a window, not all that it asked for.
  assert.deepEqual(await rest(second), { bytes: half, isWhole: true });
  const { bytes, isWhole } = await rest(first);
  assert.equal(isWhole, false);
  assert.ok(bytes + half <= sizeBytes * 1.25, `${bytes}`);
  const third = await begin(url, 'bytes=5-');
  assert.equal(third.answer.statusCode, 403);
  assert.equal(await usesOf('is-cut'), 1);
  assert.doesNotMatch(server.logged(), /"level":"error"/);
});

test('LDG-16 where there is another use it goes on with that', async () => {
  const url = film('goes-on', 2);
  const first = await begin(url, 'bytes=1-');
  const second = await begin(url, `bytes=${half}-`);
  assert.deepEqual(await rest(second), { bytes: half, isWhole: true });
  assert.ok((await rest(first)).isWhole);
  assert.equal(await usesOf('goes-on'), 2);
});

test('LDG-12 LDG-16 one use is enough to seek to and fro for as long as the object and a quarter have not been sent', async () => {
  const url = film('to-and-fro', 1);
  let seeks = 0;
  // What the kernels take in advance of each is counted as sent: no more than some MiB.
  for (const eighth of [6, 1, 4, 7, 2, 0]) {
    const { outgoing, answer } = await begin(url, `bytes=${(eighth * sizeBytes) / 8}-`);
    assert.equal(answer.statusCode, 206, `after ${seeks} seeks`);
    seeks += 1;
    outgoing.destroy();
  }
  assert.equal(await usesOf('to-and-fro'), 1);
});
