import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReceivedHead } from './request-head.ts';

const sent = ['Host', 'h', 'X-Amz-Acl', 'private', 'x-amz-meta-b', ' sent ', 'Content-Type', 'multipart/form-data'];

test('SIG-46 signed x-amz-* parameters act as headers on presigned requests alone, and a header that was sent wins', () => {
  const query = [
    ['x-amz-acl', 'public-read'],
    ['X-Amz-Meta-A', 'from the query'],
    ['x-amz-meta-b', 'from the query'],
    ['x-amz-storage-class', 'STANDARD'],
  ] as const;
  const presigned = new ReceivedHead(sent, query, { kind: 'presigned' });
  assert.equal(presigned.header('x-amz-acl'), 'private');
  assert.equal(presigned.header('x-amz-storage-class'), 'STANDARD');
  assert.equal(presigned.header('x-amz-meta-a'), 'from the query');
  assert.deepEqual(presigned.headersWith('x-amz-meta-'), [
    ['x-amz-meta-b', 'sent'],
    ['x-amz-meta-a', 'from the query'],
  ]);
  const plain = new ReceivedHead(sent, query, { kind: 'plain' });
  assert.equal(plain.header('x-amz-storage-class'), undefined);
  assert.deepEqual(plain.headersWith('x-amz-meta-'), [['x-amz-meta-b', 'sent']]);
});

test('SIG-46 checksums and the parameters of the signature itself never act as headers', () => {
  const query = [
    ['x-amz-checksum-crc32', 'AAAAAA=='],
    ['X-Amz-Security-Token', 'token'],
    ['X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'],
    ['X-Amz-Date', '20261124T000000Z'],
  ] as const;
  const head = new ReceivedHead([], query, { kind: 'presigned' });
  for (const [name] of query) assert.equal(head.header(name.toLowerCase()), undefined, name);
  assert.deepEqual(head.headersWith('x-amz-'), []);
});

test('SIG-80 the fields of a form act as headers, without case, and the headers of the form are not those of its file', () => {
  const fields = [
    ['Key', 'ä.txt'],
    ['ACL', 'public-read'],
    ['x-amz-meta-b', 'from the form'],
    ['X-Amz-Meta-Name', 'ä'],
  ] as const;
  const head = new ReceivedHead(sent, [], { kind: 'form', fields });
  assert.equal(head.header('key'), 'ä.txt');
  assert.equal(head.header('x-amz-acl'), 'public-read');
  assert.equal(head.header('content-type'), undefined);
  assert.equal(head.header('host'), 'h');
  // As bytes, like a header: one character a byte.
  assert.equal(head.header('x-amz-meta-name'), Buffer.from('ä').toString('latin1'));
  assert.deepEqual(head.headersWith('x-amz-meta-b'), [['x-amz-meta-b', 'from the form']]);
});

test('SEC-315 names of JavaScript itself are names like any other', () => {
  const head = new ReceivedHead(['x-amz-meta-__proto__', 'a'], [['constructor', 'b']], { kind: 'plain' });
  assert.equal(head.query('constructor'), 'b');
  assert.equal(head.query('__proto__'), undefined);
  assert.equal(head.header('tostring'), undefined);
  assert.deepEqual(head.headersWith('x-amz-meta-'), [['x-amz-meta-__proto__', 'a']]);
});
