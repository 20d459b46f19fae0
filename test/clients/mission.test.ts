import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bareRequest } from '../bare-http.ts';
import { hasTool, python, runWell } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';

const example = (name: string) => fileURLToPath(new URL(`../../examples/python/${name}`, import.meta.url));
const through = fileURLToPath(new URL('./aws_names.py', import.meta.url));

let product: Product;
before(async () => {
  product = await startProduct();
});
after(() => product?.stop());

const boto3 = ['-c', 'import boto3, requests'];
const prepare = async (bucket: string, key: string, text: string) => {
  const code = `import boto3,sys; s3=boto3.client('s3', region_name='ap-south-1'); s3.create_bucket(Bucket=sys.argv[1], CreateBucketConfiguration={'LocationConstraint':'ap-south-1'}); s3.put_object(Bucket=sys.argv[1], Key=sys.argv[2], Body=sys.argv[3].encode())`;
  await runWell(python, ['-c', code, bucket, key, text], { env: product.environment });
};

for (const [program, bucket, form] of [
  ['presigned_url_v4.py', 'mission-v4', /\?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=.*ap-south-1/],
  ['presigned_url_v2.py', 'mission-v2', /\?AWSAccessKeyId=[^&]+&Signature=[^&]+&Expires=\d+$/],
] as const) {
  test(`examples/python/${program} signs for an hour in ap-south-1 and fetches what it signed`, async (t) => {
    if (!hasTool(t, python, boto3)) return;
    await prepare(bucket, 'my object.txt', 'served by a presigned URL');
    const out = await runWell(python, [example(program), bucket, 'my object.txt'], { env: product.environment });
    const [, url = ''] = /^URL: (\S+)$/m.exec(out) ?? [];
    assert.match(url, form);
    assert.match(out, /^Body: served by a presigned URL$/m);
  });
}

test('SIG-2 SIG-4 boto3 signs for every kind of AWS host name and the URLs work when these names lead here', async (t) => {
  if (!hasTool(t, python, boto3)) return;
  const out = await runWell(python, [through, String(product.port)], {
    env: { ...product.environment, AWS_ENDPOINT_URL: '' },
  });
  const rows = JSON.parse(out) as { host: string; style: string; proxied: string; url: string }[];
  assert.deepEqual(
    rows.map((row) => row.proxied),
    rows.map(() => 'by an AWS name'),
  );
  assert.deepEqual(
    new Set(rows.map((row) => row.host)),
    new Set([
      's3.amazonaws.com',
      'aws-names.s3.amazonaws.com',
      's3.ap-south-1.amazonaws.com',
      'aws-names.s3.ap-south-1.amazonaws.com',
      's3-eu-west-1.amazonaws.com',
      'aws-names.s3-eu-west-1.amazonaws.com',
      'aws-names.s3.dualstack.us-east-1.amazonaws.com',
      'aws-names.s3.dualstack.ap-south-1.amazonaws.com',
      'aws-names.s3-accelerate.amazonaws.com',
      'aws-names.s3-accelerate.dualstack.amazonaws.com',
      'aws-names.s3-fips.us-east-1.amazonaws.com',
    ]),
  );
  for (const row of rows) {
    // As with an entry in the hosts file: the name resolves to this server, the Host header stays the AWS name.
    const url = new URL(row.url);
    const direct = await bareRequest(`http://127.0.0.1:${product.port}${url.pathname}${url.search}`, {
      headers: { Host: url.host },
    });
    assert.equal(direct.body.toString(), 'by an AWS name', row.host);
  }
});
