import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSeed } from '../../../../test/seed.ts';
import { refusal, S3Error } from '../errors/s3-error.ts';
import { escapeXml } from './escape.ts';
import { readDocument } from './read.ts';
import { type AnyShape, object, optional, text, type ValueOf } from './shape.ts';
import { AccessControlPolicy } from './shapes/AccessControlPolicy.ts';
import { CORSConfiguration } from './shapes/CORSConfiguration.ts';
import { CompleteMultipartUpload, CompleteMultipartUploadResult } from './shapes/CompleteMultipartUpload.ts';
import { CopyObjectResult, CopyPartResult } from './shapes/CopyResult.ts';
import { CreateBucketConfiguration } from './shapes/CreateBucketConfiguration.ts';
import { Delete } from './shapes/Delete.ts';
import { DeleteResult } from './shapes/DeleteResult.ts';
import { writeErrorDocument } from './shapes/Error.ts';
import { InitiateMultipartUploadResult } from './shapes/InitiateMultipartUploadResult.ts';
import { ListAllMyBucketsResult } from './shapes/ListAllMyBucketsResult.ts';
import { ListBucketResult, ListBucketResultV2 } from './shapes/ListBucketResult.ts';
import { ListMultipartUploadsResult } from './shapes/ListMultipartUploadsResult.ts';
import { ListPartsResult } from './shapes/ListPartsResult.ts';
import { LocationConstraint } from './shapes/LocationConstraint.ts';
import { PostResponse } from './shapes/PostResponse.ts';
import { Tagging } from './shapes/Tagging.ts';
import { VersioningConfiguration } from './shapes/VersioningConfiguration.ts';
import { writeDocument } from './write.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const atMs = Date.UTC(2026, 10, 24, 9, 0, 0, 5);
const at = '2026-11-24T09:00:00.005Z';
const maxBytes = 8 * 1024 * 1024;

test('WIRE-20 a document has declaration, namespace and the order of its shape', () => {
  const value = {
    continuationToken: undefined,
    buckets: [{ createdAtMs: atMs, name: 'abc' }],
    owner: { displayName: 'ann', id: 'a1' },
  };
  assert.equal(
    writeDocument('ListAllMyBucketsResult', ListAllMyBucketsResult, value),
    `${declaration}<ListAllMyBucketsResult ${namespace}><Owner><ID>a1</ID><DisplayName>ann</DisplayName></Owner><Buckets>` +
      `<Bucket><Name>abc</Name><CreationDate>${at}</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>`,
  );
});

test('WIRE-20 a form’s answer has no namespace', () => {
  const value = { location: 'http://x/b/k', bucket: 'b', key: 'k', etag: '"e"' };
  assert.equal(
    writeDocument('PostResponse', PostResponse, value, { namespace: 'none' }),
    `${declaration}<PostResponse><Location>http://x/b/k</Location><Bucket>b</Bucket><Key>k</Key><ETag>&quot;e&quot;</ETag></PostResponse>`,
  );
});

test('WIRE-23 nothing is an empty element, absent members are not there, foreign ones neither', () => {
  assert.equal(
    writeDocument('VersioningConfiguration', VersioningConfiguration, {}),
    `${declaration}<VersioningConfiguration ${namespace}/>`,
  );
  assert.equal(
    writeDocument('LocationConstraint', LocationConstraint, ''),
    `${declaration}<LocationConstraint ${namespace}/>`,
  );
  assert.equal(
    writeDocument('LocationConstraint', LocationConstraint, 'ap-south-1'),
    `${declaration}<LocationConstraint ${namespace}>ap-south-1</LocationConstraint>`,
  );
  const shape = object({ a: optional('A', text), constructor: optional('Constructor', text) });
  const foreign = { a: '', b: 'not of the shape', constructor: undefined };
  assert.equal(writeDocument('R', shape, foreign, { namespace: 'none' }), `${declaration}<R><A/></R>`);
});

test('WIRE-20 the type of a grantee declares its prefix', () => {
  const written = writeDocument('AccessControlPolicy', AccessControlPolicy, {
    grants: [{ grantee: { type: 'Group', uri: 'u' }, permission: 'READ' }],
  });
  assert.match(
    written,
    /<Grantee xmlns:xsi="http:\/\/www\.w3\.org\/2001\/XMLSchema-instance" xsi:type="Group"><URI>u<\/URI><\/Grantee>/,
  );
});

const escapes: readonly (readonly [string, string, string])[] = [
  ['WIRE-21', '<a & "b">', '&lt;a &amp; &quot;b&quot;&gt;'],
  ['WIRE-21', "it's", "it's"],
  ['WIRE-21', ']]>', ']]&gt;'],
  ['WIRE-21', 'a\r\nb\tc', 'a&#xD;\nb\tc'],
  ['WIRE-21', 'ä€😀', 'ä€😀'],
  ['WIRE-21', '\x7f\x85', '&#x7F;&#x85;'],
  ['WIRE-22 SEC-417', '\u0001\u001f', '&#x1;&#x1F;'],
  ['WIRE-22 SEC-417', '\ufffe\uffff', '&#xFFFE;&#xFFFF;'],
  ['WIRE-22', '\0\ud800\udc00\ud800', '\ufffd\u{10000}\ufffd'],
];
for (const [rule, plain, written] of escapes) {
  test(`${rule} ${JSON.stringify(plain)} is written as ${JSON.stringify(written)}`, () => {
    assert.equal(escapeXml(plain, 'reference'), written);
  });
}

test('WIRE-22 SEC-431 in errors, what XML cannot hold is replaced', () => {
  assert.equal(escapeXml('\0\u0001\u001b\ufffe\r\n\x7f', 'replace'), '\ufffd\ufffd\ufffd\ufffd&#xD;\n&#x7F;');
});

test('WIRE-24 an error says code, text, members, resource, ids, reason and hint in this order', () => {
  const refused = new S3Error({
    code: 'NoSuchKey',
    fields: { Key: 'a<b' },
    reason: 'LinkExpired',
    hint: 'Sign it again.',
  });
  assert.equal(
    writeErrorDocument(refused, { resource: '/b/a%3Cb', requestId: 'R1', hostId: 'H1' }),
    `${declaration}<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a&lt;b</Key>` +
      '<Resource>/b/a%3Cb</Resource><RequestId>R1</RequestId><HostId>H1</HostId><Reason>LinkExpired</Reason><Hint>Sign it again.</Hint></Error>',
  );
  assert.equal(
    writeErrorDocument(refusal('SlowDown', {}), { requestId: 'R1' }),
    `${declaration}<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message><RequestId>R1</RequestId></Error>`,
  );
});

for (const key of ['<script>alert(1)</script>', ']]>', '\0', '\ufffe', '\ud800', '\u0001', '&amp;', '"\'']) {
  test(`WIRE-24 SEC-431 an error that names the key ${JSON.stringify(key)} has well-formed XML`, () => {
    const written = writeErrorDocument(refusal('NoSuchKey', { Key: key }), { resource: key, requestId: 'R1' });
    const shape = object(
      Object.fromEntries(
        ['Code', 'Message', 'Key', 'Resource', 'RequestId'].map((name) => [name, optional(name, text)]),
      ),
    );
    const read = readDocument('Error', shape, Buffer.from(written), { maxBytes });
    assert.equal(read['Key'], key.replace(/\p{Cc}|\p{Cs}|\ufffe/gu, '\ufffd'));
  });
}

/** Checks that the value comes back, and that the compiler takes it for one of the shape. */
function returns<Shape extends AnyShape>(root: string, shape: Shape, value: ValueOf<Shape>): void {
  test(`WIRE-25 ${root} reads what it writes`, () => {
    const written = Buffer.from(writeDocument(root, shape, value));
    assert.deepEqual(readDocument(root, shape, written, { maxBytes }), value);
  });
}

const owner = { id: 'a'.repeat(64), displayName: 'Ann & Bob' };
const checksums = { crc32: 'AAAAAA==', sha256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' };
const listed = {
  key: ' k<&>\r\n',
  lastModifiedMs: atMs,
  etag: '"e"',
  checksumAlgorithms: ['CRC32'],
  sizeBytes: 5 * 1024 ** 4,
  owner,
  storageClass: 'STANDARD',
};
const entries = {
  contents: [listed],
  commonPrefixes: [{ prefix: 'p/' }],
  isTruncated: true,
  maxKeys: 1000,
  name: 'abc',
  prefix: '',
};
returns('ListAllMyBucketsResult', ListAllMyBucketsResult, {
  owner,
  buckets: [{ name: 'abc', createdAtMs: atMs, region: 'r' }],
  prefix: 'a',
  continuationToken: 't',
});
returns('ListAllMyBucketsResult', ListAllMyBucketsResult, { owner, buckets: [] });
returns('CreateBucketConfiguration', CreateBucketConfiguration, {
  locationConstraint: 'eu-west-1',
  tags: [{ key: 'a', value: 'b' }],
});
returns('LocationConstraint', LocationConstraint, 'eu-west-1');
returns('ListBucketResult', ListBucketResult, {
  ...entries,
  marker: '',
  nextMarker: 'n',
  delimiter: '/',
  encodingType: 'url',
});
returns('ListBucketResult', ListBucketResultV2, {
  ...entries,
  keyCount: 2,
  continuationToken: 'c',
  nextContinuationToken: 'n',
  startAfter: 's',
});
returns('Delete', Delete, {
  objects: [{ key: 'a', versionId: 'v', etag: 'e', lastModifiedTime: at, sizeBytes: 1 }],
  quiet: false,
});
returns('DeleteResult', DeleteResult, {
  deleted: [{ key: 'a', deleteMarker: true, deleteMarkerVersionId: 'm' }],
  errors: [{ key: 'b', code: 'AccessDenied', message: 'Access Denied' }],
});
returns('CopyObjectResult', CopyObjectResult, {
  lastModifiedMs: atMs,
  etag: '"e"',
  checksumType: 'FULL_OBJECT',
  ...checksums,
});
returns('CopyPartResult', CopyPartResult, { lastModifiedMs: atMs, etag: '"e"', ...checksums });
returns('InitiateMultipartUploadResult', InitiateMultipartUploadResult, { bucket: 'abc', key: 'k', uploadId: 'u' });
returns('CompleteMultipartUpload', CompleteMultipartUpload, { parts: [{ partNumber: 1, etag: 'e', ...checksums }] });
returns('CompleteMultipartUploadResult', CompleteMultipartUploadResult, {
  location: 'l',
  bucket: 'abc',
  key: 'k',
  etag: '"e-2"',
  ...checksums,
  checksumType: 'COMPOSITE',
});
returns('ListPartsResult', ListPartsResult, {
  bucket: 'abc',
  key: 'k',
  uploadId: 'u',
  initiator: owner,
  owner,
  storageClass: 'STANDARD',
  partNumberMarker: 0,
  nextPartNumberMarker: 1,
  maxParts: 1,
  isTruncated: true,
  checksumAlgorithm: 'SHA256',
  checksumType: 'COMPOSITE',
  parts: [{ partNumber: 1, lastModifiedMs: atMs, etag: '"e"', sizeBytes: 0, ...checksums }],
});
returns('ListMultipartUploadsResult', ListMultipartUploadsResult, {
  bucket: 'abc',
  keyMarker: '',
  uploadIdMarker: '',
  maxUploads: 1000,
  isTruncated: false,
  commonPrefixes: [{ prefix: 'p' }],
  uploads: [
    {
      key: 'k',
      uploadId: 'u',
      initiator: owner,
      owner,
      storageClass: 'STANDARD',
      initiatedAtMs: atMs,
      checksumType: 'COMPOSITE',
    },
  ],
});
returns('PostResponse', PostResponse, { location: 'l', bucket: 'abc', key: 'k', etag: '"e"' });
returns('CORSConfiguration', CORSConfiguration, {
  rules: [
    {
      id: 'i',
      allowedHeaders: ['*'],
      allowedMethods: ['GET'],
      allowedOrigins: ['*'],
      exposeHeaders: ['ETag'],
      maxAgeSeconds: 5,
    },
  ],
});
returns('AccessControlPolicy', AccessControlPolicy, {
  owner,
  grants: [{ grantee: { type: 'CanonicalUser', ...owner }, permission: 'FULL_CONTROL' }],
});
returns('Tagging', Tagging, { tags: [{ name: 'a', value: '' }] });
returns('VersioningConfiguration', VersioningConfiguration, { status: 'Enabled' });

const seed = readSeed();
// What XML 1.0 can represent, and so what a client's parser returns unchanged.
const holdable = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('<', '&', '>', '"', "'", ']]>', '\r', '\n', '\t', ' '),
      fc.string({ unit: 'grapheme', maxLength: 1 }),
    ),
  })
  .map((raw) => raw.replace(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, ''));
test(`WIRE-25 any text that XML can hold comes back (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: holdable, value: holdable }, { noNullPrototype: true }), { maxLength: 50 }),
      (tags) => {
        const written = Buffer.from(writeDocument('Tagging', Tagging, { tags }));
        assert.deepEqual(readDocument('Tagging', Tagging, written, { maxBytes }), { tags });
      },
    ),
    { seed },
  );
});

test(`WIRE-22 SEC-417 any key is written without a raw character that XML has not (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (key) => {
      for (const unwritable of ['reference', 'replace'] as const) {
        assert.doesNotMatch(
          escapeXml(key, unwritable),
          /(?![\n\t])\p{Cc}|\p{Cs}|[\ufffe\uffff<>"]|&(?!amp;|lt;|gt;|quot;|#x)/u,
        );
      }
    }),
    { seed },
  );
});
