import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  at,
  bodyOf,
  makeBucket,
  patternBytes,
  putText,
  readAll,
  TestClock,
  writeOf,
} from '../../contract/objects/subject.ts';
import { UpkeepFailure, type UpkeepFailureKind } from '../../upkeep/upkeep-failure.ts';
import { freshFolder, type LocalSubject, openLocalSubject, openOn } from './open-subject.ts';

/** A store with small, big and encrypted bodies, and a place for its backups. */
export async function filled(t: {
  after(work: () => Promise<void>): void;
}): Promise<LocalSubject & { readonly place: string }> {
  const subject = await openLocalSubject();
  const { folder: place, remove } = await freshFolder();
  t.after(async () => {
    await subject.close();
    await remove();
  });
  await makeBucket(subject);
  await putText(subject, 'small', 'a small body');
  await subject.objects.putObject(at('big'), bodyOf(patternBytes(2_500_000)), writeOf(), {});
  await subject.objects.putObject(
    at('sealed'),
    bodyOf(patternBytes(700_000)),
    { ...writeOf(), encryption: { kind: 'server' } },
    {},
  );
  return { ...subject, place };
}

/** A new data folder that holds the master key of another one. */
export async function withKeyOf(folder: string, fresh: string): Promise<string> {
  await mkdir(join(fresh, 'keys'), { recursive: true, mode: 0o700 });
  await copyFile(join(folder, 'keys', 'master.key'), join(fresh, 'keys', 'master.key'));
  await chmod(join(fresh, 'keys', 'master.key'), 0o600);
  return fresh;
}

/** Whether an error is this failure. */
export function fails(kind: UpkeepFailureKind): (error: unknown) => boolean {
  return (error) => error instanceof UpkeepFailure && error.kind === kind;
}

/** What a data folder holds under the keys that tests write, in base64. */
export async function contentOf(folder: string): Promise<Record<string, string>> {
  const store = await openOn(folder, new TestClock());
  try {
    const found: Record<string, string> = {};
    for (const key of ['small', 'big', 'sealed', 'late']) {
      const bytes = await readAll(store, at(key)).catch(() => undefined);
      if (bytes !== undefined) found[key] = Buffer.from(bytes).toString('base64');
    }
    return found;
  } finally {
    await store.close();
  }
}

/** Changes one bit of a file. */
export async function flip(path: string, position: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
