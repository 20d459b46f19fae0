import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { TestClock } from '../stores/contract/objects/subject.ts';
import { eventIdOf } from '../stores/links/link-cursor.ts';
import { silentEvent } from '../stores/links/link-notes.ts';
import { MemoryEvents } from '../stores/memory/memory-events.ts';
import { EventFeed, type EventFilter, placeOf } from './feed.ts';

const everything: EventFilter = { accountId: undefined, accessKeyId: undefined, linkId: undefined, types: undefined };

/** A reader that takes what is written when the test says so. */
class Reader extends Writable {
  text = '';
  #waiting: (() => void)[] = [];
  #isStopped = false;

  constructor() {
    super({ highWaterMark: 64, decodeStrings: true });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = (): void => {
      this.text += chunk.toString();
      done();
    };
    if (this.#isStopped) this.#waiting.push(take);
    else take();
  }

  stopReading(): void {
    this.#isStopped = true;
  }

  goOn(): void {
    this.#isStopped = false;
    for (const take of this.#waiting.splice(0)) take();
  }
}

/** All that follows at once. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function until(isThere: () => boolean, step: () => void = () => undefined): Promise<void> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    if (isThere()) return;
    step();
    await settled();
  }
  throw new Error('It did not come.');
}

function open(filter = everything) {
  const clock = new TestClock();
  const store = new MemoryEvents();
  const feed = new EventFeed({ store, clock, show: ({ type }) => ({ type }) });
  const tell = (...types: readonly string[]) =>
    store.tell(types.map((type) => silentEvent(type, clock.nowMs(), undefined)));
  const listen = (lastEventId?: string) => {
    const stream = feed.open(filter, lastEventId);
    assert.ok(stream !== undefined);
    const reader = new Reader();
    const gone = new AbortController();
    const sent = stream.send(reader, gone.signal).finally(() => stream.close());
    return { reader, gone, sent };
  };
  return { clock, store, feed, tell, listen };
}

test('EVT-12 who listens hears something each 15 seconds, with the place that it may go on from', async () => {
  const { clock, tell, listen } = open({ ...everything, types: ['b'] });
  const { reader, gone, sent } = listen();
  await until(() => reader.text.includes('retry: 2000'));
  const before = reader.text.length;
  await tell('a');
  await until(
    () => reader.text.length > before,
    () => clock.advance(1_000),
  );
  assert.equal(reader.text.slice(before), `: \nid: ${eventIdOf(clock.nowMs(), 1)}\n\n`);
  gone.abort();
  await sent;
});

test('EVT-13 a reader that does not read holds a page and no more, and goes on without a gap', async () => {
  const { clock, store, tell, listen } = open();
  const { reader, gone, sent } = listen();
  await until(() => reader.text.includes('retry: 2000'));
  reader.stopReading();
  const types = Array.from({ length: 1_000 }, (_, at) => `t${at}.`);
  await tell(...types);
  for (let turn = 0; turn < 100; turn += 1) {
    clock.advance(1_000);
    await settled();
  }
  assert.ok(reader.writableLength < 20_000, `${reader.writableLength} bytes wait`);
  reader.goOn();
  await until(
    () => reader.text.includes('t999.'),
    () => {
      reader.goOn();
      clock.advance(1_000);
    },
  );
  const heard = [...reader.text.matchAll(/"type":"(t\d+\.)"/g)].map(([, type]) => type);
  assert.deepEqual(heard, types);
  assert.equal(store.bounds().last, 1_000);
  gone.abort();
  await sent.catch(() => undefined);
});

test('EVT-13 at most a hundred listen to a process', async () => {
  const { feed } = open();
  const streams = Array.from({ length: 100 }, () => feed.open(everything, undefined));
  assert.ok(streams.every((stream) => stream !== undefined));
  assert.equal(feed.open(everything, undefined), undefined);
  await streams[0]?.close();
  assert.ok(feed.open(everything, undefined) !== undefined);
});

const nowMs = 1_700_000_000_000;
const hourMs = 3_600_000;
for (const [what, id, bounds, place] of [
  ['the newest', eventIdOf(nowMs, 7), { first: 1, last: 7 }, 7],
  ['the first', eventIdOf(nowMs, 1), { first: 1, last: 7 }, 1],
  ['the one before the oldest', eventIdOf(nowMs, 4), { first: 5, last: 7 }, 4],
  ['one that is gone', eventIdOf(nowMs, 3), { first: 5, last: 7 }, undefined],
  ['one of another store', eventIdOf(nowMs, 8), { first: 1, last: 7 }, undefined],
  ['no id', 'yesterday', { first: 1, last: 7 }, undefined],
  ['an old one that 10,000 followed', eventIdOf(nowMs - 2 * hourMs, 1), { first: 1, last: 10_001 }, 1],
  ['a young one that many followed', eventIdOf(nowMs - hourMs + 1, 1), { first: 1, last: 90_000 }, 1],
  ['an old one that more followed', eventIdOf(nowMs - 2 * hourMs, 1), { first: 1, last: 10_002 }, undefined],
] as const) {
  test(`EVT-10 EVT-11 behind ${what} a stream ${place === undefined ? 'cannot go on' : 'goes on'}`, () => {
    assert.equal(placeOf(id, bounds, nowMs), place);
  });
}
