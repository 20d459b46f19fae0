import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bareRequest } from '../bare-http.ts';
import { hasTool, runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { minioClient, minioEnvironment } from './minio-client.ts';

describe('mc beyond mirroring', () => {
  let product: Product;
  let scratch: string;
  before(async () => {
    product = await startProduct();
    scratch = await mkdtemp(join(tmpdir(), 'tidegate-mc-'));
  });
  after(async () => {
    await product.stop();
    await rm(scratch, { recursive: true, force: true });
  });
  const mc = (...args: string[]): Promise<string> =>
    runWell(minioClient, args, { env: minioEnvironment(product, scratch) });

  test('versions: an older one is read, undone to, and all are removed', async (t) => {
    if (!hasTool(t, minioClient, ['--version'])) return;
    await mc('mb', '--with-versioning', 'tg/versions');
    assert.match(await mc('version', 'info', 'tg/versions'), /enabled/);
    for (const text of ['first', 'second']) {
      await writeFile(join(scratch, 'a.txt'), text);
      await mc('cp', join(scratch, 'a.txt'), 'tg/versions/ö a.txt');
    }
    assert.equal((await mc('ls', '--versions', 'tg/versions')).trim().split('\n').length, 2);
    await mc('undo', '--force', 'tg/versions/ö a.txt');
    assert.equal(await mc('cat', 'tg/versions/ö a.txt'), 'first');
    await mc('rm', '--recursive', '--versions', '--force', 'tg/versions');
    assert.equal(await mc('ls', '--versions', 'tg/versions'), '');
  });

  test('what it shares is downloaded, and taken in, by somebody without a key', async (t) => {
    if (!hasTool(t, minioClient, ['--version'])) return;
    await mc('mb', 'tg/shared');
    await writeFile(join(scratch, 'b.txt'), 'for you');
    await mc('cp', join(scratch, 'b.txt'), 'tg/shared/b ü.txt');
    // Sound: what it documents to print with --json.
    const { share } = JSON.parse(await mc('share', 'download', '--json', '--expire', '10m', 'tg/shared/b ü.txt')) as {
      readonly share: string;
    };
    assert.equal((await bareRequest(share)).body.toString(), 'for you');

    const upload = JSON.parse(await mc('share', 'upload', '--json', '--expire', '10m', 'tg/shared/in.txt')) as {
      readonly share: string;
    };
    // It prints a line for curl: fields of a form, the file last.
    const form = new FormData();
    for (const [, name = '', value = ''] of upload.share.matchAll(/ -F ([\w-]+)=([^@ ][^ ]*)/g))
      form.append(name, value);
    form.append('file', new Blob(['from you']), 'in.txt');
    const url = /https?:\/\/[^ ]+/.exec(upload.share)?.[0] ?? '';
    assert.equal((await fetch(url, { method: 'POST', body: form })).status, 204);
    assert.equal(await mc('cat', 'tg/shared/in.txt'), 'from you');
  });

  test('tags, policies for everybody, moving and finding', async (t) => {
    if (!hasTool(t, minioClient, ['--version'])) return;
    await mc('mb', 'tg/things');
    await writeFile(join(scratch, 'c.txt'), 'open to all');
    await mc('cp', '--tags', 'team=red&kind=text', join(scratch, 'c.txt'), 'tg/things/in/c.txt');
    assert.match(await mc('tag', 'list', 'tg/things/in/c.txt'), /team\s*:\s*red/);
    await mc('anonymous', 'set', 'download', 'tg/things/in');
    assert.equal((await bareRequest(`${product.endpoint}/things/in/c.txt`)).body.toString(), 'open to all');
    await mc('anonymous', 'set', 'private', 'tg/things/in');
    assert.equal((await bareRequest(`${product.endpoint}/things/in/c.txt`)).status, 403);
    await mc('mv', 'tg/things/in/c.txt', 'tg/things/out/d.txt');
    assert.equal((await mc('find', 'tg/things', '--name', '*.txt')).trim(), 'tg/things/out/d.txt');
    await mc('rb', '--force', 'tg/things');
  });
});
