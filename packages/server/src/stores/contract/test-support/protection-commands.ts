import fc from 'fast-check';
import type { ObjectLock, Retention, Tag } from '../../objects/object-lock.ts';
import type { DeleteCondition, ListedVersion, ObjectStore, VersionTarget } from '../../objects/object-store.ts';
import { alice, bob, bodyOf, writeOf } from '../objects/subject.ts';
import { type Command, command, key, type Run } from './model-run.ts';

const nth = fc.integer({ min: 0, max: 2 });
const tags: fc.Arbitrary<readonly Tag[]> = fc.constantFrom(
  [],
  [{ name: 'a', value: '1' }],
  [
    { name: 'b', value: '' },
    { name: 'a', value: '1' },
  ],
);
/** Around now, as clocks are moved by seconds. */
const retention: fc.Arbitrary<Retention | undefined> = fc.option(
  fc.record({
    mode: fc.constantFrom('GOVERNANCE' as const, 'COMPLIANCE' as const),
    untilMs: fc.integer({ min: -3, max: 3 }).map((seconds) => 1_700_000_000_000 + seconds * 4_000),
  }),
  { nil: undefined },
);
const lock: fc.Arbitrary<ObjectLock | undefined> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  fc.record({ retention, legalHold: fc.constantFrom('ON' as const, 'OFF' as const, undefined) }),
);

const page = { delimiter: undefined, afterVersionId: '', after: '', limit: 1000 };

async function nthVersion(store: ObjectStore, run: Run, name: string, at: number): Promise<ListedVersion | undefined> {
  const { entries } = await store.listVersions({ ...page, bucket: run.bucket, prefix: name });
  const versions = entries.flatMap((each) => (each.kind === 'entry' && each.entry.key === name ? [each.entry] : []));
  return versions[at];
}

async function targetOf(store: ObjectStore, run: Run, name: string, at: number): Promise<VersionTarget> {
  const versionId = (await nthVersion(store, run, name, at))?.versionId ?? 'none';
  return { bucket: run.bucket, key: name, versionId };
}

const lockBucket = fc
  .constantFrom(undefined, { mode: 'GOVERNANCE' as const, days: 1 }, { mode: 'COMPLIANCE' as const, years: 1 })
  .map((defaultRetention) =>
    command(`object lock ${JSON.stringify(defaultRetention)}`, async (store, run) => {
      await store.patchBucket(run.bucket, { versioning: 'Enabled' }).catch(() => undefined);
      return store.patchBucket(run.bucket, { objectLock: { defaultRetention } });
    }),
  );
const configure = fc
  .constantFrom(
    { policy: '{}' },
    { policy: null },
    { tags: [{ name: 't', value: 'v' }] },
    { tags: null },
    { acl: 'public-read' as const },
    {
      lifecycle: [
        {
          id: 'r',
          prefix: '',
          status: 'Enabled' as const,
          transitions: [],
          noncurrentTransitions: [],
          expiration: { days: 1 },
        },
      ],
    },
    { lifecycle: null },
  )
  .map((patch) => command(`configure ${JSON.stringify(patch)}`, (store, run) => store.patchBucket(run.bucket, patch)));
const putProtected = fc.tuple(key, tags, lock).map(([name, ofWrite, lockOfWrite]) =>
  command(`put ${JSON.stringify([name, ofWrite, lockOfWrite])}`, (store, run) => {
    const write = writeOf({ tags: ofWrite, lock: lockOfWrite });
    return store.putObject({ bucket: run.bucket, key: name }, bodyOf(name), write, {});
  }),
);
const retain = fc.tuple(key, nth, retention, fc.boolean()).map(([name, at, wanted, bypassGovernance]) =>
  command(`retain ${JSON.stringify([name, at, wanted, bypassGovernance])}`, async (store, run) => {
    const id = await store.setRetention(await targetOf(store, run, name, at), wanted, { bypassGovernance });
    return id === 'null';
  }),
);
const hold = fc.tuple(key, nth, fc.constantFrom('ON' as const, 'OFF' as const)).map(([name, at, word]) =>
  command(`hold ${JSON.stringify([name, at, word])}`, async (store, run) => {
    const id = await store.setLegalHold(await targetOf(store, run, name, at), word);
    return id === 'null';
  }),
);
const removeProtected = fc.tuple(key, nth, fc.boolean()).map(([name, at, bypassGovernance]) =>
  command(`remove protected ${JSON.stringify([name, at, bypassGovernance])}`, async (store, run) => {
    const { versionId } = await targetOf(store, run, name, at);
    const outcomes = await store.deleteObjects(run.bucket, [{ key: name, versionId, bypassGovernance }]);
    return outcomes.map(({ refused, ...outcome }) => ({ ...outcome, refused: refused?.code }));
  }),
);
/** Deletions under conditions, with and without a version: by entity tag, size, tags, and by the place among the versions. */
const removeIf = fc
  .record({
    name: key,
    at: nth,
    isNamed: fc.boolean(),
    etag: fc.constantFrom('own', 'other', undefined),
    sizeBytes: fc.constantFrom(undefined, 1, 64),
    tags: fc.option(tags, { nil: undefined }),
    is: fc.constantFrom('current' as const, 'older' as const, 'alone' as const, undefined),
  })
  .map((wanted) =>
    command(`remove if ${JSON.stringify(wanted)}`, async (store, run) => {
      const found = await nthVersion(store, run, wanted.name, wanted.at);
      const versionId = found?.versionId ?? 'none';
      const etag = wanted.etag === 'own' ? (found?.etag ?? 'none') : wanted.etag;
      const condition: DeleteCondition = {
        ifMatch: etag === undefined ? undefined : [etag],
        sizeBytes: wanted.sizeBytes,
        tags: wanted.tags,
        place: wanted.is === undefined ? undefined : { is: wanted.is, versionId },
      };
      const named = wanted.isNamed ? { versionId } : {};
      const outcomes = await store.deleteObjects(run.bucket, [{ key: wanted.name, condition, ...named }]);
      return outcomes.map(({ refused, ...outcome }) => ({ ...outcome, refused: refused?.code }));
    }),
  );
const grant = fc
  .tuple(
    key,
    nth,
    fc.constantFrom('private' as const, 'public-read' as const, [
      { permission: 'FULL_CONTROL' as const, id: alice.id },
      { permission: 'READ' as const, id: bob.id },
    ]),
  )
  .map(([name, at, acl]) =>
    command(`grant ${JSON.stringify([name, at, acl])}`, async (store, run) => {
      const target = await targetOf(store, run, name, at);
      await store.setObjectAcl(target, acl);
      return (await store.readObject(target)).acl;
    }),
  );

/** Commands on what protects and describes versions: tags, locks, ACLs, and deletions under conditions (STO-106, STO-110 … STO-124). */
export const protectionCommands: readonly fc.Arbitrary<Command>[] = [
  lockBucket,
  configure,
  putProtected,
  putProtected,
  retain,
  hold,
  removeProtected,
  removeIf,
  removeIf,
  grant,
];
