import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type BucketItem, Client } from 'minio';
import type { Product } from '../product-server.ts';

/** Makes one side like the other, with nothing but calls of the minio client: what `mc mirror --remove` does. */
export function openMinioMirror(product: Product): {
  up(folder: string, bucket: string): Promise<void>;
  down(bucket: string, folder: string): Promise<void>;
} {
  const client = new Client({
    endPoint: '127.0.0.1',
    port: product.port,
    useSSL: false,
    region: 'us-east-1',
    accessKey: product.accessKeyId,
    secretKey: product.secretAccessKey,
    partSize: 5 * 1024 * 1024,
  });
  const list = async (bucket: string): Promise<Map<string, BucketItem>> => {
    const found = new Map<string, BucketItem>();
    for await (const item of client.listObjectsV2(bucket, '', true)) {
      // Sound: the stream's items are BucketItem; Node types what a stream yields as any.
      const entry = item as BucketItem;
      if (entry.name !== undefined) found.set(entry.name, entry);
    }
    return found;
  };
  return {
    async up(folder, bucket) {
      const there = await list(bucket);
      const here = await filesOf(folder);
      for (const name of here) {
        const path = join(folder, name);
        if (!(await isSame(path, there.get(name)))) await client.fPutObject(bucket, name, path);
      }
      const tooMuch = [...there.keys()].filter((name) => !here.includes(name));
      if (tooMuch.length > 0) await client.removeObjects(bucket, tooMuch);
    },
    async down(bucket, folder) {
      const there = await list(bucket);
      for (const [name, item] of there) {
        const path = join(folder, name);
        await mkdir(dirname(path), { recursive: true });
        if (!(await isSame(path, item))) await client.fGetObject(bucket, name, path);
      }
      for (const name of await filesOf(folder)) if (!there.has(name)) await rm(join(folder, name));
    },
  };
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** By MD5 where the tag is one, else by size. */
async function isSame(path: string, item: BucketItem | undefined): Promise<boolean> {
  if (item === undefined) return false;
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.length !== item.size) return false;
  const tag = (item.etag ?? '').replaceAll('"', '');
  return tag.includes('-') || tag === createHash('md5').update(bytes).digest('hex');
}
