import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { type Bucket, type BucketConfig, bucket } from '@tidegate/presign';
import { type Product, startProduct } from '../../../test/product-server.ts';
import { type StoreProxy, startStoreProxy } from '../../../test/store-proxy.ts';
import { toNodeHandler, type UploadOptions, uploadHandler } from '../src/server.ts';

/** A store behind a proxy, and the bucket `uploads` on it. */
export type Fixture = {
  readonly product: Product;
  readonly proxy: StoreProxy;
  /** Signs for pages by way of the proxy, and asks the store directly. */
  readonly uploads: Bucket;
  bucketOf(config?: BucketConfig): Bucket;
  /** Keys of open multipart uploads. */
  openUploads(): Promise<string[]>;
  stop(): Promise<void>;
};

/** Starts both. */
export async function openFixture(): Promise<Fixture> {
  const product = await startProduct();
  await product.tidegate('mb', 'uploads');
  const proxy = await startStoreProxy(product.endpoint);
  const { endpoint, accessKeyId, secretAccessKey } = product;
  const bucketOf = (config: BucketConfig = {}) =>
    bucket('uploads', {
      endpoint,
      publicEndpoint: proxy.endpoint,
      credentials: { accessKeyId, secretAccessKey },
      ...config,
    });
  const uploads = bucketOf();
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    product,
    proxy,
    uploads,
    bucketOf,
    async openUploads() {
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'uploads' }));
      return Uploads.map(({ Key = '' }) => Key);
    },
    async stop() {
      s3.destroy();
      await proxy.close();
      await product.stop();
    },
  };
}

/** An application with `uploadHandler` at `/upload`. */
export type Application = { readonly endpoint: string; readonly actions: string[]; close(): Promise<void> };

/** Starts it; `actions` names what was asked of it. */
export async function startApplication<Meta, Result>(options: UploadOptions<Meta, Result>): Promise<Application> {
  const handler = uploadHandler(options);
  const actions: string[] = [];
  const answer = toNodeHandler(async (request) => {
    const text = await request.clone().text();
    actions.push(String(JSON.parse(text).action));
    return handler(request);
  });
  const server: Server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}/upload`,
    actions,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Bytes that tell where they stand. */
export function bytesOf(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at++) bytes[at] = at + (at >> 12);
  return bytes;
}
