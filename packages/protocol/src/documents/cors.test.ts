import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import type { CORSRule } from '../xml/shapes/CORSConfiguration.ts';
import { checkCorsConfiguration } from './cors.ts';

const rule: CORSRule = {
  id: 'x'.repeat(255),
  allowedHeaders: ['*', 'x-amz-*'],
  allowedMethods: ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'],
  allowedOrigins: ['*', 'https://*.example.com', 'null'],
  exposeHeaders: ['ETag', 'x-amz-request-id'],
  maxAgeSeconds: 3000,
};

test('WIRE-140 a configuration that S3 takes is taken', () => checkCorsConfiguration({ rules: [rule, rule] }));

const bad: readonly (readonly [string, Partial<CORSRule>, string])[] = [
  ['another method', { allowedMethods: ['GET', 'PATCH'] }, 'InvalidRequest'],
  ['a method in lower case', { allowedMethods: ['get'] }, 'InvalidRequest'],
  ['two wildcards in an origin', { allowedOrigins: ['https://*.*.example.com'] }, 'InvalidRequest'],
  ['two wildcards in a header', { allowedHeaders: ['*-*'] }, 'InvalidRequest'],
  ['a wildcard in an exposed header', { exposeHeaders: ['x-amz-*'] }, 'InvalidRequest'],
  ['a long id', { id: 'x'.repeat(256) }, 'InvalidRequest'],
  ['a line end in an exposed header', { exposeHeaders: ['ETag\r\nSet-Cookie: a'] }, 'InvalidArgument'],
  ['a line end in an origin', { allowedOrigins: ['https://a\nb'] }, 'InvalidArgument'],
];
for (const [name, part, code] of bad) {
  test(`WIRE-140 SEC-419 ${name} is ${code}`, () => {
    assert.throws(
      () => checkCorsConfiguration({ rules: [rule, { ...rule, ...part }] }),
      (error) => error instanceof S3Error && error.code === code,
    );
  });
}
