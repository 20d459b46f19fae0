import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { Server } from 'node:net';
import { type AddressInfo, connect, createServer as createProxy } from 'node:net';
import { after, before, test } from 'node:test';
import { bucket } from '@tidegate/presign';
import { Upload } from 'tus-js-client';
import { bareRequest } from '../bare-http.ts';
import { type Product, startProduct } from '../product-server.ts';

/* tus-js-client as npm has it, in Node, against a presigned PUT URL and nothing else. */
let product: Product;

before(async () => {
  product = await startProduct();
  await product.tidegate('mb', 'tus');
});
after(() => product?.stop());

const linksTo = (endpoint: string) =>
  bucket('tus', {
    endpoint,
    store: 'tidegate',
    credentials: { accessKeyId: product.accessKeyId, secretAccessKey: product.secretAccessKey },
  });

type Uploading = { readonly chunkSize?: number; readonly onProgress?: (sent: number, total: number) => void };

function upload(url: string, bytes: Buffer, options: Uploading = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const running = new Upload(bytes, {
      endpoint: url,
      retryDelays: Array.from({ length: 40 }, () => 25),
      metadata: { filename: 'a.bin', filetype: 'application/x-tide' },
      onError: reject,
      onSuccess: () => resolve(running.url ?? ''),
      ...options,
    });
    running.start();
  });
}

async function checkStored(key: string, bytes: Buffer): Promise<void> {
  const { endpoint } = product;
  const answer = await bareRequest(linksTo(endpoint).presignGet(key));
  assert.equal(answer.status, 200);
  assert.equal(sha256(answer.body), sha256(bytes));
  assert.equal(answer.headers['content-type'], 'application/x-tide');
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('LNK-50 tus-js-client sends a file by one presigned URL, whole or in chunks', async () => {
  for (const chunkSize of [undefined, 1_000_000]) {
    const key = `whole ${chunkSize}`;
    const bytes = randomBytes(5_300_001);
    const { url } = linksTo(product.endpoint).presignPut(key, { limits: { resumable: true, uses: 1 } });
    await upload(url, bytes, chunkSize === undefined ? {} : { chunkSize });
    await checkStored(key, bytes);
  }
});

test('LNK-52 tus-js-client goes on by itself when the connection is cut in the middle, and sends little twice', async () => {
  let cuts = 3;
  let passed = 0;
  // A way to the server that breaks after each three megabytes, three times.
  const proxy = createProxy((client) => {
    const behind = connect(product.port, '127.0.0.1');
    let here = 0;
    client.on('data', (chunk: Buffer) => {
      here += chunk.byteLength;
      passed += chunk.byteLength;
      behind.write(chunk);
      if (cuts > 0 && here > 3_000_000) {
        cuts -= 1;
        client.destroy();
        behind.end();
      }
    });
    behind.pipe(client);
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      one.on('error', () => other.destroy());
    }
    client.on('close', () => behind.end());
    behind.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = addressOf(proxy);
    const bytes = randomBytes(16_000_000);
    const { url } = linksTo(`http://127.0.0.1:${port}`).presignPut('cut', { limits: { resumable: true, uses: 1 } });
    await upload(url, bytes);
    await checkStored('cut', bytes);
    assert.equal(cuts, 0);
    console.log(`tus-js-client sent ${passed} bytes for ${bytes.byteLength} over three cuts`);
  } finally {
    proxy.close();
  }
});

test('LNK-51 tus-js-client gives an upload up, and begins it anew by the same URL and the same use', async () => {
  const { url } = linksTo(product.endpoint).presignPut('given up', { limits: { resumable: true, uses: 1 } });
  const first = new Upload(randomBytes(8_000_000), { endpoint: url, chunkSize: 500_000 });
  await new Promise<void>((resolve, reject) => {
    first.options.onError = reject;
    first.options.onChunkComplete = () => resolve();
    first.start();
  });
  await first.abort(true);
  const bytes = randomBytes(400_000);
  await upload(url, bytes);
  await checkStored('given up', bytes);
  await assert.rejects(upload(url, bytes), /LinkUsesSpent|403/);
});

function addressOf(server: Pick<Server, 'address'>): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen.');
  return address;
}
