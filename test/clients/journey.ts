import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { bareRequest, xmlText } from '../bare-http.ts';
import { type Product, startProduct } from '../product-server.ts';
import { hostileKeys } from './hostile-keys.ts';

/** What one real client can do, in its own words. Absent: the client has no such command, and says why in `cannot`. */
export interface ClientUnderTest {
  makeBucket(bucket: string): Promise<void>;
  putText(bucket: string, key: string, text: string): Promise<void>;
  putFile(bucket: string, key: string, file: string): Promise<void>;
  list(bucket: string): Promise<readonly string[]>;
  getBytes(bucket: string, key: string): Promise<Buffer>;
  /** Downloads to `file`. */
  getFile(bucket: string, key: string, file: string): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  removeBucket(bucket: string): Promise<void>;
  presignGet(bucket: string, key: string, signing: Signing): Promise<string>;
  presignPut?(bucket: string, key: string, signing: Signing): Promise<string>;
  /** Ends what runs on its side. */
  close?(): void;
}

export type Signing = {
  readonly expiresInSeconds: number;
  /** How far the signer's clock is off, in seconds. A client that cannot be given another clock says so in `cannot`. */
  readonly clockOffsetSeconds?: number;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
};

export type JourneySetup = {
  readonly name: string;
  /** False, with the test skipped or failed, when the client is not on this machine. */
  readonly isHere: (t: TestContext) => boolean;
  readonly open: (product: Product) => Promise<ClientUnderTest> | ClientUnderTest;
  /** Keys (by what is hard about them) that this client changes before it sends them, with the reason. */
  readonly cannot: {
    readonly keys: Readonly<Record<string, string>>;
    readonly presignPut?: string;
    readonly otherClock?: string;
    /** It asks the server before it signs, so the refusal meets the client itself. */
    readonly signUnasked?: string;
  };
  /** The signature version of its presigned URLs. */
  readonly presigns: 'v4' | 'v2';
};

const bigFileBytes = 100 * 1024 * 1024;

/** One whole life of a client: make a bucket, put, list, get, presign, multipart, delete, and every refusal. */
export function clientJourney(setup: JourneySetup): void {
  describe(setup.name, () => {
    let product: Product;
    let client: ClientUnderTest;
    let here = true;
    before(async () => {
      product = await startProduct();
      client = await setup.open(product);
    });
    after(async () => {
      client?.close?.();
      await product?.stop();
    });
    const step = (name: string, body: (t: TestContext) => Promise<void>) =>
      test(`${setup.name}: ${name}`, async (t) => {
        here = here && setup.isHere(t);
        if (here) await body(t);
      });

    step('makes a bucket', () => client.makeBucket('journey'));
    for (const [about, key] of hostileKeys) {
      const reason = setup.cannot.keys[about];
      if (reason !== undefined) continue;
      step(`SIG-6 SIG-11 puts, lists, gets, presigns and deletes a key with ${about}`, async () => {
        const text = `the body of a key with ${about}`;
        await client.putText('journey', key, text);
        assert.ok((await client.list('journey')).includes(key), 'it is listed under its very name');
        assert.equal((await client.getBytes('journey', key)).toString(), text);
        const answer = await bareRequest(await client.presignGet('journey', key, { expiresInSeconds: 3600 }));
        assert.equal(answer.body.toString(), text, 'its presigned URL gives the bytes to someone without credentials');
        await client.remove('journey', key);
        assert.ok(!(await client.list('journey')).includes(key));
      });
    }
    if (setup.cannot.presignPut === undefined) {
      step('uploads by a presigned PUT URL, used by someone without credentials', async () => {
        assert.ok(client.presignPut);
        const url = await client.presignPut('journey', 'from outside.txt', { expiresInSeconds: 60 });
        assert.equal((await bareRequest(url, { method: 'PUT', body: 'handed in' })).status, 200);
        assert.equal((await client.getBytes('journey', 'from outside.txt')).toString(), 'handed in');
        await client.remove('journey', 'from outside.txt');
      });
    }
    step('uploads 100 MiB in parts and gets the same bytes back', async () => {
      const source = join(product.folder, 'big.bin');
      const copy = join(product.folder, 'copy.bin');
      const digest = await writeBigFile(source);
      await client.putFile('journey', 'big.bin', source);
      await client.getFile('journey', 'big.bin', copy);
      assert.equal(await digestOf(copy), digest);
      const head = await bareRequest(await client.presignGet('journey', 'big.bin', { expiresInSeconds: 60 }));
      assert.match(String(head.headers['etag']), /^"[0-9a-f]{32}-\d+"$/, 'the ETag says that it came in parts');
      assert.equal(createHash('sha256').update(head.body).digest('hex'), digest);
      await client.remove('journey', 'big.bin');
      await Promise.all([rm(source), rm(copy)]);
    });
    refusals(setup, step, () => client);
    step('deletes what it made and the bucket', async () => {
      for (const key of await client.list('journey')) await client.remove('journey', key);
      await client.removeBucket('journey');
    });
  });
}

type Step = (name: string, body: (t: TestContext) => Promise<void>) => void;

/** What a holder may not do with a URL that the client signed. */
function refusals(setup: JourneySetup, step: Step, client: () => ClientUnderTest): void {
  const key = 'private.txt';
  const signed = (signing: Partial<Signing> = {}) =>
    client().presignGet('journey', key, { expiresInSeconds: 3600, ...signing });
  const refused = async (url: string, status: number, code: string, options = {}) => {
    const answer = await bareRequest(url, options);
    assert.deepEqual([answer.status, xmlText(answer.body, 'Code')], [status, code], answer.body.toString());
  };
  step('a URL is for one object alone', async () => {
    await client().putText('journey', key, 'private');
    await client().putText('journey', 'other.txt', 'other');
    const url = await signed();
    await refused(url.replace(`/${key}?`, '/other.txt?'), 403, 'SignatureDoesNotMatch');
    await refused(url.replace(`/${key}?`, '/nothing-here.txt?'), 403, 'SignatureDoesNotMatch');
  });
  step('SIG-101 a URL is for one method alone', async () => {
    const url = await signed();
    for (const method of ['PUT', 'DELETE']) await refused(url, 403, 'SignatureDoesNotMatch', { method });
    // No operation has this method on an object, whoever asks.
    await refused(url, 405, 'MethodNotAllowed', { method: 'POST' });
    assert.equal((await bareRequest(url, { method: 'HEAD' })).status, 403);
  });
  step('SEC-101 a changed signature is refused', async () => {
    const url = await signed();
    const name = setup.presigns === 'v4' ? 'X-Amz-Signature=' : '[?&]Signature=';
    const changed = url.replace(new RegExp(`(${name})(.)`), (_, before, digit) => before + (digit === 'a' ? 'b' : 'a'));
    assert.notEqual(changed, url);
    await refused(changed, 403, 'SignatureDoesNotMatch');
  });
  step('SEC-103 each of its parameters is needed', async () => {
    const url = await signed();
    const names =
      setup.presigns === 'v4'
        ? ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'].map((name) => `X-Amz-${name}`)
        : ['AWSAccessKeyId', 'Signature', 'Expires'];
    for (const name of names) {
      const [path = '', query = ''] = url.split('?');
      const less = query.split('&').filter((pair) => !pair.startsWith(`${name}=`));
      assert.equal(less.length, query.split('&').length - 1, `${name} is there`);
      await (setup.presigns === 'v4'
        ? refused(`${path}?${less.join('&')}`, 400, 'AuthorizationQueryParametersError')
        : refused(`${path}?${less.join('&')}`, 403, 'AccessDenied'));
    }
  });
  step('SEC-121 an x-amz header that was not signed is refused', async () => {
    const headers = { 'x-amz-meta-added': 'later' };
    await (setup.presigns === 'v4'
      ? refused(await signed(), 403, 'AccessDenied', { headers })
      : refused(await signed(), 403, 'SignatureDoesNotMatch', { headers }));
  });
  const refusedFor = async (signing: Partial<Signing>, code: string) => {
    if (setup.cannot.signUnasked === undefined) return refused(await signed(signing), 403, code);
    await assert.rejects(signed(signing), /403/);
  };
  step('SEC-104 an unknown key is refused', () =>
    refusedFor({ accessKeyId: 'TGAKNOBODYKNOWSME000' }, 'InvalidAccessKeyId'),
  );
  step('SEC-105 another secret is refused', () =>
    refusedFor({ secretAccessKey: 'not/the+secret' }, 'SignatureDoesNotMatch'),
  );
  if (setup.cannot.otherClock === undefined) {
    step('SEC-106 one second past its expiry a URL is refused', async () => {
      await refused(await signed({ expiresInSeconds: 600, clockOffsetSeconds: -601 }), 403, 'AccessDenied');
      assert.equal((await bareRequest(await signed({ expiresInSeconds: 600, clockOffsetSeconds: -570 }))).status, 200);
    });
  }
  // SigV2 has no signing date, so none in the future.
  if (setup.cannot.otherClock === undefined && setup.presigns === 'v4') {
    step('SEC-108 a signing date in the future is refused', async () => {
      await refused(await signed({ clockOffsetSeconds: 960 }), 403, 'AccessDenied');
    });
  }
  if (setup.cannot.signUnasked === undefined && setup.presigns === 'v4') {
    step('SIG-42d under --strict-region another region is refused', async () => {
      const strict = await startProduct(['--strict-region', '--region', 'eu-central-1']);
      try {
        const other = await setup.open(strict);
        const url = await other.presignGet('journey', key, { expiresInSeconds: 60, region: 'us-east-1' });
        await refused(url, 400, 'AuthorizationQueryParametersError');
        other.close?.();
      } finally {
        await strict.stop();
      }
    });
  }
}

async function writeBigFile(path: string): Promise<string> {
  const file = await open(path, 'w');
  const hash = createHash('sha256');
  const block = Buffer.alloc(1024 * 1024);
  for (let n = 0; n < bigFileBytes / block.length; n++) {
    for (let at = 0; at < block.length; at += 4) block.writeUInt32LE(((n << 18) ^ (at * 2_654_435_761)) >>> 0, at);
    hash.update(block);
    await file.write(block);
  }
  await file.close();
  return hash.digest('hex');
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
