import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import { boundBody } from './bound-body.ts';

const tooLarge = (error: unknown) => error instanceof S3Error && error.code === 'EntityTooLarge';

test('SEC-422 a body that was declared too large is refused before a byte is read', () => {
  const stream = Readable.from([Buffer.alloc(11)]);
  assert.throws(() => boundBody({ stream, sizeBytes: 11 }, 10), tooLarge);
  assert.equal(stream.readableDidRead, false);
});

test('SEC-422 a body of declared size is the stream itself', () => {
  const stream = Readable.from([Buffer.alloc(10)]);
  assert.equal(boundBody({ stream, sizeBytes: 10 }, 10), stream);
});

test('SEC-422 a body of unknown size passes whole up to the limit', async () => {
  const stream = Readable.from([Buffer.alloc(6, 1), Buffer.alloc(4, 2)]);
  assert.equal((await buffer(boundBody({ stream, sizeBytes: undefined }, 10))).length, 10);
});

test('SEC-422 an endless body is refused at the first byte too many, and its source is not destroyed', async () => {
  let sent = 0;
  const stream = new Readable({
    read() {
      sent += 1000;
      this.push(Buffer.alloc(1000));
    },
  });
  await assert.rejects(buffer(boundBody({ stream, sizeBytes: undefined }, 5000)), tooLarge);
  assert.equal(stream.destroyed, false);
  assert.ok(sent < 200_000, `${sent} bytes were read`);
});

test('SEC-127 a failure of the body reaches who reads it', async () => {
  const stream = Readable.from(
    (async function* () {
      yield Buffer.alloc(3);
      await Promise.reject(new Error('chunk signature'));
    })(),
  );
  await assert.rejects(buffer(boundBody({ stream, sizeBytes: undefined }, 10)), /chunk signature/);
});

test('SEC-422 nothing is read and nothing can fail unheard before somebody reads', async () => {
  const stream = Readable.from([Buffer.alloc(20)]);
  const bounded = boundBody({ stream, sizeBytes: undefined }, 10);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(stream.readableDidRead, false);
  await assert.rejects(buffer(bounded), tooLarge);
});
