import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { refusal } from '@tidegate/protocol';
import { refused } from '../contract/objects/assert-refusal.ts';
import { plain } from '../contract/objects/subject.ts';
import { giveBack } from '../upkeep/own-memory.ts';
import { type BodySink, type IntakeOptions, takeBody } from './body-intake.ts';
import type { BodyExpectation } from './object-store.ts';

const options: IntakeOptions<never> = {
  inlineMaxBytes: 1_024,
  openSink: () => Promise.reject(new Error('no body here is big')),
};

/** A body whose end has not come yet. */
function arriving(...chunks: readonly string[]): Readable {
  const body = new Readable({ read: () => undefined });
  for (const chunk of chunks) body.push(Buffer.from(chunk));
  return body;
}

/** As a request with a Content-Length has it. */
const framed = (sizeBytes: number): BodyExpectation => ({ ...plain, sizeBytes, endsAtSize: true });

test('STO-20 STO-21 a small body that has come whole is taken at once, in however many pieces', () => {
  for (const chunks of [['0123456789'], ['01234', '56789']]) {
    const taken = takeBody(arriving(...chunks), { ...framed(10), compute: ['CRC32'] }, options);
    assert.ok(!(taken instanceof Promise));
    assert.equal(String(taken.inline), '0123456789');
    assert.equal(taken.md5, createHash('md5').update('0123456789').digest('hex'));
    assert.deepEqual(taken.checksums, { CRC32: 'poTHxg==' });
  }
});

test('STO-22 a small body that has come whole is refused when it is not what was said', () => {
  const expect = { ...framed(4), md5: createHash('md5').update('other').digest() };
  assert.throws(() => takeBody(arriving('body'), expect, options), { code: 'BadDigest' });
});

test('STO-21 a body that is decoded or checked on its way is not whole before its end', async () => {
  const body = arriving('body');
  const taking = takeBody(body, { ...plain, sizeBytes: 4 }, options);
  assert.ok(taking instanceof Promise);
  body.destroy(refusal('BadDigest', {}));
  await refused(taking, 'BadDigest');

  const longer = arriving('body');
  const refusing = takeBody(longer, { ...plain, sizeBytes: 4 }, options);
  longer.push(Buffer.from('y'));
  await refused(Promise.resolve(refusing), 'IncompleteBody');
});

test('STO-21 the rest of a body that has come in part is waited for', async () => {
  const body = arriving('bo');
  const taking = takeBody(body, framed(4), options);
  body.push(Buffer.from('dy'));
  body.push(null);
  assert.equal(String((await taking).inline), 'body');

  const broken = arriving('bo');
  const breaking = takeBody(broken, framed(4), options);
  broken.push(null);
  await refused(Promise.resolve(breaking), 'IncompleteBody');

  const gone = arriving('body');
  gone.destroy();
  await refused(Promise.resolve(takeBody(gone, framed(4), options)), 'IncompleteBody');
});

/** Keeps what is written to it, and gives memory back as a store does. */
function keepingSink(room: () => Promise<void> | undefined = () => undefined) {
  const written: Uint8Array[] = [];
  const sink: BodySink = {
    write(chunk, memory) {
      written.push(Uint8Array.from(chunk));
      giveBack(memory);
    },
    room,
    abort: () => Promise.resolve(),
  };
  return { written, options: { inlineMaxBytes: 1_024, openSink: () => Promise.resolve(sink) } };
}

for (const chunkBytes of [65_536, 1_000_000, 3_500_000]) {
  test(`STO-21 the memory of a big body in chunks of ${chunkBytes} is its sink's, and no byte of it is lost`, async () => {
    const chunks = Array.from({ length: 5 }, (_, index) => new Uint8Array(chunkBytes).fill(index + 1));
    const whole = Buffer.concat(chunks);
    const { written, options: toSink } = keepingSink();
    const body = new Readable({ read: () => undefined });
    const taking = takeBody(body, framed(whole.byteLength), toSink);
    for (const chunk of chunks) body.push(Buffer.from(chunk.buffer));
    body.push(null);
    const taken = await taking;
    assert.equal(taken.md5, createHash('md5').update(whole).digest('hex'));
    assert.ok(whole.equals(Buffer.concat(written)));
    assert.deepEqual(
      chunks.map(({ buffer }) => buffer.byteLength),
      chunks.map(() => 0),
    );
  });
}

test('STO-21 bytes that somebody else may hold are left alone', async () => {
  const shared = new Uint8Array(200_000).fill(7);
  const parts = [shared.subarray(0, 100_000), shared.subarray(100_000)];
  for (const [expect, chunks] of [
    [framed(200_000), parts],
    [{ ...plain, sizeBytes: 200_000 }, [shared]],
  ] as const) {
    const { written, options: toSink } = keepingSink();
    const taken = await takeBody(Readable.from(chunks), expect, toSink);
    assert.equal(taken.sizeBytes, 200_000);
    assert.ok(Buffer.concat(written).equals(shared));
    assert.equal(shared.byteLength, 200_000);
  }
});

test('STO-21 the sender is held back while the sink has no room, and the end of its body waits too', async () => {
  const waits: (() => void)[] = [];
  const { written, options: toSink } = keepingSink(
    () =>
      new Promise((resolve) => {
        waits.push(resolve);
      }),
  );
  const body = new Readable({ read: () => undefined });
  const taking = takeBody(body, framed(6_000), toSink);
  for (let chunk = 0; chunk < 3; chunk += 1) body.push(Buffer.alloc(2_000));
  body.push(null);
  for (let chunk = 1; chunk <= 3; chunk += 1) {
    // However long it waits, no chunk more is asked for.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    assert.equal(written.length, chunk);
    assert.equal(body.isPaused(), true);
    waits.shift()?.();
  }
  assert.equal((await taking).sizeBytes, 6_000);
});

test('STO-23 what a sink fails with ends the intake, be it told at once or by whoever waits for room', async () => {
  const failure = new Error('the disk is gone');
  for (const broken of [
    {
      write: () => {
        throw failure;
      },
      room: () => undefined,
    },
    { write: () => undefined, room: () => Promise.reject(failure) },
  ]) {
    let aborted = 0;
    const sink: BodySink = {
      ...broken,
      abort() {
        aborted += 1;
        return Promise.resolve();
      },
    };
    const body = new Readable({ read: () => undefined });
    const taking = takeBody(body, framed(6_000), { inlineMaxBytes: 1_024, openSink: () => Promise.resolve(sink) });
    body.push(Buffer.alloc(2_000));
    await assert.rejects(Promise.resolve(taking), failure);
    assert.equal(aborted, 1);
  }
});
