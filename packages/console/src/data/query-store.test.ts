import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryStore } from './query-store.ts';

function held(): { readonly promise: Promise<unknown>; readonly settle: (value: unknown) => void } {
  let settle: (value: unknown) => void = () => undefined;
  const promise = new Promise((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

/** Everything that was asked, and a store that counts it. */
function asking() {
  const store = new QueryStore();
  const asked: string[] = [];
  const watch = (key: string, answer: () => Promise<unknown> = async () => key): (() => void) =>
    store.watch(
      key,
      'read',
      (signal) => {
        asked.push(key);
        signal.addEventListener('abort', () => asked.push(`${key} dropped`));
        return answer();
      },
      () => undefined,
    );
  return { store, asked, watch };
}

const isOne = (key: string): boolean => key === 'one';

test('what is deleted is not asked for meanwhile, nor after, though it is still shown; other things are', async () => {
  const { store, asked, watch } = asking();
  const leave = watch('one');
  watch('two');
  await store.invalidate();
  const server = held();
  const removal = store.removing(isOne, () => server.promise);
  await store.invalidate();
  server.settle('done');
  assert.equal(await removal, 'done');
  await store.invalidate();
  assert.deepEqual(asked, ['one', 'two', 'one dropped', 'one', 'two dropped', 'two', 'two', 'two']);
  assert.equal(store.state('one').data, 'one');
  leave();
  assert.equal(store.state('one').data, undefined);
  watch('one');
  assert.equal(asked.at(-1), 'one');
});

test('a question that is under way when its thing is deleted is dropped', async () => {
  const { store, asked, watch } = asking();
  const slow = held();
  watch('one', () => slow.promise);
  await store.removing(isOne, async () => undefined);
  slow.settle('late');
  await slow.promise;
  assert.deepEqual(asked, ['one', 'one dropped']);
  assert.deepEqual(store.state('one'), { data: undefined, error: undefined, isFetching: false });
});

test('a deletion that fails lets its thing be asked for again', async () => {
  const { store, asked, watch } = asking();
  watch('one');
  await store.invalidate();
  asked.length = 0;
  await assert.rejects(
    store.removing(isOne, () => Promise.reject(new Error('not empty'))),
    /not empty/,
  );
  assert.deepEqual(asked, ['one']);
  await store.invalidate();
  assert.equal(asked.at(-1), 'one');
  assert.equal(store.state('one').data, 'one');
});
