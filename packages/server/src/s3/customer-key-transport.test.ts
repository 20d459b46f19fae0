import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import { checkKeyTransport } from './customer-key-transport.ts';

const names = ['x-amz-server-side-encryption-customer-key', 'x-amz-copy-source-server-side-encryption-customer-key'];

for (const [customerKeysOverHttp, address, secure, isAdmitted] of [
  ['loopback', '127.0.0.1', false, true],
  ['loopback', '127.8.9.1', false, true],
  ['loopback', '::1', false, true],
  ['loopback', '192.0.2.1', false, false],
  ['loopback', '127.0.0.1.example', false, false],
  ['loopback', '192.0.2.1', true, true],
  ['allow', '192.0.2.1', false, true],
  ['refuse', '127.0.0.1', false, false],
  ['refuse', '127.0.0.1', true, true],
] as const) {
  test(`ENC-9 a customer key from ${address} ${secure ? 'with' : 'without'} TLS is ${isAdmitted ? 'taken' : 'refused'} with ${customerKeysOverHttp}`, () => {
    for (const sent of names) {
      const head = {
        header: (name: string) => (name === sent ? 'key' : undefined),
        query: () => undefined,
        headersWith: () => [],
      };
      const check = () => checkKeyTransport(head, { client: { address, secure } }, { customerKeysOverHttp });
      if (isAdmitted) check();
      else assert.throws(check, (error) => error instanceof S3Error && error.code === 'InvalidRequest');
    }
    const without = { header: () => undefined, query: () => undefined, headersWith: () => [] };
    checkKeyTransport(without, { client: { address, secure } }, { customerKeysOverHttp });
  });
}
