import { openMemoryStore } from '../../memory/memory-store.ts';
import { keyStoreContract, objectStoreContract } from './store-contract.ts';
import { type Subject, seededRandom, TestClock } from './subject.ts';

function open(): Promise<Subject> {
  const clock = new TestClock();
  const { objects, keys } = openMemoryStore({ clock, random: seededRandom(1) });
  return Promise.resolve({ objects, keys, clock, close: () => objects.close() });
}

objectStoreContract('memory', open);
keyStoreContract('memory', open);
