import { registerHooks } from 'node:module';
import { callsPerSecond } from './rates.ts';

// The package's import map gives Node its own hashes; here it is resolved as a browser's bundler resolves it.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === '#hash' ? new URL('../packages/presign/src/hash/hash.ts', import.meta.url).href : specifier, {
      ...context,
      conditions: [...(context.conditions ?? []), 'tidegate-source'],
    }),
});
const { bucket } = await import('@tidegate/presign');
const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const endpoint = 'http://127.0.0.1:9000';
const links = bucket('bench', { endpoint, region: 'us-east-1', credentials });
const sdk = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
let made = 0;
const nextKey = () => `folder/object-${made++ & 4095}.txt`;

const a = await callsPerSecond(() => links.presignGet(nextKey(), { expiresIn: 900 }));
const b = await callsPerSecond(() =>
  getSignedUrl(sdk, new GetObjectCommand({ Bucket: 'bench', Key: nextKey() }), { expiresIn: 900 }),
);
console.log(JSON.stringify({ a, b }));
