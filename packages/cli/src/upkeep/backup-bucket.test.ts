import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CliError } from '../core/errors.ts';
import { S3Client } from '../s3/s3-client.ts';
import { S3BackupBucket } from './backup-bucket.ts';

type Handle = (incoming: IncomingMessage, answer: ServerResponse) => void;

/** A store with scripted responses, and the bucket that talks to it. */
async function bucketAt(t: TestContext, handle: Handle): Promise<S3BackupBucket> {
  const server = createServer((incoming, answer) => {
    incoming.resume();
    incoming.on('end', () => handle(incoming, answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  // Sound: a server that listens at a port has one.
  const { port } = server.address() as AddressInfo;
  const connection = {
    endpoint: `http://127.0.0.1:${port}`,
    isAws: false,
    isKnownTidegate: false,
    region: 'us-east-1',
    style: 'path',
    signatureVersion: 'v4',
    signatureIsSet: false,
    credentials: { accessKeyId: 'TGAKEXAMPLEEXAMPLE01', secretAccessKey: 'exampleSecret' },
    origin: 'the test',
  } as const;
  const http = { timeoutMs: 60_000, signal: new AbortController().signal };
  return new S3BackupBucket(new S3Client(connection, http, () => 1_700_000_000_000), 's3://box/a/b/');
}

const bytes = Buffer.alloc(100_000, 'tide ');
const content = {
  sizeBytes: bytes.length,
  sha256: 'ab'.repeat(32),
  async *read(start: number, end: number) {
    yield await Promise.resolve(bytes.subarray(start, end));
  },
};

test('REL-11 a download that is cut goes on behind its last byte, while the object is the same', async (t) => {
  const ranges: unknown[] = [];
  const bucket = await bucketAt(t, ({ headers, url }, answer) => {
    assert.equal(url, '/box/a/b/one');
    ranges.push([headers.range, headers['if-match']]);
    const start = Number(/\d+/.exec(headers.range ?? '0')?.[0]);
    answer.writeHead(start === 0 ? 200 : 206, { 'content-length': bytes.length - start, etag: '"e"' });
    // Three pieces; after each but the last the connection is gone.
    const end = Math.min(bytes.length, start + 40_000);
    answer.write(bytes.subarray(start, end), () => (end === bytes.length ? answer.end() : answer.destroy()));
  });
  const opened = await bucket.get('one');
  const pieces: Uint8Array[] = [];
  for await (const piece of opened?.bytes ?? []) pieces.push(piece);
  assert.ok(Buffer.concat(pieces).equals(bytes));
  assert.deepEqual(ranges[0], [undefined, undefined]);
  assert.ok(ranges.length >= 3, `${ranges.length} requests`);
  assert.ok(ranges.slice(1).every((range) => Array.isArray(range) && range[1] === '"e"'));
});

test('REL-11 a download that is cut again and again without a byte fails as not reachable', async (t) => {
  let asked = 0;
  const bucket = await bucketAt(t, (_, answer) => {
    asked += 1;
    answer.writeHead(asked === 1 ? 200 : 206, { 'content-length': bytes.length, etag: '"e"' });
    answer.flushHeaders();
    answer.destroy();
  });
  const read = async (): Promise<void> => {
    for await (const piece of (await bucket.get('one'))?.bytes ?? []) assert.fail(`${piece.length} bytes came`);
  };
  await assert.rejects(read, (error) => error instanceof CliError && error.parts.exit === 5);
});

test('REL-11 an object is put with its hash, under its condition where the store knows conditions', async (t) => {
  const seen: unknown[] = [];
  let etag: string | undefined = '"e"';
  let knows = true;
  const bucket = await bucketAt(t, ({ method, headers }, answer) => {
    const { 'if-match': match, 'if-none-match': none } = headers;
    seen.push([method, match ?? none, headers['x-amz-meta-sha256'] === content.sha256]);
    if (method === 'HEAD') answer.writeHead(etag === undefined ? 404 : 200, etag === undefined ? {} : { etag });
    else if (match === undefined && none === undefined) answer.writeHead(200);
    else if (!knows) answer.writeHead(501);
    else answer.writeHead(match === etag ? 200 : 412);
    answer.end();
  });
  assert.equal(await bucket.put('m', content, { kind: 'etag', etag: '"e"' }), 'stored');
  assert.equal(await bucket.put('m', content, { kind: 'absent' }), 'changed');
  assert.deepEqual(seen, [
    ['PUT', '"e"', true],
    ['PUT', '*', true],
  ]);
  // Another store: it is looked at first then.
  knows = false;
  assert.equal(await bucket.put('m', content, { kind: 'etag', etag: '"e"' }), 'stored');
  assert.equal(await bucket.put('m', content, { kind: 'absent' }), 'changed');
  etag = undefined;
  assert.equal(await bucket.put('m', content, { kind: 'absent' }), 'stored');
  assert.equal(await bucket.put('m', content, { kind: 'etag', etag: '"e"' }), 'changed');
});

test('REL-11 a store that tells nobody of open uploads is a place for backups too', async (t) => {
  const bucket = await bucketAt(t, (_, answer) => {
    answer.writeHead(403, { 'content-type': 'application/xml' });
    answer.end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
  });
  for await (const upload of bucket.listUploads()) assert.fail(upload.name);
});
