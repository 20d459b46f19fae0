import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMemoryStore } from '../../memory/memory-store.ts';
import { keyRules } from '../admin/key-rules.ts';
import { plantedFaults } from './planted.ts';
import { objectRules } from './store-contract.ts';
import { type Subject, seededRandom, TestClock } from './subject.ts';

function openModel(): Subject {
  const clock = new TestClock();
  const { objects, keys } = openMemoryStore({ clock, random: seededRandom(1) });
  return { objects, keys, clock, close: () => objects.close() };
}

for (const { what, caughtBy, plant } of plantedFaults) {
  test(`a store that ${what} is caught by ${caughtBy}`, async () => {
    const rules = [...objectRules, ...keyRules].filter((rule) => rule.name.split(' ').includes(caughtBy));
    assert.notEqual(rules.length, 0, `no rule is named ${caughtBy}`);
    const outcomes = await Promise.allSettled(rules.map((rule) => rule.check(plant(openModel()))));
    assert.ok(
      outcomes.some((outcome) => outcome.status === 'rejected'),
      `${caughtBy} does not notice it`,
    );
  });
}
