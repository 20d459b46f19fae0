import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { LinksServer } from './links-server.ts';

/*
 * A file request that takes so many files and bytes, while the server of two processes is killed whole under its senders: what came
 * is what is stored, nothing that was cut holds a place, and the caps are never exceeded.
 */
const files = 30;
const sizeBytes = 2_000;
const kills = 3;
const senders = 12;
let server: LinksServer;

before(async () => {
  server = await LinksServer.start(2);
  await server.owner('PUT', '/inbox');
});
after(() => server?.remove());

type Counted = {
  readonly uses: { readonly count: number; readonly open: number };
  readonly bytes: { readonly in: number };
};

function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: Uint8Array,
): Promise<number | 'cut'> {
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { 'content-length': String(body.byteLength) };
    const sent = request(url, { method, headers: { ...headers, ...length }, agent: false }, (answer) => {
      answer.resume();
      answer.on('error', () => resolve('cut'));
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', () => resolve('cut'));
    sent.end(body);
  });
}

const tus = { 'tus-resumable': '1.0.0' };
const id = (round: number, at: number): string => `R${round}A${at}`.padEnd(22, 'x');

/** Sends a file as a page does, or by one PUT; given up where the server is gone. */
async function sendFile(url: string, round: number, at: number): Promise<void> {
  const body = new Uint8Array(sizeBytes).fill(97 + (at % 26));
  const place = `${url}/r${round}-${at}`;
  if (at % 2 === 0) {
    await send(place, 'PUT', {}, body);
    return;
  }
  const query = `?upload=${id(round, at)}`;
  const created = await send(place + query, 'POST', { ...tus, 'upload-length': String(sizeBytes) });
  if (created !== 201) return;
  const bytes = { ...tus, 'content-type': 'application/offset+octet-stream' };
  await send(place + query, 'PATCH', { ...bytes, 'upload-offset': '0' }, body);
}

test('SHR-26 SHR-28 across kills of the server, complete files are stored, and interrupted ones release their place', async () => {
  const asked = { bucket: 'inbox', prefix: 'in/', limits: { uses: files, totalBytes: files * sizeBytes } };
  const json = { 'content-type': 'application/json' };
  const made = await server.owner('POST', '/_/api/v1/requests', JSON.stringify(asked), json);
  const { url, id: name }: { url: string; id: string } = JSON.parse(await made.text());
  const counts = async (): Promise<Counted> =>
    JSON.parse(await (await server.owner('GET', `/_/api/v1/requests/${name}`)).text());
  const stored = async (): Promise<number> => {
    const listed = await (await server.owner('GET', '/inbox?list-type=2&prefix=in/')).text();
    return listed.split('<Key>').length - 1;
  };
  for (let round = 0; round < kills; round += 1) {
    const sending = Promise.all(Array.from({ length: senders }, (_, at) => sendFile(url, round, at)));
    await wait(round * 12);
    await server.kill('all');
    await sending;
    await server.restart();
    const { uses, bytes } = await counts();
    assert.deepEqual([uses.count, bytes.in], [await stored(), uses.count * sizeBytes], `round ${round}`);
    // Only an upload in pieces may still hold a place: its sender can resume it, or give it up.
    for (let at = 1; at < senders; at += 2) {
      await send(`${url}/r${round}-${at}?upload=${id(round, at)}`, 'DELETE', tus);
    }
    assert.equal((await counts()).uses.open, 0, `round ${round}`);
  }
  const { uses } = await counts();
  for (let at = uses.count; at < files; at += 1) {
    assert.equal(await send(`${url}/last-${at}`, 'PUT', {}, new Uint8Array(sizeBytes)), 201);
  }
  assert.equal(await send(`${url}/more`, 'PUT', {}, new Uint8Array(0)), 403);
  assert.deepEqual([await stored(), (await counts()).uses.count], [files, files]);
});
