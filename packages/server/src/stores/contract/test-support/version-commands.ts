import fc from 'fast-check';
import type { ListedVersion, ObjectStore, VersionTarget } from '../../objects/object-store.ts';
import { alice, patternBytes, readAll } from '../objects/subject.ts';
import { type Command, command, key, type Run } from './model-run.ts';

/** Ids of versions differ from side to side: a version is named by its place among those of its key. */
const nth = fc.integer({ min: 0, max: 3 });

const page = { delimiter: undefined, afterVersionId: '', after: '', limit: 1000 };

async function versionsOf(store: ObjectStore, run: Run, name: string): Promise<readonly ListedVersion[]> {
  const { entries } = await store.listVersions({ ...page, bucket: run.bucket, prefix: name });
  return entries.flatMap((each) => (each.kind === 'entry' && each.entry.key === name ? [each.entry] : []));
}

async function targetOf(store: ObjectStore, run: Run, name: string, at: number): Promise<VersionTarget> {
  const versionId = (await versionsOf(store, run, name))[at]?.versionId ?? 'none';
  return { bucket: run.bucket, key: name, versionId };
}

/** A step on one version of a key. */
function onVersion(
  what: string,
  step: (store: ObjectStore, target: VersionTarget, run: Run) => Promise<unknown>,
): fc.Arbitrary<Command> {
  return fc
    .tuple(key, nth)
    .map(([name, at]) =>
      command(`${what} ${at} of ${JSON.stringify(name)}`, async (store, run) =>
        step(store, await targetOf(store, run, name, at), run),
      ),
    );
}

const configure = fc
  .constantFrom('Enabled', 'Enabled', 'Suspended')
  .map((versioning) =>
    command(`versioning ${versioning}`, (store, run) => store.patchBucket(run.bucket, { versioning })),
  );
const read = onVersion('read version', async (store, target) => {
  const record = await store.readObject(target);
  const bytes = await readAll({ objects: store }, target);
  return { record, bytes: bytes.toString('base64') };
});
const remove = fc
  .tuple(key, nth, fc.constantFrom(undefined, { sizeBytes: 1 }, { ifMatch: ['*'] }))
  .map(([name, at, condition]) =>
    command(`remove version ${at} of ${JSON.stringify([name, condition])}`, async (store, run) => {
      const { versionId } = await targetOf(store, run, name, at);
      const outcomes = await store.deleteObjects(run.bucket, [{ key: name, versionId, condition }, name]);
      return outcomes.map(({ refused, ...outcome }) => ({ ...outcome, refused: refused?.code }));
    }),
  );
const restore = onVersion('restore version', (store, target, run) => {
  const write = { owner: alice, acl: 'private' as const, replace: undefined };
  return store.copyObject(target, { bucket: run.bucket, key: target.key }, write, { source: {}, target: {} });
});
const tag = onVersion('tag version', async (store, target) => {
  const id = await store.setObjectTags(target, [{ name: 'size', value: String(patternBytes(3).byteLength) }]);
  return id === 'null';
});
const list = fc
  .record({
    prefix: fc.oneof(fc.constant(''), key),
    delimiter: fc.constantFrom(undefined, '/', 'a'),
    after: fc.oneof(fc.constant(''), key),
    limit: fc.integer({ min: 0, max: 9 }),
    at: fc.option(nth, { nil: undefined }),
  })
  .map(({ at, ...query }) =>
    command(`list versions ${JSON.stringify([query, at])}`, async (store, run) => {
      const { versionId = '' } = at === undefined ? {} : await targetOf(store, run, query.after, at);
      return store.listVersions({ bucket: run.bucket, ...query, afterVersionId: versionId });
    }),
  );

/** Commands on versions (STO-100…111); they come beside those on objects. */
export const versionCommands: readonly fc.Arbitrary<Command>[] = [
  configure,
  read,
  read,
  remove,
  remove,
  restore,
  tag,
  list,
  list,
];
