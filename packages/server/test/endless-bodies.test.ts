import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { signHeaders } from '@tidegate/presign';
import { links, startTestServer, type TestServer } from './test-server.ts';

const mostBytes = 100_000;
let server: TestServer;
before(async () => {
  server = await startTestServer({ toml: `[limits]\nmax_single_put_bytes = ${mostBytes}\n` });
  assert.equal((await server.signed('PUT', '/endless')).status, 200);
});
after(() => server.stop());

/** Sends a head and then the same piece for ever, until the server closes. @returns its answer, and the bytes that were sent */
function sendEndless(head: string, piece: Buffer): Promise<{ readonly answer: string; readonly sentBytes: number }> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    let sentBytes = 0;
    const send = (): void => {
      while (!socket.destroyed && sentBytes < 1000 * mostBytes) {
        sentBytes += piece.length;
        if (!socket.write(piece)) {
          socket.once('drain', send);
          return;
        }
      }
    };
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ answer, sentBytes }));
    socket.write(head);
    send();
  });
}

const headOf = (method: string, target: string, headers: Readonly<Record<string, string>>): string =>
  `${method} ${target} HTTP/1.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

test('SEC-422 an endless chunked body is refused once it is longer than an upload may be', async () => {
  const { pathname, search } = new URL(links(server, 'endless').presignPut('chunked').url);
  const head = headOf('PUT', `${pathname}${search}`, { host: server.host, 'transfer-encoding': 'chunked' });
  const { answer, sentBytes } = await sendEndless(head, Buffer.from(`400\r\n${'x'.repeat(1024)}\r\n`));
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*<Code>EntityTooLarge</);
  assert.ok(sentBytes < 500 * mostBytes, `${sentBytes} bytes were taken`);
  assert.equal((await server.signed('GET', '/endless/chunked')).status, 404);
});

test('SEC-422 endless aws-chunked chunks of one byte are refused at the declared length', async () => {
  const url = `${server.endpoint}/endless/signed`;
  const headers = signHeaders({
    method: 'PUT',
    url,
    headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '1000' },
    credentials: server.credentials,
    region: 'us-east-1',
    payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  });
  const head = headOf('PUT', '/endless/signed', { host: server.host, ...headers, 'transfer-encoding': 'chunked' });
  const piece = Buffer.from(`6\r\n1\r\nx\r\n\r\n`.repeat(100));
  const { answer } = await sendEndless(head, piece);
  assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*<Code>IncompleteBody</);
  assert.equal((await server.signed('GET', '/endless/signed')).status, 404);
});
