import assert from 'node:assert/strict';
import { S3Error } from '@tidegate/protocol';
import fc from 'fast-check';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { TestClock } from '../objects/subject.ts';

/** What a run knows besides the two stores: their ids of uploads differ. */
export type Run = {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** Slot → upload ids on the model and on the engine, and the last part of each number on both. */
  readonly uploads: Map<number, UploadPair>;
  readonly clocks: readonly TestClock[];
};

/** An upload that was begun on both sides. */
type UploadPair = { readonly key: string; readonly ids: readonly [model: string, real: string] };
/** One step of a program. */
export type Command = fc.AsyncCommand<Run, ObjectStore>;
type Step = (store: ObjectStore, run: Run, side: 0 | 1) => Promise<unknown>;

const keyParts = fc.constantFrom('a', 'b', 'a/', '/', '😀', '\uffff', 'é', '', '0');
/** Keys that fold, sort and share prefixes in all ways. */
export const key = fc
  .array(keyParts, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '');

/** One command: the same step on both sides, and the answers or refusals must be equal. */
export function command(name: string, step: Step): Command {
  return {
    check: () => true,
    async run(model, real) {
      const [expected, answered] = [
        await outcomeOf(step(model.store, model, 0)),
        await outcomeOf(step(real, model, 1)),
      ];
      assert.deepEqual(answered, expected, name);
    },
    toString: () => name,
  };
}

async function outcomeOf(step: Promise<unknown>): Promise<unknown> {
  try {
    return { answer: withoutRandomIds(await step) };
  } catch (error) {
    if (error instanceof S3Error) return { refused: error.code };
    throw error;
  }
}

const randomNames: ReadonlySet<string> = new Set(['uploadId', 'versionId', 'markerVersionId', 'keyCheck']);

/** Ids of uploads and versions and salted hashes are random, but for the version `null`; everything else of an answer is compared. */
function withoutRandomIds(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer ?? null, (name, value: unknown) =>
      randomNames.has(name) && value !== 'null' && typeof value === 'string' ? 'id' : value,
    ),
  );
}
