import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { bucket, explain, type RawRequest, verify } from '@tidegate/presign';
import { AwsClient } from 'aws4fetch';
import { callsPerSecond } from '../rates.ts';
import type { Row } from '../row.ts';

// A CommonJS module whose names Node cannot see from an import.
const { sign: signWithAws4 }: typeof import('aws4') = createRequire(import.meta.url)('aws4');

const accessKeyId = 'AKIAIOSFODNN7EXAMPLE';
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const endpoint = 'http://127.0.0.1:9000';
const links = bucket('bench', {
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId, secretAccessKey },
  store: 'tidegate',
});
const sdk = new S3Client({
  endpoint,
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId, secretAccessKey },
});
const fetcher = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1' });

let made = 0;
const nextKey = () => `folder/object-${made++ & 4095}.txt`;
const presignOnce = () => links.presignGet(nextKey(), { expiresIn: 900 });

/** The hashes that no signer can avoid: SHA-256 over the canonical request, HMAC (two hashes) over the string to sign. */
const url = links.presignGet('folder/object-1.txt', { expiresIn: 900 });
const canonicalBytes = Buffer.from(url.padEnd(url.length + 60, 'x'));
const innerBytes = Buffer.alloc(64 + 130, 'y');
const outerBytes = Buffer.alloc(64 + 32, 'z');
function bareHashes(): string {
  hash('sha256', canonicalBytes, 'hex');
  hash('sha256', innerBytes, 'buffer');
  return hash('sha256', outerBytes, 'hex');
}

function rawOf(signed: string, host = '127.0.0.1:9000'): RawRequest {
  return { method: 'GET', target: signed.slice(signed.indexOf('/', 8)), rawHeaders: ['Host', host] };
}

const distinct = (options: object) =>
  Array.from({ length: 4_096 }, (_, n) =>
    rawOf(links.presignGet(`folder/object-${n}.txt`, { expiresIn: 900, ...options })),
  );
const plain = distinct({});
const limited = distinct({
  limits: {
    id: 'invoice-8812',
    uses: 3,
    grace: '10m',
    ip: '203.0.113.0/24',
    clients: 2,
    policy: 'p1',
    head: true,
    https: true,
    totalBytes: '1GB',
    rate: '10MB',
  },
});
const options = { lookup: () => ({ secretAccessKey }) };
let verified = 0;
const verifyOne = (requests: readonly RawRequest[]) => async () => {
  const verdict = await verify(requests[verified++ & 4095] ?? requests[0] ?? rawOf(url), options);
  if (!verdict.ok) throw new Error(verdict.message);
};
const wrongHost = `${url}`.replace('127.0.0.1:9000', 'files.example.com');

const sdkRate = () =>
  callsPerSecond(() =>
    getSignedUrl(sdk, new GetObjectCommand({ Bucket: 'bench', Key: nextKey() }), { expiresIn: 900 }),
  );

export const coreRows: readonly Row[] = [
  {
    id: 'P1',
    what: 'presign() of a GET',
    against: 'getSignedUrl of the AWS SDK for JavaScript',
    unit: '1/s',
    target: 50,
    atLeast: true,
    run: async () => ({ a: await callsPerSecond(presignOnce), b: await sdkRate() }),
  },
  {
    id: 'P1b',
    what: 'presign() of a GET',
    against: 'aws4, the fastest of the others',
    unit: '1/s',
    target: 5,
    atLeast: true,
    run: async () => ({
      a: await callsPerSecond(presignOnce),
      b: await callsPerSecond(() =>
        signWithAws4(
          {
            host: '127.0.0.1:9000',
            path: `/bench/${nextKey()}?X-Amz-Expires=900`,
            service: 's3',
            region: 'us-east-1',
            signQuery: true,
          },
          { accessKeyId, secretAccessKey },
        ),
      ),
    }),
  },
  {
    id: 'P1c',
    what: 'presign() of a GET',
    against: 'aws4fetch',
    unit: '1/s',
    atLeast: true,
    run: async () => ({
      a: await callsPerSecond(presignOnce),
      b: await callsPerSecond(() =>
        fetcher.sign(`${endpoint}/bench/${nextKey()}?X-Amz-Expires=900`, { aws: { signQuery: true } }),
      ),
    }),
  },
  {
    id: 'P2',
    what: 'presign() of a GET',
    against: 'the bare hashes of the same bytes',
    unit: '1/s',
    target: 0.7,
    atLeast: true,
    run: async () => ({ a: await callsPerSecond(presignOnce), b: await callsPerSecond(bareHashes) }),
  },
  {
    id: 'P4',
    what: 'verify() of 4,096 distinct presigned GETs',
    against: 'the bare hashes of the same bytes',
    unit: '1/s',
    target: 0.33,
    atLeast: true,
    run: async () => ({ a: await callsPerSecond(verifyOne(plain)), b: await callsPerSecond(bareHashes) }),
  },
  {
    id: 'P4b',
    what: 'time of verify() with ten signed x-link- parameters',
    against: 'verify() without',
    unit: 'µs',
    target: 2.2,
    atLeast: false,
    run: async () => ({
      a: 1e6 / (await callsPerSecond(verifyOne(limited))),
      b: 1e6 / (await callsPerSecond(verifyOne(plain))),
    }),
  },
  {
    id: 'P4c',
    what: 'time of explain() of a mismatch',
    against: 'verify() of a good request',
    unit: 'µs',
    target: 50,
    atLeast: false,
    run: async () => ({
      a: 1e6 / (await callsPerSecond(() => explain(wrongHost, { secret: secretAccessKey }))),
      b: 1e6 / (await callsPerSecond(verifyOne(plain))),
    }),
  },
];
