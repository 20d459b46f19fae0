import { refusal } from '@tidegate/protocol';
import { override } from '../../../../../../test/override.ts';
import type { KeyStore, KeyWithSecret } from '../../keys/key-store.ts';
import type { ObjectStore, OpenedObject } from '../../objects/object-store.ts';
import type { Subject } from './subject.ts';

/** A store with one fault, and the rule that must notice it. */
export type PlantedFault = {
  readonly what: string;
  readonly caughtBy: string;
  readonly plant: (subject: Subject) => Subject;
};

function withObjects(change: (objects: ObjectStore) => Partial<ObjectStore>): PlantedFault['plant'] {
  return (subject) => ({ ...subject, objects: override(subject.objects, change(subject.objects)) });
}

/** Opened objects that differ from the real ones. */
function withOpened(
  change: (opened: OpenedObject, objects: ObjectStore) => Partial<OpenedObject>,
): PlantedFault['plant'] {
  return withObjects((objects) => ({
    async openObject(target) {
      const opened = await objects.openObject(target);
      return override(opened, change(opened, objects));
    },
  }));
}

/** Faults that a careless engine could have. A suite that misses one of them would miss it in an engine too. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    what: 'forgets the condition of a put',
    caughtBy: 'STO-24',
    plant: withObjects((objects) => ({
      putObject: (target, body, write) => objects.putObject(target, body, write, {}),
    })),
  },
  {
    what: 'looks at the condition before the body and not with the write',
    caughtBy: 'STO-27',
    plant: withObjects((objects) => ({
      async putObject(target, body, write, condition) {
        if (condition.ifNoneMatch !== undefined && (await isThere(objects, target))) {
          throw refusal('PreconditionFailed', { Condition: 'If-None-Match' });
        }
        return objects.putObject(target, body, write, {});
      },
    })),
  },
  {
    what: 'leaves an object to its writer, whatever ownership controls say',
    caughtBy: 'STO-141',
    plant: withObjects((objects) => ({
      patchBucket: (name, { objectOwnership: _, ...patch }) => objects.patchBucket(name, patch),
    })),
  },
  {
    what: 'knows every account',
    caughtBy: 'STO-140',
    plant: withObjects(() => ({ readOwner: (id) => Promise.resolve({ id, displayName: '' }) })),
  },
  {
    what: 'sets a legal hold without asking its guard',
    caughtBy: 'LNK-31',
    plant: withObjects((objects) => ({
      setLegalHold: (target, legalHold) => objects.setLegalHold(target, legalHold),
    })),
  },
  {
    what: 'takes any MD5',
    caughtBy: 'STO-22',
    plant: withObjects((objects) => ({
      putObject(target, body, write, condition) {
        const { md5: _, ...expect } = write.expect;
        return objects.putObject(target, body, { ...write, expect }, condition);
      },
    })),
  },
  {
    what: 'takes a short body',
    caughtBy: 'STO-21',
    plant: withObjects((objects) => ({
      putObject(target, body, write, condition) {
        const { sizeBytes: _, ...expect } = write.expect;
        return objects.putObject(target, body, { ...write, expect }, condition);
      },
    })),
  },
  {
    what: 'drops the last byte',
    caughtBy: 'STO-20',
    plant: withOpened((opened) => ({
      send: ({ start, end }, sink, signal) => opened.send({ start, end: Math.max(start, end - 1) }, sink, signal),
    })),
  },
  {
    what: 'reads what is there now instead of what was opened',
    caughtBy: 'STO-30',
    plant: withOpened((opened, objects) => ({
      async send(range, sink, signal) {
        const again = await objects.openObject({ bucket: opened.record.bucket, key: opened.record.key });
        await again.send(range, sink, signal);
      },
    })),
  },
  {
    what: 'begins a range one byte late',
    caughtBy: 'STO-31',
    plant: withOpened((opened) => ({
      stream: ({ start, end }) => opened.stream({ start: Math.min(start + 1, end), end }),
    })),
  },
  {
    what: 'loses metadata',
    caughtBy: 'STO-26',
    plant: withObjects((objects) => ({
      putObject: (target, body, write, condition) =>
        objects.putObject(target, body, { ...write, metadata: {} }, condition),
    })),
  },
  {
    what: 'lists in the order of JavaScript strings',
    caughtBy: 'STO-40',
    plant: withObjects((objects) => ({
      async listObjects(query) {
        const page = await objects.listObjects(query);
        const nameOf = (entry: (typeof page.entries)[number]): string =>
          entry.kind === 'prefix' ? entry.prefix : entry.entry.key;
        return { ...page, entries: [...page.entries].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1)) };
      },
    })),
  },
  {
    what: 'takes _ in a prefix for any character',
    caughtBy: 'STO-41',
    plant: withObjects((objects) => ({
      listObjects: (query) => objects.listObjects({ ...query, prefix: query.prefix.split('_')[0] ?? '' }),
    })),
  },
  {
    what: 'skips an entry between pages',
    caughtBy: 'STO-44',
    plant: withObjects((objects) => ({
      async listObjects(query) {
        const page = await objects.listObjects({ ...query, limit: query.limit + 1 });
        if (page.entries.length <= query.limit) return page;
        const last = page.entries.at(-1);
        const next = last?.kind === 'prefix' ? last.prefix : last?.entry.key;
        return { entries: page.entries.slice(0, query.limit), next };
      },
    })),
  },
  {
    what: 'lists a moment late',
    caughtBy: 'STO-48',
    plant: withObjects((objects) => {
      let before: ReturnType<ObjectStore['listObjects']> | undefined;
      return {
        listObjects(query) {
          const stale = before ?? objects.listObjects(query);
          before = objects.listObjects(query);
          return stale;
        },
      };
    }),
  },
  {
    what: 'keeps what was deleted',
    caughtBy: 'STO-50',
    plant: withObjects(() => ({
      deleteObjects: (_bucket, deletes) =>
        Promise.resolve(
          deletes.map((asked) => ({ key: typeof asked === 'string' ? asked : asked.key, deleted: true })),
        ),
    })),
  },
  {
    what: 'copies the old metadata although they are replaced',
    caughtBy: 'STO-61',
    plant: withObjects((objects) => ({
      copyObject: (source, target, write, conditions) =>
        objects.copyObject(source, target, { ...write, replace: undefined }, conditions),
    })),
  },
  {
    what: 'forgets the conditions of a copy',
    caughtBy: 'STO-62',
    plant: withObjects((objects) => ({
      copyObject: (source, target, write) => objects.copyObject(source, target, write, { source: {}, target: {} }),
    })),
  },
  {
    what: 'joins small parts',
    caughtBy: 'STO-74',
    plant: withObjects((objects) => ({
      completeUpload: (target, completion) => objects.completeUpload(target, { ...completion, minPartBytes: 0 }),
    })),
  },
  {
    what: 'takes any expected checksum of the whole',
    caughtBy: 'STO-75',
    plant: withObjects((objects) => ({
      completeUpload: (target, completion) => objects.completeUpload(target, { ...completion, expectChecksums: {} }),
    })),
  },
  {
    what: 'lets a part be copied past the end',
    caughtBy: 'STO-64',
    plant: withObjects((objects) => ({
      async copyPart(target, partNumber, source, condition) {
        const { sizeBytes } = await objects.readObject(source);
        const range = source.range && { ...source.range, end: Math.min(source.range.end, sizeBytes - 1) };
        return objects.copyPart(target, partNumber, { ...source, range }, condition);
      },
    })),
  },
  {
    what: 'completes only once',
    caughtBy: 'STO-79',
    plant: withObjects((objects) => {
      const done = new Set<string>();
      return {
        completeUpload(target, completion) {
          if (done.has(target.uploadId)) return Promise.reject(refusal('NoSuchUpload', { UploadId: target.uploadId }));
          done.add(target.uploadId);
          return objects.completeUpload(target, completion);
        },
      };
    }),
  },
  {
    what: 'keeps a read key in memory',
    caughtBy: 'STO-81',
    plant: (subject) => ({ ...subject, keys: new ForgetfulKeys(subject.keys) }),
  },
];

async function isThere(objects: ObjectStore, target: { bucket: string; key: string }): Promise<boolean> {
  return await objects.readObject(target).then(
    () => true,
    () => false,
  );
}

class ForgetfulKeys implements KeyStore {
  readonly #keys: KeyStore;
  readonly #read = new Map<string, KeyWithSecret | undefined>();

  constructor(keys: KeyStore) {
    this.#keys = keys;
  }

  createKey(...call: Parameters<KeyStore['createKey']>): ReturnType<KeyStore['createKey']> {
    return this.#keys.createKey(...call);
  }

  async readKey(accessKeyId: string): Promise<KeyWithSecret | undefined> {
    if (!this.#read.has(accessKeyId)) this.#read.set(accessKeyId, await this.#keys.readKey(accessKeyId));
    return this.#read.get(accessKeyId);
  }

  listKeys(): ReturnType<KeyStore['listKeys']> {
    return this.#keys.listKeys();
  }

  pageKeys(...call: Parameters<KeyStore['pageKeys']>): ReturnType<KeyStore['pageKeys']> {
    return this.#keys.pageKeys(...call);
  }

  accessKeyIds(accountId: string): ReturnType<KeyStore['accessKeyIds']> {
    return this.#keys.accessKeyIds(accountId);
  }

  setKeyEnabled(...call: Parameters<KeyStore['setKeyEnabled']>): ReturnType<KeyStore['setKeyEnabled']> {
    return this.#keys.setKeyEnabled(...call);
  }

  describeKey(accessKeyId: string): ReturnType<KeyStore['describeKey']> {
    return this.#keys.describeKey(accessKeyId);
  }

  editKey(...call: Parameters<KeyStore['editKey']>): ReturnType<KeyStore['editKey']> {
    return this.#keys.editKey(...call);
  }

  rotateKey(...call: Parameters<KeyStore['rotateKey']>): ReturnType<KeyStore['rotateKey']> {
    return this.#keys.rotateKey(...call);
  }

  retireSecrets(accessKeyId: string): ReturnType<KeyStore['retireSecrets']> {
    return this.#keys.retireSecrets(accessKeyId);
  }

  deleteKey(accessKeyId: string): ReturnType<KeyStore['deleteKey']> {
    return this.#keys.deleteKey(accessKeyId);
  }

  noteUse(serial: number): void {
    this.#keys.noteUse(serial);
  }

  flush(): Promise<void> {
    return this.#keys.flush();
  }

  close(): Promise<void> {
    return this.#keys.close();
  }
}
