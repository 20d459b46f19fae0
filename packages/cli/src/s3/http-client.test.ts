import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError } from '../core/errors.ts';
import { unreachable } from './http-client.ts';

for (const [origin, code, fix] of [
  ['http://127.0.0.1:9000', 'ECONNREFUSED', /^Start it: {2}tidegate serve/],
  ['https://files.s3.us-east-1.amazonaws.com', 'ENOTFOUND', /^That is AWS\. .* AWS_ENDPOINT_URL/],
  ['https://s3.cn-north-1.amazonaws.com.cn', 'EAI_AGAIN', /^That is AWS\./],
  ['https://files.example.com', 'ENOTFOUND', /^Check the address/],
  ['https://amazonaws.com.example.org', 'ENOTFOUND', /^Check the address/],
] as const) {
  test(`nobody answers at ${origin} (${code}): what to do is said`, () => {
    const error = Object.assign(new Error('made by a test'), { code });
    const failure = unreachable(error, origin, { signal: new AbortController().signal, timeoutMs: 1 });
    assert.ok(failure instanceof CliError);
    assert.match(failure.parts.fix ?? '', fix);
  });
}
