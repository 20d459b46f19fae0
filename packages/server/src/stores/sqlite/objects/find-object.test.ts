import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { migrate } from '../schema/schema.ts';
import { currentWithBody, rowWithBody } from './find-object.ts';
import { currentVersion, rowOfVersion } from './version-rows.ts';

const writtenOut = [
  ['opened', 'STO-30', currentWithBody, rowWithBody],
  ['replaced', 'STO-20', currentVersion, rowOfVersion],
] as const;

for (const [what, rule, statement, rowOf] of writtenOut) {
  test(`${rule} the row of an object that is ${what} is written out as its statement gives it`, () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, 0);
    const columns = database.prepare(statement).columns();
    database.close();
    const values = columns.map(({ name }) => name);
    // Each member holds the value of the column of its own name, and there are no others.
    assert.deepEqual(
      Object.entries(rowOf(values)),
      values.map((name) => [name, name]),
    );
  });
}
