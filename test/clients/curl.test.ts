import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bucket as bucketOf } from '@tidegate/presign';
import { hasTool, runWell } from '../outside-tool.ts';
import type { Product } from '../product-server.ts';
import { type ClientUnderTest, clientJourney, type Signing } from './journey.ts';

const partBytes = 16 * 1024 * 1024;

/** Only curl: `--aws-sigv4` for requests with a key, and presigned URLs of our own library. */
function openCurl(product: Product): ClientUnderTest {
  const scratch = join(product.folder, 'curl-scratch');
  const user = `${product.accessKeyId}:${product.secretAccessKey}`;
  const env = { PATH: product.environment['PATH'] ?? '' };
  const plain = (...args: string[]) => runWell('curl', ['-sS', '--fail-with-body', ...args], { env });
  // Without this curl removes dot segments from what was signed (SIG-113). It refuses the flag beside its own signature.
  const curl = (...args: string[]) => plain('--path-as-is', ...args);
  const signed = (method: string, path: string, ...args: string[]) =>
    plain('--aws-sigv4', 'aws:amz:us-east-1:s3', '--user', user, '-X', method, ...args, `${product.endpoint}/${path}`);
  const links = (name: string, signing: Partial<Signing> = {}) =>
    bucketOf(name, {
      endpoint: product.endpoint,
      region: signing.region ?? 'us-east-1',
      credentials: {
        accessKeyId: signing.accessKeyId ?? product.accessKeyId,
        secretAccessKey: signing.secretAccessKey ?? product.secretAccessKey,
      },
      now: () => new Date(Date.now() + (signing.clockOffsetSeconds ?? 0) * 1000),
    });
  return {
    makeBucket: async (name) => void (await signed('PUT', name)),
    removeBucket: async (name) => void (await signed('DELETE', name)),
    async putText(name, key, text) {
      const put = links(name).presignPut(key);
      await curl('-X', 'PUT', '--data-binary', text, '-H', 'Content-Type: text/plain', put.url);
    },
    async putFile(name, key, file) {
      const to = links(name);
      const upload = await to.createUpload(key);
      const count = Math.ceil((await stat(file)).size / partBytes);
      const etags: { partNumber: number; etag: string }[] = [];
      for (const part of to.presignParts(upload, { parts: { from: 1, to: count } })) {
        await cutPart(file, part.partNumber, scratch);
        const head = await curl('-T', scratch, '-D', '-', '-o', '/dev/null', part.url);
        etags.push({ partNumber: part.partNumber, etag: /^etag: (.*)$/im.exec(head)?.[1]?.trim() ?? '' });
      }
      const complete = to.presignComplete(upload, etags);
      await curl('-X', complete.method, '--data-binary', complete.body ?? '', complete.url);
    },
    getFile: async (name, key, file) => void (await curl('-o', file, links(name).presignGet(key))),
    async list(name) {
      const xml = await signed('GET', name);
      return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescapeXml(key));
    },
    async getBytes(name, key) {
      await curl('-o', scratch, links(name).presignGet(key));
      const bytes = await readFile(scratch);
      await rm(scratch);
      return bytes;
    },
    remove: async (name, key) => void (await curl('-X', 'DELETE', links(name).presignDelete(key).url)),
    presignGet: async (name, key, signing) =>
      links(name, signing).presignGet(key, { expiresIn: signing.expiresInSeconds }),
    presignPut: async (name, key, signing) =>
      links(name, signing).presignPut(key, { expiresIn: signing.expiresInSeconds }).url,
  };
}

async function cutPart(file: string, partNumber: number, to: string): Promise<void> {
  const source = await open(file);
  const part = Buffer.alloc(partBytes);
  const { bytesRead } = await source.read(part, 0, partBytes, (partNumber - 1) * partBytes);
  await source.close();
  await writeFile(to, part.subarray(0, bytesRead));
}

function unescapeXml(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

clientJourney({
  name: 'curl',
  isHere: (t) => hasTool(t, 'curl', ['--version']),
  open: openCurl,
  cannot: { keys: {} },
  presigns: 'v4',
});
