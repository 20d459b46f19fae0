import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';

let product: Product;

before(async () => {
  product = await startProduct(['--console-listen', '127.0.0.1:0']);
});
after(() => product.stop());

test('ADM-44 tidegate console prints a URL that signs in once', async () => {
  const url = (await product.tidegate('console', '--print')).trim();
  const [, origin = '', code = ''] = /^(http:\/\/127\.0\.0\.1:\d+)\/_\/#k=([\w.-]+)$/.exec(url) ?? [];
  assert.notEqual(code, '', url);
  const signIn = () =>
    fetch(`${origin}/_/api/v1/session`, {
      method: 'POST',
      headers: { origin, 'x-tidegate-console': '1', 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
  assert.equal((await signIn()).status, 201);
  assert.equal((await signIn()).status, 403);
});
