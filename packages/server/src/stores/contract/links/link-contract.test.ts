import { openLocalSubject } from '../../local/test-support/open-subject.ts';
import { MemoryLinks } from '../../memory/memory-links.ts';
import { seededRandom, TestClock } from '../objects/subject.ts';
import { linkStoreContract } from './link-store-contract.ts';

linkStoreContract('memory', () => {
  const clock = new TestClock();
  const links = new MemoryLinks({ clock, random: seededRandom(1) });
  return Promise.resolve({ links, clock, close: () => Promise.resolve() });
});

linkStoreContract('sqlite', async () => {
  const { store, clock, close } = await openLocalSubject({ giveBackWaitMs: 0 });
  return { links: store.links, clock, close };
});
