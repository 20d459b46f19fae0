import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { currentWithBody, rowWithBody } from './find-object.ts';
import { migrate } from './schema.ts';

test('STO-30 the row of an object that is opened is written out as its statement gives it', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database, 0);
  const columns = database.prepare(currentWithBody).columns();
  database.close();
  const values = columns.map(({ name }) => name);
  // Each member holds the value of the column of its own name, and there are no others.
  assert.deepEqual(
    Object.entries(rowWithBody(values)),
    values.map((name) => [name, name]),
  );
});
