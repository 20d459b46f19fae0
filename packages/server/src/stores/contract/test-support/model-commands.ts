import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CustomerKey, type EncryptionChoice } from '../../objects/object-encryption.ts';
import type { ObjectStore, PartRecord, SourceCondition, WriteCondition } from '../../objects/object-store.ts';
import { alice, bob, bodyOf, computing, patternBytes, plain, readAll, writeOf } from '../objects/subject.ts';
import { type Command, command, key, type Run } from './model-run.ts';
import { protectionCommands } from './protection-commands.ts';
import { versionCommands } from './version-commands.ts';

const size = fc.constantFrom(0, 1, 63, 64, 65, 200, 1_500);
const slot = fc.integer({ min: 0, max: 3 });

const condition: fc.Arbitrary<WriteCondition> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.constant({ ifNoneMatch: ['*'] }),
  fc.constant({ ifMatch: ['*'] }),
  fc.constant({ ifMatch: ['d41d8cd98f00b204e9800998ecf8427e'] }),
);
const sourceCondition: fc.Arbitrary<SourceCondition> = fc.oneof(
  condition,
  fc.constant({ ifModifiedSinceMs: 1_700_000_000_000 }),
  fc.constant({ ifUnmodifiedSinceMs: 1_700_000_000_000 }),
);

const keys = [new CustomerKey(Buffer.alloc(32, 1)), new CustomerKey(Buffer.alloc(32, 2))] as const;
/** Mostly none; else the server's, or one of two customers' keys. */
const choice: fc.Arbitrary<EncryptionChoice | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  fc.constant({ kind: 'server' as const }),
  fc.constantFrom(...keys).map((customerKey) => ({ kind: 'customer' as const, key: customerKey })),
);
const customerKey: fc.Arbitrary<CustomerKey | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.constantFrom(...keys),
);

const setDefault = fc
  .constantFrom({ algorithm: 'AES256' as const }, null, null)
  .map((encryption) =>
    command(`default ${JSON.stringify(encryption)}`, (store, run) => store.patchBucket(run.bucket, { encryption })),
  );

const makeBucket = fc.constant(
  command('createBucket', (store, run) =>
    store.createBucket({ name: run.bucket, owner: alice, region: 'x', acl: 'private' }),
  ),
);
const dropBucket = fc.constant(command('deleteBucket', (store, run) => store.deleteBucket(run.bucket)));
const put = fc.tuple(key, size, condition, fc.boolean(), choice).map(([name, bytes, when, isBobs, encryption]) =>
  command(`put ${JSON.stringify(name)} ${bytes} ${JSON.stringify(when)} ${encryption?.kind}`, (store, run) => {
    const write = writeOf({
      owner: isBobs ? bob : alice,
      metadata: { bytes: String(bytes) },
      expect: computing('CRC32'),
      encryption,
    });
    return store.putObject({ bucket: run.bucket, key: name }, bodyOf(patternBytes(bytes)), write, when);
  }),
);
const fill = fc
  .array(key, { minLength: 5, maxLength: 20 })
  .map((names) =>
    command(`fill ${JSON.stringify(names)}`, (store, run) =>
      Promise.all(names.map((name) => store.putObject({ bucket: run.bucket, key: name }, bodyOf(name), writeOf(), {}))),
    ),
  );
const read = fc.tuple(key, customerKey).map(([name, key]) =>
  command(`read ${JSON.stringify(name)} ${key?.md5}`, async (store, run, side) => {
    const target = { bucket: run.bucket, key: name, customerKey: key };
    const record = await store.readObject(target);
    const parts = await store.readParts(target, 0, 10);
    const subject = { objects: store, clock: run.clocks[side] };
    const bytes = await readAll(subject as never, target);
    return { record, parts, bytes: bytes.toString('base64') };
  }),
);
const remove = fc
  .array(key, { maxLength: 3 })
  .map((names) => command(`delete ${JSON.stringify(names)}`, (store, run) => store.deleteObjects(run.bucket, names)));
const copy = fc
  .tuple(key, key, fc.boolean(), sourceCondition, condition, choice, customerKey)
  .map(([from, to, isReplaced, source, target, encryption, key]) =>
    command(
      `copy ${JSON.stringify([from, to, isReplaced, source, target, encryption?.kind, key?.md5])}`,
      (store, run) => {
        const replace = isReplaced ? { contentType: 'x/y', headers: {}, metadata: { new: '1' } } : undefined;
        const write = { owner: bob, acl: 'public-read' as const, replace, encryption };
        const { bucket } = run;
        return store.copyObject({ bucket, key: from, customerKey: key }, { bucket, key: to }, write, {
          source,
          target,
        });
      },
    ),
  );
const list = fc
  .record({
    prefix: fc.oneof(fc.constant(''), key),
    delimiter: fc.constantFrom(undefined, '/', 'a', '😀'),
    after: fc.oneof(fc.constant(''), key),
    limit: fc.integer({ min: 0, max: 12 }),
  })
  .map((query) =>
    command(`list ${JSON.stringify(query)}`, (store, run) => store.listObjects({ bucket: run.bucket, ...query })),
  );

const begin = fc
  .tuple(slot, key, fc.constantFrom('FULL_OBJECT', 'COMPOSITE', undefined), choice)
  .map(([at, name, type, encryption]) => ({
    check: () => true,
    async run(run: Readonly<Run>, real: ObjectStore) {
      const checksum = type === undefined ? undefined : { algorithm: 'CRC32' as const, type };
      const upload = { bucket: run.bucket, key: name, write: writeOf({ encryption }), checksum };
      const [model, engine] = await Promise.allSettled([run.store.createUpload(upload), real.createUpload(upload)]);
      assert.equal(engine.status, model.status);
      if (model.status === 'fulfilled' && engine.status === 'fulfilled') {
        run.uploads.set(at, { key: name, ids: [model.value.uploadId, engine.value.uploadId] });
        // Uploads of one key are listed by their beginning: one at each moment, so that both sides agree.
        for (const clock of run.clocks) clock.advance(1);
      }
    },
    toString: () => `begin ${at} ${JSON.stringify(name)} ${type} ${encryption?.kind}`,
  }));

/** A step on the upload in a slot; nothing where none was begun. */
function onUpload(
  at: number,
  name: string,
  step: (store: ObjectStore, target: UploadTargetOf, run: Run) => Promise<unknown>,
): Command {
  return command(`${name} ${at}`, (store, run, side) => {
    const pair = run.uploads.get(at);
    if (pair === undefined) return Promise.resolve('none');
    return step(store, { bucket: run.bucket, key: pair.key, uploadId: pair.ids[side] }, run);
  });
}

type UploadTargetOf = { readonly bucket: string; readonly key: string; readonly uploadId: string };

const putPart = fc
  .tuple(slot, fc.integer({ min: 1, max: 4 }), size, customerKey)
  .map(([at, number, bytes, key]) =>
    onUpload(at, `part ${number} of ${bytes} ${key?.md5}`, (store, target) =>
      store.putPart({ ...target, customerKey: key }, number, bodyOf(patternBytes(bytes, number)), plain),
    ),
  );
const copyPart = fc
  .tuple(
    slot,
    fc.integer({ min: 1, max: 4 }),
    key,
    fc.option(fc.nat({ max: 100 }), { nil: undefined }),
    customerKey,
    customerKey,
  )
  .map(([at, number, name, end, to, from]) =>
    onUpload(
      at,
      `copy part ${number} of ${JSON.stringify(name)} to ${end} ${to?.md5} ${from?.md5}`,
      (store, target, run) => {
        const range = end === undefined ? undefined : { start: Math.floor(end / 2), end };
        const source = { bucket: run.bucket, key: name, range, customerKey: from };
        return store.copyPart({ ...target, customerKey: to }, number, source, {});
      },
    ),
  );
const complete = fc.tuple(slot, fc.subarray([1, 2, 3, 4]), condition).map(([at, numbers, when]) =>
  onUpload(at, `complete ${JSON.stringify([numbers, when])}`, async (store, target) => {
    const stored = new Map<number, PartRecord>();
    const { parts } = await store.listParts(target, 0, 100).catch(() => ({ parts: [] }));
    for (const part of parts) stored.set(part.partNumber, part);
    const claims = numbers.map((partNumber) => ({
      partNumber,
      etag: stored.get(partNumber)?.etag ?? '0'.repeat(32),
      checksums: {},
    }));
    return store.completeUpload(target, { parts: claims, minPartBytes: 0, expectChecksums: {}, condition: when });
  }),
);
const abort = slot.map((at) => onUpload(at, 'abort', (store, target) => store.abortUpload(target)));
const listParts = fc
  .tuple(slot, fc.nat({ max: 4 }), fc.integer({ min: 1, max: 3 }))
  .map(([at, after, limit]) => onUpload(at, 'list parts', (store, target) => store.listParts(target, after, limit)));
const listUploads = fc
  .record({
    prefix: fc.oneof(fc.constant(''), key),
    delimiter: fc.constantFrom(undefined, '/'),
    after: fc.oneof(fc.constant(''), key),
    limit: fc.integer({ min: 0, max: 5 }),
  })
  .map((query) =>
    command(`list uploads ${JSON.stringify(query)}`, (store, run) =>
      store.listUploads({ bucket: run.bucket, afterUploadId: '', ...query }),
    ),
  );
const wait = fc.integer({ min: -5_000, max: 5_000 }).map((byMs) =>
  command(`wait ${byMs}`, (_store, run, side) => {
    run.clocks[side]?.advance(byMs);
    return Promise.resolve('waited');
  }),
);

/** All commands; those that fill a store come more often. */
export const modelCommands: readonly fc.Arbitrary<Command>[] = [
  makeBucket,
  setDefault,
  put,
  put,
  put,
  fill,
  read,
  read,
  remove,
  copy,
  list,
  list,
  begin,
  putPart,
  putPart,
  copyPart,
  complete,
  complete,
  abort,
  listParts,
  listUploads,
  wait,
  dropBucket,
  ...versionCommands,
  ...protectionCommands,
];
