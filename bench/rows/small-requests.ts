import { bucket } from '@tidegate/presign';
import { bareRequest } from '../../test/bare-http.ts';
import { type Product, startProduct } from '../../test/product-server.ts';
import { type Bare, type Loaded, sidesOf, speedOf, startBare } from '../load.ts';
import type { Row } from '../row.ts';

const urlCount = 5_000;
const objectCount = 1_000;
const bodyBytes = 1_024;

let product: Product;
let bare: Bare;
let getTargets: string[];
let putTargets: string[];

const targetOf = (url: string) => url.slice(url.indexOf('/', 'http://'.length));

async function open(): Promise<void> {
  product = await startProduct(['--log-level', 'warn']);
  const links = bucket('bench', {
    endpoint: product.endpoint,
    credentials: { accessKeyId: product.accessKeyId, secretAccessKey: product.secretAccessKey },
  });
  await product.tidegate('mb', 'bench');
  for (let n = 0; n < objectCount; n++) {
    const put = await bareRequest(links.presignPut(`object-${n}`).url, { method: 'PUT', body: 'x'.repeat(bodyBytes) });
    if (put.status !== 200) throw new Error(put.body.toString());
  }
  // Distinct URLs, so that nothing kept for one URL can flatter the figure.
  getTargets = Array.from({ length: urlCount }, (_, n) =>
    targetOf(links.presignGet(`object-${n % objectCount}`, { expiresIn: 3_600 + n })),
  );
  putTargets = Array.from({ length: urlCount }, (_, n) =>
    targetOf(links.presignPut(`put-${n}`, { expiresIn: 3_600 }).url),
  );
  const answer = await bareRequest(product.endpoint + getTargets[0]);
  const headers = Object.entries(answer.headers).filter(
    ([name]) => !['connection', 'keep-alive', 'date'].includes(name),
  );
  bare = await startBare({ BARE_BODY_BYTES: String(bodyBytes), BARE_HEADERS: JSON.stringify(headers) });
}

async function close(): Promise<void> {
  await bare.stop();
  await product.stop();
}

const load = (server: Loaded, method: 'GET' | 'PUT', targets: readonly string[]) =>
  speedOf(server, { method, targets, folder: product.folder, ...(method === 'PUT' ? { bodyBytes } : {}) });

export const smallRequestRows: readonly Row[] = [
  {
    id: 'P5',
    what: 'presigned GET 1 KiB, one process',
    against: 'bare node:http, same URLs and headers',
    unit: '1/s',
    target: 0.3,
    atLeast: true,
    open,
    warms: true,
    run: async () => sidesOf(await load(product, 'GET', getTargets), await load(bare, 'GET', getTargets)),
    close,
  },
  {
    id: 'P9',
    what: 'durable presigned PUT 1 KiB, 64 at once',
    against: 'bare node:http that reads the body and answers 200',
    unit: '1/s',
    target: 0.25,
    atLeast: true,
    open,
    warms: true,
    run: async () => sidesOf(await load(product, 'PUT', putTargets), await load(bare, 'PUT', putTargets)),
    close,
  },
];
