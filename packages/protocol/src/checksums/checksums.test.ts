import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { cpuMs } from '../../../../test/cpu-time.ts';
import { readSeed } from '../../../../test/seed.ts';
import { S3Error } from '../errors/s3-error.ts';
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumAlgorithmNames,
  checksumAlgorithms,
  combineChecksums,
  createChecksum,
  parseChecksumType,
} from './checksums.ts';
import { crc32c, crc32cInTypeScript } from './crc32c.ts';

const seed = readSeed();
const bytes = (text: string) => Buffer.from(text, 'latin1');
const inHex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');

function checksumOf(algorithm: ChecksumAlgorithm | 'MD5', ...chunks: readonly Uint8Array[]): string {
  const checksum = createChecksum(algorithm);
  for (const chunk of chunks) checksum.update(chunk);
  return checksum.digest();
}

/** The check values of "123456789": catalogue of CRC algorithms; FIPS 180-4 and RFC 1321 for the hashes, by OpenSSL. */
const published: readonly (readonly [ChecksumAlgorithm | 'MD5', string])[] = [
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
  ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ['MD5', '25f9e794323b453885f5181f1b624d0b'],
];
for (const [algorithm, hex] of published) {
  test(`WIRE-80 ${algorithm} of "123456789" is ${hex}`, () => {
    assert.equal(inHex(checksumOf(algorithm, bytes('123456789'))), hex);
  });
}

test('WIRE-80 checksums of nothing are those that SDKs send for an empty body', () => {
  assert.equal(checksumOf('CRC32'), 'AAAAAA==');
  assert.equal(checksumOf('CRC32C'), 'AAAAAA==');
  assert.equal(checksumOf('CRC64NVME'), 'AAAAAAAAAAA=');
  assert.equal(checksumOf('SHA256'), '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
});

for (const algorithm of [...checksumAlgorithmNames, 'MD5'] as const) {
  test(`WIRE-81 ${algorithm} is the same however the body is cut (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 8 }), (chunks) => {
        assert.equal(checksumOf(algorithm, ...chunks), checksumOf(algorithm, Buffer.concat(chunks)));
      }),
      { seed },
    );
  });
}

test(`WIRE-81 CRC32C in TypeScript is the native one (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
      const started = crc32cInTypeScript(first, 0);
      assert.equal(started, crc32c(first, 0));
      assert.equal(crc32cInTypeScript(second, started), crc32c(second, started));
    }),
    { seed },
  );
});

/** CRC64NVME by its definition, a bit at a time. */
function crc64ByDefinition(body: Uint8Array): string {
  let crc = 0xffffffffffffffffn;
  for (const byte of body) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
  }
  return (crc ^ 0xffffffffffffffffn).toString(16).padStart(16, '0');
}

test(`WIRE-81 CRC64NVME is what its definition says (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (body) => {
      assert.equal(inHex(checksumOf('CRC64NVME', body)), crc64ByDefinition(body));
    }),
    { seed },
  );
});

test('WIRE-83 a composite checksum is that of the raw checksums, with their number', () => {
  const parts = ['a', 'bc', 'def'].map((text) => createHash('sha256').update(text).digest());
  const whole = createHash('sha256').update(Buffer.concat(parts)).digest('base64');
  const given = parts.map((part, at) => ({ value: part.toString('base64'), sizeBytes: at + 1 }));
  assert.equal(combineChecksums('SHA256', 'COMPOSITE', given), `${whole}-3`);
});

test('WIRE-83 a composite CRC32 is the CRC32 of four bytes a part', () => {
  const values = ['a', 'b'].map((text) => checksumOf('CRC32', bytes(text)));
  const raw = values.map((value) => Buffer.from(value, 'base64'));
  const given = values.map((value) => ({ value, sizeBytes: 1 }));
  assert.equal(combineChecksums('CRC32', 'COMPOSITE', given), `${checksumOf('CRC32', ...raw)}-2`);
});

for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
  test(`WIRE-84 ${algorithm} of the whole comes from the parts (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 12 }), (parts) => {
        const given = parts.map((part) => ({ value: checksumOf(algorithm, part), sizeBytes: part.length }));
        assert.equal(combineChecksums(algorithm, 'FULL_OBJECT', given), checksumOf(algorithm, Buffer.concat(parts)));
      }),
      { seed },
    );
  });

  test(`WIRE-84 ${algorithm} of two large parts comes from the parts`, () => {
    const first = Buffer.alloc(5 * 1024 * 1024 + 3, 'tide');
    const second = Buffer.alloc(1_000_001, 'gate');
    const given = [first, second].map((part) => ({ value: checksumOf(algorithm, part), sizeBytes: part.length }));
    assert.equal(combineChecksums(algorithm, 'FULL_OBJECT', given), checksumOf(algorithm, first, second));
  });

  test(`WIRE-84 ${algorithm} of 10,000 parts of as many sizes up to 5 GiB takes less than 200 ms`, () => {
    const value = checksumOf(algorithm, bytes('x'));
    const parts = Array.from({ length: 10_000 }, (_, at) => ({ value, sizeBytes: 5 * 1024 ** 3 - at }));
    assert.ok(cpuMs(() => combineChecksums(algorithm, 'FULL_OBJECT', parts), 200) < 200);
  });
}

const impossible: readonly (readonly [ChecksumAlgorithm, ChecksumType])[] = [
  ['SHA1', 'FULL_OBJECT'],
  ['SHA256', 'FULL_OBJECT'],
  ['CRC64NVME', 'COMPOSITE'],
];
for (const [algorithm, type] of impossible) {
  test(`WIRE-83, WIRE-84, WIRE-85 ${algorithm} is not to be had as ${type}`, () => {
    const refused = (error: unknown) => error instanceof S3Error && error.code === 'InvalidRequest';
    assert.throws(() => combineChecksums(algorithm, type, []), refused);
    assert.throws(() => parseChecksumType(algorithm, type), refused);
  });
}

test('WIRE-85 the default type is full for CRC64NVME and composite for all others', () => {
  for (const algorithm of checksumAlgorithmNames) {
    const expected = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
    assert.equal(parseChecksumType(algorithm, undefined), expected);
    for (const type of checksumAlgorithms[algorithm].types) assert.equal(parseChecksumType(algorithm, type), type);
  }
  assert.throws(() => parseChecksumType('CRC32', 'full_object'), S3Error);
  assert.throws(() => parseChecksumType('CRC32', ''), S3Error);
});
