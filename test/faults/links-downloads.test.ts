import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hasTool, run } from '../outside-tool.ts';
import { readUses } from './link-books.ts';
import { LinksServer } from './links-server.ts';

const mebibyte = 1024 ** 2;
/** A release takes 1 GiB. */
const sizeBytes = Number(process.env['TIDEGATE_DOWNLOAD_MIB'] ?? 1024) * mebibyte;

let server: LinksServer;
let expected: string;

before(async () => {
  server = await LinksServer.start(2);
  await server.owner('PUT', '/big');
  expected = await upload(server.links('big').presignPut('film', { expiresIn: 3_600 }).url);
});
after(() => server.remove());

/** Bytes that differ from place to place, so that a range from elsewhere is noticed. */
function* content(): Generator<Buffer> {
  for (let at = 0; at < sizeBytes; at += mebibyte) {
    const block = Buffer.alloc(mebibyte, `${at / mebibyte}·`);
    block.writeUInt32BE(at / mebibyte);
    yield block;
  }
}

async function upload(url: string): Promise<string> {
  const hash = createHash('sha256');
  const outgoing = request(url, { method: 'PUT', agent: false, headers: { 'content-length': String(sizeBytes) } });
  const answered = once(outgoing, 'response');
  for (const block of content()) {
    hash.update(block);
    if (!outgoing.write(block)) await once(outgoing, 'drain');
  }
  outgoing.end();
  const [answer]: IncomingMessage[] = await answered;
  answer?.resume();
  assert.equal(answer?.statusCode, 200);
  return hash.digest('hex');
}

const link = (id: string, uses = 1): string =>
  server.links('big').presignGet('film', { expiresIn: 3_600, limits: { uses, id } });

/** One range, hashed or thrown away. @returns status and bytes */
function range(url: string, agent: Agent, start: number, end: number): Promise<{ status: number; block: Buffer }> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { range: `bytes=${start}-${end}` } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, block: Buffer.concat(chunks) }));
    })
      .on('error', reject)
      .end();
  });
}

/** What a download of the whole is answered now. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false }, (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    })
      .on('error', reject)
      .end();
  });
}

/** Uses that the stopped server's books show; then it goes on. */
async function usesOf(label: string): Promise<number | undefined> {
  assert.equal(await server.end(), 0);
  const uses = await readUses(server.data, [label]);
  await server.restart();
  return uses.get(label);
}

test(`LDG-12 SEC-204 ${sizeBytes / mebibyte} MiB by 16 ranges at a time, over both workers, are one use`, async () => {
  const url = link('parallel');
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const blockBytes = 8 * mebibyte;
  const blocks: (Buffer | undefined)[] = [];
  const hash = createHash('sha256');
  let hashed = 0;
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let n = next; n * blockBytes < sizeBytes; n = next) {
        next += 1;
        const { status, block } = await range(
          url,
          agent,
          n * blockBytes,
          Math.min(sizeBytes, (n + 1) * blockBytes) - 1,
        );
        assert.equal(status, 206);
        blocks[n] = block;
        for (let ready = blocks[hashed]; ready !== undefined; ready = blocks[hashed]) {
          hash.update(ready);
          blocks[hashed] = undefined;
          hashed += 1;
        }
      }
    }),
  );
  agent.destroy();
  console.log(`${sizeBytes / mebibyte} MiB by 16 ranges in ${Math.round(performance.now() - startedAt)} ms`);
  assert.equal(hash.digest('hex'), expected);
  assert.equal(await statusOf(url), 403, 'the use is consumed');
  assert.equal(await usesOf('parallel'), 1);
});

test('LDG-12 LDG-14 SEC-204 a download by curl that is cut twice and resumed is one use', async (t) => {
  if (!hasTool(t, 'curl', ['--version'])) return;
  const url = link('resumed');
  const file = join(server.folder, 'film');
  const curl = (...args: readonly string[]) => run('curl', ['-sS', '-o', file, ...args, url], {});
  // The whole is never there in time: curl gives up after a second of a bounded speed, twice.
  for (const resume of [[], ['-C', '-']]) {
    const { code } = await curl(...resume, '--max-time', '1', '--limit-rate', '200M');
    assert.equal(code, 28);
  }
  const last = await curl('-C', '-');
  assert.equal(last.code, 0, last.stderr);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  assert.equal(hash.digest('hex'), expected);
  assert.equal(await statusOf(url), 403, 'the use is consumed');
  assert.equal(await usesOf('resumed'), 1);
});
