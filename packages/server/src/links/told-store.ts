import type { ObjectStore, VersionRecord } from '../stores/object-store.ts';

/** The store, telling of each object that is stored through it (EVT-7). */
export function toldStore(store: ObjectStore, onStored: (stored: VersionRecord) => void): ObjectStore {
  const told = async (storing: Promise<VersionRecord>): Promise<VersionRecord> => {
    const stored = await storing;
    onStored(stored);
    return stored;
  };
  return {
    ...store,
    putObject: (...given) => told(store.putObject(...given)),
    copyObject: (...given) => told(store.copyObject(...given)),
    completeUpload: (...given) => told(store.completeUpload(...given)),
  };
}
