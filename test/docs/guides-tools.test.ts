import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { hasTool } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { followGuide, saidInOrder } from './guide-fixture.ts';

let product: Product;
let old: Product;
before(async () => {
  [product, old] = await Promise.all([startProduct(), startProduct()]);
});
after(() => Promise.all([product.stop(), old.stop()]));

const guides = {
  sdks: [
    ...['from Python 403', 'third quarter', 'third quarter', '<Reason>LinkUsesSpent</Reason>', 'from JavaScript 403'],
    ...['third quarter', ' 403', 'third quarter', 'third quarter', /^limits {6}1 download$/, /✗ Fails: no uses left/],
  ],
  migrate: [/photos: 0 differences found/, 'one', '✓ bucket photos exists', /QueryAdded$/],
  testing: [
    '{"listening":"http://127.0.0.1:',
    'unittest: True',
    '✔ an upload link',
    'an ended link: 403 LinkExpired',
    /QueryAdded$/,
  ],
  operate: ['listen\t127.0.0.1:9000\tdefault', 'ok', /^[0-9a-f]{64}$/, /^[0-9a-f]{64}$/, 'tried', '✓ Holds.'],
} as const;

for (const [name, expected] of Object.entries(guides)) {
  test(`the guide "${name}" can be followed with the tools of others, and does what it says`, async (context) => {
    for (const [tool, version] of [
      ['rclone', 'version'],
      ['s3cmd', '--version'],
      ['minio-client', '--version'],
      ['/usr/bin/aws', '--version'],
    ] as const)
      if (!hasTool(context, tool, [version])) return;
    const said = await followGuide(context, name, product, {
      replace: {
        'http://old.example.com:9000': old.endpoint,
        // The settings that `operate` shows are those of a file, not of this server.
        ...(name === 'operate' ? {} : { '127.0.0.1:9000': `127.0.0.1:${product.port}` }),
      },
      env: { DATA: join(product.folder, 'data') },
    });
    saidInOrder(said, expected);
  });
}
