import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucket } from '@tidegate/presign';
import type { LocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { startProduct } from '../../test/product-server.ts';
import { grownBucket, keyOf, makeGrown, openGrown, putBody, type WriteOrder } from '../grown-store.ts';
import { type Speed, sidesOf, speedOf } from '../load.ts';
import type { Row } from '../row.ts';

const thousand = 1_000;
const small = 10 * thousand;
const large = thousand * thousand;
const huge = 10 * large;
/** Making 10,000,000 objects takes minutes and 20 GB: only when it is asked for. */
const withHuge = process.env['BENCH_TEN_MILLION'] === '1';
const measuredMs = 700;

type Grown = { readonly store: LocalStore; readonly count: number };

let few: Grown;
let many: Grown;
let ten: Grown;
/** Making them takes longer than a row: those that were made are kept to the end. */
const made = new Map<string, Promise<string>>();

function madeFolder(count: number, order: WriteOrder): Promise<string> {
  const name = `${order}-${count}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  const making = (async () => {
    const path = await mkdtemp(join(tmpdir(), 'tidegate-growth-'));
    process.once('exit', () => rmSync(path, { recursive: true, force: true }));
    await makeGrown(path, count, order);
    return path;
  })();
  made.set(name, making);
  return making;
}

async function grown(count: number, order: WriteOrder): Promise<Grown> {
  return { store: await openGrown(await madeFolder(count, order)), count };
}

async function open(lower: number, upper: number, order: WriteOrder): Promise<void> {
  ten = await grown(10, order);
  few = await grown(lower, order);
  many = await grown(upper, order);
}

async function close(): Promise<void> {
  for (const { store } of [ten, few, many]) await store.close();
}

const grow = { open: () => open(small, large, 'sorted'), close };
const growMixed = { open: () => open(small, large, 'mixed'), close };
const growFurther = { open: () => open(large, huge, 'sorted'), close };

/** A number below `count`, another one at each call, the same ones in each run. */
let seed = 1;
function someNumber(count: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  return seed % count;
}

/** Milliseconds a unit of what one call did. */
async function costOf(call: () => Promise<number>): Promise<number> {
  const start = performance.now();
  let units = 0;
  while (performance.now() - start < measuredMs) units += await call();
  return (performance.now() - start) / units;
}

const page = { bucket: grownBucket, limit: thousand };

async function listFlat({ store, count }: Grown): Promise<number> {
  const after = keyOf(someNumber(count - thousand));
  const { entries } = await store.objects.listObjects({ ...page, prefix: '', delimiter: undefined, after });
  if (entries.length < thousand * 0.9) throw new Error(`a page of ${entries.length}`);
  return 1;
}

/** Up to 1,000 common prefixes of 100 keys. @returns how many came */
async function listFolders({ store, count }: Grown): Promise<number> {
  const first = someNumber(Math.max(1, count - 100 * thousand));
  const after = count > 100 * thousand ? keyOf(first).slice(0, 'all/d000000/'.length) : '';
  const { entries } = await store.objects.listObjects({ ...page, prefix: 'all/', delimiter: '/', after });
  return entries.length;
}

/** One common prefix over everything. */
async function listRoot({ store }: Grown): Promise<number> {
  const { entries } = await store.objects.listObjects({ ...page, prefix: '', delimiter: '/', after: '' });
  if (entries.length !== 1) throw new Error(`${entries.length} entries`);
  return 1;
}

async function get({ store, count }: Grown): Promise<number> {
  const opened = await store.objects.openObject({ bucket: grownBucket, key: keyOf(someNumber(count)) });
  await opened.close();
  return 1;
}

let names = 0;
/** 64 puts at once, to keys anywhere among those that are there. */
async function put({ store, count }: Grown): Promise<number> {
  await Promise.all(
    Array.from({ length: 64 }, () => {
      names += 1;
      return putBody(store, `${keyOf(someNumber(count))}-${names}`);
    }),
  );
  return 64;
}

async function compare(call: (grown: Grown) => Promise<number>): Promise<{ readonly a: number; readonly b: number }> {
  return { a: await costOf(() => call(many)), b: await costOf(() => call(few)) };
}

/** Requests by HTTP of a server on a folder of `count` objects. */
async function served(count: number): Promise<Speed> {
  const product = await startProduct(['--log-level', 'warn'], await madeFolder(count, 'mixed'));
  try {
    const links = bucket(grownBucket, {
      endpoint: product.endpoint,
      credentials: { accessKeyId: product.accessKeyId, secretAccessKey: product.secretAccessKey },
    });
    const urls = Array.from({ length: 5 * thousand }, () => links.presignGet(keyOf(someNumber(count))));
    const targets = urls.map((url) => url.slice(url.indexOf('/', 'http://'.length)));
    return await speedOf(product, { targets, folder: product.folder });
  } finally {
    await product.stop();
  }
}

const furtherRows: readonly Row[] = (
  [
    ['P26', 'point get of a random key, 10,000,000 objects', get],
    ['P26b', 'LIST of 1,000, flat, 10,000,000 objects', listFlat],
    ['P26c', 'LIST of 1,000 common prefixes, each, 10,000,000 objects', listFolders],
    ['P26d', 'durable put of a random key, 64 at once, 10,000,000 objects', put],
  ] as const
).map(([id, what, call]) => ({
  id,
  what,
  against: 'the same with 1,000,000',
  unit: 'ms',
  target: 2,
  atLeast: false,
  ...growFurther,
  run: () => compare(call),
}));

/** What it costs that there is more: a bucket of 1,000,000 objects against one of 10,000. */
export const growthRows: readonly Row[] = [
  {
    id: 'P22',
    what: 'LIST of 1,000, flat, 1,000,000 objects',
    against: 'the same with 10,000',
    unit: 'ms',
    target: 2,
    atLeast: false,
    ...grow,
    run: () => compare(listFlat),
  },
  {
    id: 'P22b',
    what: 'LIST of 1,000, flat, 1,000,000 objects that were written in mixed order',
    against: 'the same with 10,000',
    unit: 'ms',
    target: 2,
    atLeast: false,
    ...growMixed,
    run: () => compare(listFlat),
  },
  {
    id: 'P23',
    what: 'LIST of common prefixes of 100 keys, each, 1,000,000 objects',
    against: 'the same with 10,000',
    unit: 'ms',
    target: 2,
    atLeast: false,
    ...growMixed,
    run: () => compare(listFolders),
  },
  {
    id: 'P23b',
    what: 'LIST of one common prefix of 1,000,000 keys',
    against: 'one of 10 keys',
    unit: 'ms',
    target: 3,
    atLeast: false,
    ...grow,
    run: async () => ({ a: await costOf(() => listRoot(many)), b: await costOf(() => listRoot(ten)) }),
  },
  {
    id: 'P24',
    what: 'point get of a random key, 1,000,000 objects',
    against: 'the same with 10,000',
    unit: 'ms',
    target: 3.5,
    atLeast: false,
    ...growMixed,
    run: () => compare(get),
  },
  {
    id: 'P24b',
    what: 'presigned GET of random keys over HTTP, 10,000 objects',
    against: 'the same with 1,000,000',
    unit: '1/s',
    target: 1.3,
    atLeast: false,
    run: async () => sidesOf(await served(small), await served(large)),
  },
  {
    id: 'P25',
    what: 'durable put of a random key, 64 at once, 1,000,000 objects',
    against: 'the same with 10,000',
    unit: 'ms',
    target: 2.5,
    atLeast: false,
    ...growMixed,
    run: () => compare(put),
  },
  ...(withHuge ? furtherRows : []),
];
