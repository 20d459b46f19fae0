import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TidegateError, tidegate } from '@tidegate/presign/admin';
import { rootCredentials, startTestServer, type TestServer } from '../test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
  await server.signed('PUT', '/reports');
  await server.signed('PUT', '/reports/q3.pdf', { body: 'x' });
});
after(() => server.stop());

/** A `fetch` whose streams break behind the first piece that has an event in it. */
function breaking(): { readonly fetch: typeof fetch; readonly opened: () => number } {
  let opened = 0;
  return {
    opened: () => opened,
    fetch: async (...given) => {
      const answer = await fetch(...given);
      opened += 1;
      if (opened > 1 || answer.body === null) return answer;
      const broken = answer.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            controller.enqueue(chunk);
            if (new TextDecoder().decode(chunk).includes('data:')) controller.error(new Error('cut'));
          },
        }),
      );
      return new Response(broken, answer);
    },
  };
}

test('EVT-10 the client hears of events without a gap or a double, over a stream that breaks', async () => {
  const line = breaking();
  const client = tidegate({ endpoint: server.endpoint, credentials: rootCredentials, fetch: line.fetch });
  const shares: string[] = [];
  const makeShare = async () => {
    const made = await tidegate({ endpoint: server.endpoint, credentials: rootCredentials }).createShare({
      bucket: 'reports',
      key: 'q3.pdf',
    });
    shares.push(made.id);
  };
  const heard: (string | null)[] = [];
  const events = client.events({ types: ['share.created'] });
  const first = events.next();
  while (line.opened() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await makeShare();
  heard.push((await first).value?.link ?? null);
  await makeShare();
  await makeShare();
  for await (const event of events) {
    assert.equal(event.type, 'share.created');
    heard.push(event.link);
    if (heard.length === 3) break;
  }
  assert.deepEqual(heard, shares);
  assert.ok(line.opened() >= 2);
});

test('EVT-5 what the server refuses to tell is thrown, and a signal ends the stream', async () => {
  const client = tidegate({ endpoint: server.endpoint, credentials: rootCredentials });
  await assert.rejects(
    client.events({ types: ['link.spnt'] }).next(),
    (error) => error instanceof TidegateError && error.status === 400,
  );
  const ending = new AbortController();
  const next = client.events({}, { signal: ending.signal }).next();
  ending.abort();
  assert.deepEqual(await next, { value: undefined, done: true });
});
