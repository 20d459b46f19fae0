import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { bucket } from '@tidegate/presign';
import { toNodeHandler, type UploadOptions, uploadHandler } from '@tidegate/upload/server';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { type Product, startProduct } from '../product-server.ts';
import { type StoreProxy, startStoreProxy } from '../store-proxy.ts';

/** An application with a page and a handler, and a store behind a proxy, each on an origin of its own. */
export type UploadFixture = {
  readonly product: Product;
  readonly proxy: StoreProxy;
  /** Of the application. */
  readonly origin: string;
  /** What was asked of the handler, by name. */
  readonly actions: string[];
  /** Gives the next uploads other options. */
  change(options: Partial<UploadOptions<unknown, unknown>>): void;
  links(publicEndpoint?: string): ReturnType<typeof bucket>;
  openUploads(): Promise<number>;
  stop(): Promise<void>;
};

/** Starts all; `source` is the module that the page runs. The bucket `open` allows the page, `closed` allows none. */
export async function openUploadFixture(
  source: string,
  key: UploadOptions<unknown, unknown>['key'],
): Promise<UploadFixture> {
  const script = await bundle(source);
  const product = await startProduct();
  await product.tidegate('mb', 'open');
  await product.tidegate('mb', 'closed');
  const proxy = await startStoreProxy(product.endpoint);
  const { endpoint, accessKeyId, secretAccessKey } = product;
  const credentials = { accessKeyId, secretAccessKey };
  const links = (publicEndpoint = proxy.endpoint, name = 'open') =>
    bucket(name, { endpoint, publicEndpoint, credentials });
  const plain: UploadOptions<unknown, unknown> = {
    bucket: (request) => links(undefined, new URL(request.url).searchParams.get('bucket') ?? 'open'),
    authorize: () => ({}),
    ...(key === undefined ? {} : { key }),
    partSize: '5MiB',
    complete: ({ key: stored, size }) => ({ key: stored, size }),
  };
  let handler = uploadHandler(plain);
  const actions: string[] = [];
  const answer = toNodeHandler(async (request) => {
    actions.push(String(JSON.parse(await request.clone().text()).action));
    return handler(request);
  });
  const application: Server = createServer((request, response) => {
    if (request.method === 'POST') return void answer(request, response);
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript
        ? script
        : '<!doctype html><title>application</title><link rel="icon" href="data:,"><main></main><script src="/page.js"></script>',
    );
  });
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  const address = application.address();
  const origin = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const rule = { AllowedOrigins: [origin], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] };
  await s3.send(new PutBucketCorsCommand({ Bucket: 'open', CORSConfiguration: { CORSRules: [rule] } }));
  return {
    product,
    proxy,
    origin,
    actions,
    change: (options) => {
      handler = uploadHandler({ ...plain, ...options });
    },
    links,
    async openUploads() {
      const { ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'open' }));
      return Uploads.length;
    },
    async stop() {
      s3.destroy();
      application.closeAllConnections();
      application.close();
      await proxy.close();
      await product.stop();
    },
  };
}

/** One module with all that it imports, as an application would build it. */
async function bundle(source: string): Promise<string> {
  const entry = 'virtual:page.js';
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    resolve: { conditions: ['tidegate-source', 'module', 'browser', 'production'] },
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
        load: (id) => (id === `\0${entry}` ? source : undefined),
      },
    ],
    build: { write: false, minify: false, rolldownOptions: { input: entry, output: { format: 'iife' } } },
  });
  const [outcome] = Array.isArray(built) ? built : [built];
  if (outcome === undefined || !('output' in outcome)) throw new Error('Nothing was built.');
  return outcome.output[0].code;
}

/** What a page wrote to its console as an error, without what browsers say of requests that end badly. */
export function listenForFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/^Failed to load resource|CORS policy/.test(message.text()))
      faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  return faults;
}

/** Waits until something here is so; the limit is there for what never comes. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 6000) throw new Error(`It did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
