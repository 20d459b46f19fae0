import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { bucket } from '@tidegate/presign';
import { bareRequest } from '../../test/bare-http.ts';
import { type Product, startProduct } from '../../test/product-server.ts';
import { type Speed, sidesOf, speedOf } from '../load.ts';
import type { Row, Sides } from '../row.ts';

const urlCount = 5_000;
const objectCount = 1_000;
const linkCount = 1_000;
const bodyBytes = 1_024;
/** Workers can only gain where the load generator leaves them processors. */
const hasIdleCores = cpus().length >= 4;

/** Two servers beside each other, the second one made otherwise; or one. */
let first: Product;
let second: Product | undefined;
let refused: readonly string[] = [];

const targetOf = (url: string) => url.slice(url.indexOf('/', 'http://'.length));
const linksOf = ({ endpoint, accessKeyId, secretAccessKey }: Product) =>
  bucket('bench', { endpoint, credentials: { accessKeyId, secretAccessKey }, store: 'tidegate' });

async function start(flags: readonly string[] = []): Promise<Product> {
  const product = await startProduct(['--log-level', 'warn', ...flags]);
  await product.tidegate('mb', 'bench');
  const links = linksOf(product);
  for (let n = 0; n < objectCount; n++) {
    const put = await bareRequest(links.presignPut(`object-${n}`).url, { method: 'PUT', body: 'x'.repeat(bodyBytes) });
    if (put.status !== 200) throw new Error(put.body.toString());
  }
  return product;
}

async function stop(): Promise<void> {
  await first.stop();
  await second?.stop();
  second = undefined;
}

/** Distinct URLs, so that nothing kept for one URL can flatter the figure. */
const plainTargets = (product: Product): string[] =>
  Array.from({ length: urlCount }, (_, n) =>
    targetOf(linksOf(product).presignGet(`object-${n % objectCount}`, { expiresIn: 3_600 + n })),
  );

const putTargets = (product: Product): string[] =>
  Array.from({ length: urlCount }, (_, n) =>
    targetOf(linksOf(product).presignPut(`put-${n}`, { expiresIn: 3_600 }).url),
  );

/** 1,000 links that can be used more often than the load lasts. Their objects differ: a hot link is P14. */
const limitedTargets = (product: Product): string[] =>
  Array.from({ length: linkCount }, (_, n) =>
    targetOf(
      linksOf(product).presignGet(`object-${n % objectCount}`, {
        expiresIn: 3_600,
        limits: { uses: 1_000_000, id: `l${n}` },
      }),
    ),
  );

const load = (product: Product, targets: readonly string[], method: 'GET' | 'PUT' = 'GET') =>
  speedOf(product, { method, targets, folder: product.folder, ...(method === 'PUT' ? { bodyBytes } : {}) });

const loadRefused = (product: Product, targets: readonly string[]) =>
  speedOf(product, { targets, folder: product.folder, answers: 'refusals' });

/** Three kinds of bad links, a third of each: a wrong signature, an expired one, one that was revoked by its label. */
function refusedTargets(product: Product): string[] {
  const links = linksOf(product);
  return Array.from({ length: urlCount }, (_, n) => {
    const key = `object-${n % objectCount}`;
    if (n % 3 === 0) return targetOf(links.presignGet(key, { expiresIn: 1 }));
    const good = targetOf(links.presignGet(key, { expiresIn: 3_600 + n }));
    if (n % 3 === 1) return good.replace(/X-Amz-Signature=[0-9a-f]{8}/, 'X-Amz-Signature=00000000');
    return good.replace(`/bench/object-${n % objectCount}?`, `/bench/another-${n % objectCount}?`);
  });
}

async function withoutLedger(): Promise<void> {
  first = await start();
  const settings = join(first.folder, 'without-ledger.toml');
  await writeFile(settings, '[links]\nledger = false\n');
  second = await start(['--config', settings]);
}

async function withWorkers(): Promise<void> {
  first = await start(['--workers', '2']);
  second = await start();
}

/** Of several processes no one's time on the processors tells. */
const clockOf = (a: Speed, b: Speed): Sides => ({ a: a.byClock, b: b.byClock });

const other = (): Product => {
  if (second === undefined) throw new Error('There is one server alone.');
  return second;
};

export const linkRequestRows: readonly Row[] = [
  {
    id: 'P5-ledger',
    what: 'presigned GET 1 KiB, every use written down',
    against: 'the same with links.ledger = false',
    unit: '1/s',
    target: 0.9,
    atLeast: true,
    open: withoutLedger,
    warms: true,
    run: async () => sidesOf(await load(first, plainTargets(first)), await load(other(), plainTargets(other()))),
    close: stop,
  },
  {
    id: 'P7',
    what: 'presigned GET 1 KiB, two workers',
    against: `one process; ${cpus().length} cores, one of them for the load`,
    unit: '1/s',
    ...(hasIdleCores ? { target: 1.7 } : {}),
    atLeast: true,
    open: withWorkers,
    warms: true,
    run: async () => clockOf(await load(first, plainTargets(first)), await load(other(), plainTargets(other()))),
    close: stop,
  },
  {
    id: 'P15',
    what: 'durable presigned PUT 1 KiB, two workers on one database',
    against: `one process; ${cpus().length} cores, one of them for the load`,
    unit: '1/s',
    ...(hasIdleCores ? { target: 0.8 } : {}),
    atLeast: true,
    open: withWorkers,
    warms: true,
    run: async () =>
      clockOf(await load(first, putTargets(first), 'PUT'), await load(other(), putTargets(other()), 'PUT')),
    close: stop,
  },
  {
    id: 'P8',
    what: 'presigned GET 1 KiB with a use limit: a durable counter, 1,000 links',
    against: 'the same GET without the limit',
    unit: '1/s',
    target: 0.45,
    atLeast: true,
    open: async () => {
      first = await start();
    },
    warms: true,
    run: async () => sidesOf(await load(first, limitedTargets(first)), await load(first, plainTargets(first))),
    close: stop,
  },
  {
    id: 'P10',
    what: 'refused GET: expired, wrong signature, wrong key',
    against: 'the good GET',
    unit: '1/s',
    target: 0.8,
    atLeast: true,
    open: async () => {
      first = await start();
      refused = refusedTargets(first);
      // A third of them expires meanwhile.
      await wait(2_500);
    },
    warms: true,
    run: async () => sidesOf(await loadRefused(first, refused), await load(first, plainTargets(first))),
    close: stop,
  },
];
