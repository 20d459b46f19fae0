import assert from 'node:assert/strict';
import { test } from 'node:test';
import { later } from './handlers.ts';

test('what is made later is made once, however many ask', async () => {
  let makings = 0;
  const room = later(() => {
    makings += 1;
    return Promise.resolve(makings);
  });
  assert.equal(room.made(), undefined);
  assert.deepEqual(await Promise.all([room.get(), room.get()]), [1, 1]);
  assert.equal(await room.get(), 1);
  assert.equal(room.made(), 1);
});

test('what could not be made is tried again by the next who asks', async () => {
  let tries = 0;
  const room = later(() => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error('no descriptor')) : Promise.resolve(tries);
  });
  await assert.rejects(room.get(), /no descriptor/);
  assert.equal(room.made(), undefined);
  assert.equal(await room.get(), 2);
});
