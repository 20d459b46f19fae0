import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import {
  checksumAlgorithmOfHeader,
  digestMismatch,
  parseChecksumAlgorithm,
  parseChecksumValue,
  parseContentMd5,
  parseDeclaredChecksum,
  parseTrailerAnnouncement,
} from './checksum-headers.ts';

const refusedAs = (code: string) => (error: unknown) => error instanceof S3Error && error.code === code;

test('WIRE-82 one checksum header declares the checksum of the body', () => {
  assert.equal(parseDeclaredChecksum([]), undefined);
  const headers: [string, string][] = [
    ['x-amz-checksum-algorithm', 'CRC32'],
    ['x-amz-checksum-mode', 'ENABLED'],
    ['x-amz-checksum-type', 'COMPOSITE'],
    ['content-type', 'text/plain'],
    ['x-amz-checksum-crc32', ' AAAAAA== '],
  ];
  assert.deepEqual(parseDeclaredChecksum(headers), { algorithm: 'CRC32', value: 'AAAAAA==' });
});

const bad: readonly (readonly [string, [string, string][], string])[] = [
  [
    'two checksums',
    [
      ['x-amz-checksum-crc32', 'AAAAAA=='],
      ['x-amz-checksum-crc32c', 'AAAAAA=='],
    ],
    'InvalidRequest',
  ],
  [
    'one checksum twice',
    [
      ['x-amz-checksum-crc32', 'AAAAAA=='],
      ['x-amz-checksum-crc32', 'AAAAAA=='],
    ],
    'InvalidRequest',
  ],
  ['an unknown checksum', [['x-amz-checksum-foo', 'AAAAAA==']], 'InvalidRequest'],
  ['__proto__', [['x-amz-checksum-__proto__', 'AAAAAA==']], 'InvalidRequest'],
  ['a checksum of S3 alone', [['x-amz-checksum-sha512', 'x']], 'NotImplemented'],
  ['another of S3 alone', [['x-amz-checksum-xxhash3', 'x']], 'NotImplemented'],
  ['an empty value', [['x-amz-checksum-crc32', '']], 'InvalidRequest'],
  ['three bytes', [['x-amz-checksum-crc32', 'AAAA']], 'InvalidRequest'],
  ['five bytes', [['x-amz-checksum-crc32', 'AAAAAAA=']], 'InvalidRequest'],
  ['no padding', [['x-amz-checksum-crc32', 'AAAAAA']], 'InvalidRequest'],
  ['bits left over', [['x-amz-checksum-crc32', 'AAAAAB==']], 'InvalidRequest'],
  ['the URL alphabet', [['x-amz-checksum-crc32', '_-__AA==']], 'InvalidRequest'],
  ['hex', [['x-amz-checksum-crc32', 'cbf43926']], 'InvalidRequest'],
  ['a composite value', [['x-amz-checksum-crc32', 'AAAAAA==-2']], 'InvalidRequest'],
];
for (const [name, headers, code] of bad) {
  test(`WIRE-82 ${name} is ${code}`, () => assert.throws(() => parseDeclaredChecksum(headers), refusedAs(code)));
}

test('WIRE-82 a request that may carry a composite checksum carries one', () => {
  assert.equal(parseChecksumValue('CRC32', 'AAAAAA==-12', 'maybe-composite'), 'AAAAAA==-12');
  assert.equal(parseChecksumValue('CRC32', 'AAAAAA==', 'maybe-composite'), 'AAAAAA==');
  assert.throws(() => parseChecksumValue('CRC32', 'AAAAAA==-0', 'maybe-composite'), refusedAs('InvalidRequest'));
});

test('WIRE-86 a trailer announces one checksum', () => {
  assert.equal(parseTrailerAnnouncement('x-amz-checksum-crc64nvme'), 'CRC64NVME');
  assert.equal(parseTrailerAnnouncement(' X-Amz-Checksum-SHA256 '), 'SHA256');
  assert.equal(parseTrailerAnnouncement(''), undefined);
  for (const announced of [
    'x-amz-meta-a',
    'content-md5',
    'x-amz-checksum-foo',
    'x-amz-checksum-crc32,x-amz-checksum-sha1',
  ]) {
    assert.throws(() => parseTrailerAnnouncement(announced), refusedAs('InvalidRequest'));
  }
});

test('WIRE-87 algorithms are named in any case', () => {
  assert.equal(parseChecksumAlgorithm('crc32c'), 'CRC32C');
  assert.equal(parseChecksumAlgorithm(' SHA256'), 'SHA256');
  for (const word of ['', 'MD5', 'constructor', 'CRC'])
    assert.throws(() => parseChecksumAlgorithm(word), refusedAs('InvalidRequest'));
  assert.equal(checksumAlgorithmOfHeader('x-amz-checksum-sha1'), 'SHA1');
  assert.equal(checksumAlgorithmOfHeader('x-amz-checksum-mode'), undefined);
});

test('WIRE-88 SEC-130 Content-MD5 is base64 of sixteen bytes', () => {
  assert.equal(parseContentMd5(' 1B2M2Y8AsgTpgAmY7PhCfg== '), '1B2M2Y8AsgTpgAmY7PhCfg==');
  for (const header of [
    '',
    'hello',
    'YWJyYWNhZGFicmE=',
    '1B2M2Y8AsgTpgAmY7PhC',
    'd41d8cd98f00b204e9800998ecf8427e',
    '****************========',
  ]) {
    assert.throws(() => parseContentMd5(header), refusedAs('InvalidDigest'));
  }
});

test('WIRE-88 SEC-130 a digest that is not the body’s is BadDigest with both values', () => {
  const error = digestMismatch('Content-MD5', 'a', 'b');
  assert.ok(refusedAs('BadDigest')(error) && error instanceof S3Error);
  assert.deepEqual(error.fields, { ExpectedDigest: 'a', CalculatedDigest: 'b' });
  assert.match(digestMismatch('CRC32', 'a', 'b').message, /CRC32/);
});
