import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasTool, python } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { openPythonLines } from './python-lines.ts';

const script = fileURLToPath(new URL('./boto3_client.py', import.meta.url));
let product: Product;
before(async () => {
  product = await startProduct();
});
after(() => product.stop());

test('SIG-55 an unsigned header does not replace what boto3 signed into a SigV2 URL', async (t) => {
  if (!hasTool(t, python, ['-c', 'import boto3, requests'])) return;
  const { ask, close } = openPythonLines(script, product.environment, []);
  try {
    const call = (what: string, request: object) => ask({ do: what, signatureVersion: 's3', ...request });
    for (const bucket of ['own', 'victim']) await call('makeBucket', { bucket });
    await call('put', { bucket: 'own', key: 'source', text: 'own text' });
    await call('put', { bucket: 'victim', key: 'secret', text: 'secret text' });
    const presign = (operation: string, params: object) =>
      call('presignParams', { operation, bucket: 'own', params }).then(String);
    const textOf = async (key: string): Promise<string> =>
      Buffer.from(String(await call('get', { bucket: 'own', key })), 'base64').toString();

    const copy = await presign('copy_object', { Key: 'copied', CopySource: { Bucket: 'own', Key: 'source' } });
    const stolen = await fetch(copy, { method: 'PUT', headers: { 'x-amz-copy-source': 'victim/secret' } });
    assert.equal(stolen.status, 403);
    assert.match(await stolen.text(), /<HeadersNotSigned>x-amz-copy-source</);
    assert.equal((await fetch(copy, { method: 'PUT' })).status, 200);
    assert.equal(await textOf('copied'), 'own text');

    const put = await presign('put_object', { Key: 'private', ACL: 'private' });
    const opened = await fetch(put, {
      method: 'PUT',
      body: Buffer.from('x'),
      headers: { 'x-amz-acl': 'public-read-write' },
    });
    assert.equal(opened.status, 403);
    assert.equal((await fetch(put, { method: 'PUT', body: Buffer.from('private text') })).status, 200);
    assert.equal((await fetch(`${product.endpoint}/own/private`)).status, 403, 'it is private, as it was signed');
  } finally {
    close();
  }
});
