import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { links, startTestServer, type TestServer } from '../test-server.ts';

const sizeBytes = 300_000;
const rounds = 30;
/** Readers may be slow to have their turn: the writer goes on until they have seen two versions, and gives up at last. */
const mostRounds = 3_000;
const letters = 250;

let server: TestServer;
before(async () => {
  server = await startTestServer();
  assert.equal((await server.signed('PUT', '/replaced')).status, 200);
});
after(() => server.stop());

const bodyOf = (letter: number): Uint8Array<ArrayBuffer> => new Uint8Array(sizeBytes).fill(letter);

for (const range of [undefined, 'bytes=1000-']) {
  test(`SEC-229 an object that is replaced while a limited link reads it is sent as one version, ${range ?? 'whole'}, under its own ETag`, async () => {
    const key = range === undefined ? 'whole' : 'part';
    const url = links(server, 'replaced').presignGet(key, { limits: { uses: 1_000_000 } });
    const etags = new Map<number, string | null>();
    const put = async (letter: number): Promise<void> => {
      const answer = await server.signed('PUT', `/replaced/${key}`, { body: bodyOf(letter) });
      assert.equal(answer.status, 200);
      etags.set(letter, answer.headers.get('etag'));
    };
    await put(0);
    let isWriting = true;
    const seen: (readonly [letter: number, etag: string | null])[] = [];
    const seenVersions = (): number => new Set(seen.map(([letter]) => letter)).size;
    const writer = (async () => {
      for (let round = 1; round <= rounds || (seenVersions() < 2 && round <= mostRounds); round += 1) {
        await put(round % letters);
      }
      isWriting = false;
    })();
    const reader = async (): Promise<void> => {
      while (isWriting) {
        const answer = await fetch(url, range === undefined ? {} : { headers: { range } });
        assert.equal(answer.status, range === undefined ? 200 : 206);
        const bytes = new Uint8Array(await answer.arrayBuffer());
        const [letter = -1] = bytes;
        assert.ok(
          bytes.every((byte) => byte === letter),
          'two versions in one answer',
        );
        seen.push([letter, answer.headers.get('etag')]);
      }
    };
    await Promise.all([writer, reader(), reader(), reader()]);
    // A version may be read before its own writer is told of it.
    for (const [letter, etag] of seen) assert.equal(etag, etags.get(letter));
    assert.ok(seenVersions() > 1, 'nothing was replaced while it was read');
  });
}
