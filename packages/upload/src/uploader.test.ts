import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Application, bytesOf, type Fixture, openFixture, startApplication } from '../test/fixture.ts';
import { createUploader, type Progress, UploadError, type UploadState, type UploadTask } from './index.ts';
import { backoffMs } from './patience.ts';
import { Rate } from './progress.ts';
import { UploadRefused } from './server.ts';

/* Node's own fetch and File: what a page does beside them is looked at in a browser, in test/browser. */
let fixture: Fixture;
let application: Application;
/** What `authorize` does in a test. */
let authorize: () => void = () => undefined;

before(async () => {
  fixture = await openFixture();
  application = await startApplication({
    bucket: fixture.uploads,
    authorize: (_, file) => {
      authorize();
      return { name: file.name };
    },
    key: (file, { name }) => `${name}/${file.size}`,
    partSize: '5MiB',
    complete: ({ key, size, etag }) => ({ key, size, etag }),
  });
});
after(async () => {
  await application.close();
  await fixture.stop();
});
afterEach(() => {
  fixture.proxy.decide(() => 'pass');
  fixture.proxy.release();
  authorize = () => undefined;
});

const mebibyte = 1024 ** 2;
type Result = { readonly key: string; readonly size: number; readonly etag: string };

function uploader(options: object = {}) {
  return createUploader<Result>({ endpoint: application.endpoint, ...options });
}

function fileOf(name: string, size: number): File {
  return new File([bytesOf(size)], name, { type: 'application/x-tide', lastModified: 1 });
}

async function stored(key: string): Promise<Uint8Array> {
  const answer = await fetch(fixture.uploads.presignGet(key, { own: true }));
  assert.equal(answer.status, 200);
  return answer.bytes();
}

/** Waits until `isSo`; the limit is there for what never comes. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    assert.ok(tries < 9000, 'it did not come');
    await wait(10);
  }
}

async function failure(task: Promise<unknown>): Promise<UploadError> {
  const error = await task.then(
    () => assert.fail('it succeeded'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UploadError, String(error));
  return error;
}

test('UPL-20 UPL-28 a file is sent in parts, a bounded number at once, each byte once, and progress covers all', async () => {
  const seen: Progress[] = [];
  const states: UploadState[] = [];
  let most = 0;
  const before = fixture.proxy.puts.length;
  fixture.proxy.decide(() => {
    const open = fixture.proxy.puts.slice(before).filter(({ status }) => status === undefined).length;
    most = Math.max(most, open);
    return 'pass';
  });
  const file = fileOf('parts', 28 * mebibyte);
  const task = uploader({ parallel: 2 }).upload(file, {
    onProgress: (progress) => seen.push(progress),
    onState: (state) => states.push(state),
  });
  const result = await task;
  assert.deepEqual([result.key, result.size], [`parts/${file.size}`, file.size]);
  assert.match(result.etag, /-6"$/);
  assert.ok(Buffer.from(await stored(result.key)).equals(Buffer.from(bytesOf(file.size))));
  const puts = fixture.proxy.puts.slice(before);
  assert.deepEqual(puts.map(({ part }) => part).sort(), [1, 2, 3, 4, 5, 6]);
  assert.ok(most <= 2, `${most} at once`);
  assert.deepEqual([seen[0]?.loaded, seen.at(-1)?.loaded, seen.at(-1)?.fraction], [0, file.size, 1]);
  assert.deepEqual([states[0], ...states.slice(-2)], ['uploading', 'completing', 'done']);
  assert.equal(task.state, 'done');
});

test('UPL-20 a small and an empty file go in one request', async () => {
  for (const size of [0, 70_000]) {
    const before = fixture.proxy.puts.length;
    const result = await uploader().upload(fileOf('small', size));
    assert.equal((await stored(result.key)).byteLength, size);
    assert.deepEqual(
      fixture.proxy.puts.slice(before).map(({ part, bytes }) => [part, bytes]),
      [[0, size]],
    );
  }
});

test('UPL-20 where the store does not show entity tags, those that it lists are taken', async () => {
  fixture.proxy.hidden.add('etag');
  const result = await uploader().upload(fileOf('hidden', 17 * mebibyte));
  fixture.proxy.hidden.clear();
  assert.match(result.etag, /-4"$/);
});

test('UPL-21 cuts and answers that pass are tried again, each part until it is there', async () => {
  const planted = new Map([
    [1, ['cut', 503]],
    [3, [500]],
  ]);
  const states: UploadState[] = [];
  fixture.proxy.decide(
    (method, part) => (method === 'PUT' ? (planted.get(part)?.shift() as 'cut' | number) : undefined) ?? 'pass',
  );
  const result = await uploader({ parallel: 1 }).upload(fileOf('again', 17 * mebibyte), {
    onState: (state) => states.push(state),
  });
  assert.equal(result.size, 17 * mebibyte);
  assert.ok(states.includes('retrying'));
});

test('UPL-21 what a store refuses is not tried again, and says its reason', async () => {
  let asked = 0;
  fixture.proxy.decide((method) => (method === 'PUT' && asked++ >= 0 ? 400 : 'pass'));
  const error = await failure(uploader().upload(fileOf('refused', 10)));
  assert.deepEqual(
    [error.code, error.reason, error.status, error.retryable, asked],
    ['StoreRefused', 'Planted', 400, false, 1],
  );
});

test('UPL-21 UPL-28 a refused upload reports nothing more, so a page keeps its last message', async () => {
  const reported: string[] = [];
  // The others are under way when one part is refused, and are stopped by that.
  fixture.proxy.decide((method, part) => (method !== 'PUT' ? 'pass' : part === 1 ? 400 : 'hold'));
  const task = uploader().upload(fileOf('silent', 17 * mebibyte), {
    onProgress: () => reported.push('progress'),
    onState: (state) => reported.push(state),
  });
  await failure(task);
  reported.push('the end');
  for (let turn = 0; turn < 50; turn++) await wait(0);
  assert.deepEqual(reported.slice(reported.indexOf('failed')), ['failed', 'the end']);
  assert.equal(task.state, 'failed');
  await task.abort();
});

test('UPL-21 the wait before a retry doubles from half a second to thirty, and differs by chance', () => {
  assert.deepEqual(
    [0, 1, 2, 10].map((tries) => backoffMs(tries, 0)),
    [500, 1000, 2000, 30_000],
  );
  assert.ok(backoffMs(3, 0.99) < 2700 && backoffMs(3, 0.99) > 2600);
});

test('UPL-25 a store that does not answer is HostUnreachable, and retries end', async () => {
  const gone = await startApplication({
    bucket: fixture.bucketOf({ publicEndpoint: 'http://127.0.0.1:1' }),
    authorize: () => ({}),
  });
  const error = await failure(createUploader({ endpoint: gone.endpoint, retries: 1 }).upload(fileOf('gone', 10)));
  assert.deepEqual([error.code, error.retryable], ['HostUnreachable', true]);
  await gone.close();
  const closed = await failure(createUploader({ endpoint: gone.endpoint, retries: 0 }).upload(fileOf('gone', 10)));
  assert.deepEqual([closed.code, closed.message], ['HostUnreachable', 'The application does not answer.']);
});

for (const [status, hint] of [
  [404, 'Is the handler of uploads at ADDRESS?'],
  [500, 'Its own log says why.'],
] as const) {
  test(`UPL-1 what answers ${status} without JSON is reported as such`, async () => {
    const other = createServer((_, response) => response.writeHead(status).end('words'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const at = other.address();
    const endpoint = `http://127.0.0.1:${at !== null && typeof at === 'object' ? at.port : 0}/`;
    const error = await failure(createUploader({ endpoint, retries: 0 }).upload(fileOf('words', 10)));
    other.closeAllConnections();
    other.close();
    assert.equal(error.message, `The application answered ${status} without JSON.`);
    assert.equal(error.hint, hint.replace('ADDRESS', endpoint));
  });
}

test('UPL-1 the refusal of an application reaches the page in its own words', async () => {
  authorize = () => {
    throw new UploadRefused(402, 'The month is full.', { hint: 'Buy more.' });
  };
  const error = await failure(uploader().upload(fileOf('full', 10)));
  assert.deepEqual(
    [error.code, error.message, error.hint, error.status],
    ['Refused', 'The month is full.', 'Buy more.', 402],
  );
});

test('UPL-24 URLs that ended before they were used are signed anew, without a word', async (context) => {
  let ageMs = 0;
  const stale = await startApplication({
    bucket: fixture.bucketOf({ now: () => new Date(Date.now() - ageMs) }),
    authorize: () => ({}),
    complete: ({ size }) => size,
    partSize: '5MiB',
  });
  context.after(() => stale.close());
  const puts = fixture.proxy.puts.length;
  fixture.proxy.decide((method) => {
    // From the first PUT on the signer's clock is right again.
    if (method === 'PUT') ageMs = 0;
    return 'pass';
  });
  ageMs = 3_600_000;
  assert.equal(await createUploader({ endpoint: stale.endpoint, parallel: 1 }).upload(fileOf('stale', 3)), 3);
  assert.deepEqual(
    fixture.proxy.puts.slice(puts).map(({ status }) => status),
    [403, 200],
  );
});

test('UPL-27 UPL-22 a pause stops what is under way, and going on sends what is missing alone', async () => {
  const puts = fixture.proxy.puts.length;
  fixture.proxy.decide((method, part) => (method === 'PUT' && part > 2 ? 'hold' : 'pass'));
  const task: UploadTask<Result> = uploader({ parallel: 2 }).upload(fileOf('paused', 23 * mebibyte));
  const done = () => fixture.proxy.puts.slice(puts).filter(({ status }) => status === 200);
  await until(() => done().length === 2 && fixture.proxy.puts.length === puts + 4);
  task.pause();
  assert.equal(task.state, 'paused');
  fixture.proxy.decide(() => 'pass');
  task.resume();
  assert.equal((await task).size, 23 * mebibyte);
  assert.deepEqual(
    done()
      .map(({ part }) => part)
      .sort(),
    [1, 2, 3, 4, 5],
  );
});

test('UPL-27 UPL-11 an upload that is ended leaves nothing in the store, whenever it is', async () => {
  for (const held of [1, 3]) {
    fixture.proxy.decide((method, part) => (method === 'PUT' && part >= held ? 'hold' : 'pass'));
    const puts = fixture.proxy.puts.length;
    const task = uploader({ parallel: 1 }).upload(fileOf('ended', 17 * mebibyte));
    await until(() => fixture.proxy.puts.length === puts + held);
    await task.abort();
    assert.deepEqual([(await failure(task)).code, task.state], ['Aborted', 'aborted']);
    assert.deepEqual(await fixture.openUploads(), []);
  }
  const atOnce = uploader().upload(fileOf('ended', 17 * mebibyte), { signal: AbortSignal.abort() });
  assert.equal((await failure(atOnce)).code, 'Aborted');
  await atOnce.abort();
  assert.deepEqual(await fixture.openUploads(), []);
});

test('UPL-22 UPL-23 an unfinished upload goes on with the parts that are missing, and with no other file', async () => {
  fixture.proxy.decide((method, part) => (method === 'PUT' && part > 2 ? 400 : 'pass'));
  let token = '';
  const listening = globalThis.fetch;
  globalThis.fetch = async (...args) => {
    const answer = await listening(...args);
    if (String(args[0]) === application.endpoint && token === '') token = (await answer.clone().json()).token;
    return answer;
  };
  const file = fileOf('cut off', 17 * mebibyte);
  await failure(uploader({ parallel: 1 }).upload(file)).finally(() => {
    globalThis.fetch = listening;
  });
  fixture.proxy.decide(() => 'pass');
  const { endpoint } = application;
  const unfinished = { token, endpoint, name: file.name, size: file.size, lastModified: 1, startedAtMs: Date.now() };
  const puts = fixture.proxy.puts.length;
  const changed = new File([bytesOf(file.size)], file.name, { lastModified: 2 });
  assert.equal((await failure(uploader().resume(unfinished, changed))).code, 'FileChanged');
  assert.equal(fixture.proxy.puts.length, puts);
  assert.equal((await uploader().resume(unfinished, file)).size, file.size);
  assert.deepEqual(
    fixture.proxy.puts
      .slice(puts)
      .map(({ part }) => part)
      .sort(),
    [3, 4],
  );
  assert.equal((await uploader().resume(unfinished, file)).size, file.size, 'and is complete when it is asked again');
  assert.equal(fixture.proxy.puts.length, puts + 2);
});

test('SEC-517 an upload that fails in any way holds no URL of the store, neither in its error nor on the console', async () => {
  const written: unknown[] = [];
  const real = { error: console.error, warn: console.warn, log: console.log };
  const keep = (...words: unknown[]) => written.push(...words);
  Object.assign(console, { error: keep, warn: keep, log: keep });
  try {
    const files = [fileOf('secret', 10), fileOf('secret', 17 * mebibyte)];
    for (const verdict of ['cut', 400, 403, 404, 500] as const) {
      fixture.proxy.decide((method) => (method === 'PUT' ? verdict : 'pass'));
      for (const file of files) {
        const error = await failure(uploader({ retries: 0 }).upload(file));
        const all = [error.stack, error.message, error.hint, error.reason, String(error.cause), JSON.stringify(error)];
        assert.doesNotMatch(all.join('\n'), /X-Amz|Signature=|uploadId/, String(verdict));
      }
    }
  } finally {
    Object.assign(console, real);
  }
  assert.deepEqual(written, []);
});

test('UPL-28 a rate is that of the last seconds, and what was before a pause does not count', () => {
  const rate = new Rate();
  assert.equal(rate.perSecond(0, 0), 0);
  assert.equal(rate.perSecond(1000, 1000), 1000);
  for (let second = 2; second <= 30; second++) rate.perSecond(second * 5000, second * 1000);
  assert.equal(Math.round(rate.perSecond(155_000, 31_000)), 5000);
  rate.clear();
  assert.equal(rate.perSecond(155_000, 60_000), 0);
});
