import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { viewRequest, viewUnsigned } from './request-view.ts';

const sent = ['Host', 'h', 'X-Amz-Acl', 'private', 'x-amz-meta-b', ' sent ', 'Content-Type', 'multipart/form-data'];
const v4 = (signedHeaders = 'host') =>
  [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-SignedHeaders', signedHeaders],
  ] as const;
const v2 = [['AWSAccessKeyId', 'A']] as const;

describe('the view of a request', () => {
  const query = [
    ['x-amz-acl', 'public-read'],
    ['X-Amz-Meta-A', 'from the query'],
    ['x-amz-meta-b', 'from the query'],
    ['x-amz-storage-class', 'STANDARD'],
  ] as const;

  test('SIG-46 signed x-amz-* parameters act as headers on presigned requests only', () => {
    for (const mechanism of [v4(), v2]) {
      const presigned = viewRequest(['Host', 'h'], [...mechanism, ...query]);
      assert.equal(presigned.header('x-amz-storage-class'), 'STANDARD');
      assert.equal(presigned.header('x-amz-meta-a'), 'from the query');
      assert.deepEqual(presigned.headersWith('x-amz-meta-'), [
        ['x-amz-meta-a', 'from the query'],
        ['x-amz-meta-b', 'from the query'],
      ]);
    }
    const signed = ['Authorization', 'AWS4-HMAC-SHA256 Credential=…', ...sent];
    for (const plain of [
      viewRequest(sent, query),
      viewRequest(signed, query),
      viewUnsigned(sent, [...v4(), ...query]),
    ]) {
      assert.equal(plain.header('x-amz-storage-class'), undefined);
      assert.deepEqual(plain.headersWith('x-amz-meta-'), [['x-amz-meta-b', 'sent']]);
    }
  });

  test('SIG-44 SIG-55 a header that would replace a signed parameter is named, unless it is signed too', () => {
    assert.deepEqual(viewRequest(sent, [...v2, ...query]).replacingHeaders(), ['x-amz-acl', 'x-amz-meta-b']);
    assert.deepEqual(viewRequest(sent, [...v4('host;x-amz-acl'), ...query]).replacingHeaders(), ['x-amz-meta-b']);
    assert.deepEqual(
      viewRequest(['x-amz-acl', ' public-read '], [...v2, ...query]).replacingHeaders(),
      [],
      'the same value',
    );
    assert.deepEqual(viewRequest(['If-None-Match', '"a"'], [...v4(), ['if-none-match', '*']]).replacingHeaders(), [
      'if-none-match',
    ]);
  });

  test('SIG-46 the checksum that an SDK signs and the parameters of the signature do not act as headers', () => {
    const own = [
      ['x-amz-checksum-crc32', 'AAAAAA=='],
      ['X-Amz-Security-Token', 'token'],
      ['X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'],
      ['X-Amz-Date', '20261124T000000Z'],
    ] as const;
    const view = viewRequest([], [...v4(), ...own]);
    for (const [name] of own) assert.equal(view.header(name.toLowerCase()), undefined, name);
    assert.deepEqual(view.headersWith('x-amz-'), []);
  });

  test('SIG-18 SIG-46 a name of the signed list, and a condition, act from the query where no header was sent', () => {
    const query = [
      ...v4('host;content-type'),
      ['Content-Type', 'image/png'],
      ['If-None-Match', '*'],
      ['expires', 'x'],
    ] as const;
    const view = viewRequest(['Host', 'h'], query);
    assert.equal(view.header('content-type'), 'image/png');
    assert.equal(view.header('if-none-match'), '*');
    assert.equal(view.header('expires'), undefined);
    assert.equal(viewRequest(['Host', 'h'], [...v2, ['if-none-match', '*']]).header('if-none-match'), undefined);
  });

  test('SIG-16 repeated headers are joined and blanks folded as they were signed; metadata keeps its blanks', () => {
    const rawHeaders = [
      'x-amz-copy-source',
      ' a   b',
      'x-amz-meta-a',
      'a   b',
      'X-Amz-Meta-A',
      'c',
      'x-amz-meta-n',
      'voil\u00c3\u00a0',
    ];
    const view = viewRequest(rawHeaders, v4('host;x-amz-copy-source'));
    assert.equal(view.header('x-amz-copy-source'), 'a b');
    assert.deepEqual(view.headersWith('x-amz-meta-'), [
      ['x-amz-meta-a', 'a   b,c'],
      ['x-amz-meta-n', 'voil\u00c3\u00a0'],
    ]);
    assert.equal(viewRequest(rawHeaders, v2).header('x-amz-copy-source'), 'a   b', 'SigV2 signs blanks as they are');
  });

  test('SIG-80 SIG-87 the fields of a form are all that speaks of the object', () => {
    const fields = [
      ['Key', 'ä.txt'],
      ['ACL', 'public-read'],
      ['x-amz-meta-b', 'from the form'],
      ['X-Amz-Meta-Name', 'ä'],
    ] as const;
    const rawHeaders = [...sent, 'Cache-Control', 'x', 'Referer', 'r', 'x-amz-meta-z', 'unsigned'];
    const view = viewRequest(rawHeaders, [['tagging', 'x']], { fields });
    assert.equal(view.header('key'), 'ä.txt');
    assert.equal(view.header('x-amz-acl'), 'public-read');
    for (const name of ['content-type', 'cache-control', 'x-amz-meta-z']) assert.equal(view.header(name), undefined);
    assert.equal(view.query('tagging'), undefined);
    assert.equal(view.header('host'), 'h');
    assert.equal(view.header('referer'), 'r');
    // As bytes, like a header: one character per byte.
    assert.equal(view.header('x-amz-meta-name'), Buffer.from('ä').toString('latin1'));
    assert.deepEqual(view.headersWith('x-amz-meta-'), [
      ['x-amz-meta-b', 'from the form'],
      ['x-amz-meta-name', Buffer.from('ä').toString('latin1')],
    ]);
  });

  test('SEC-315 names of JavaScript itself are names like any other', () => {
    const view = viewRequest(['x-amz-meta-__proto__', 'a'], [['constructor', 'b']]);
    assert.equal(view.query('constructor'), 'b');
    assert.equal(view.query('__proto__'), undefined);
    assert.equal(view.header('tostring'), undefined);
    assert.deepEqual(view.headersWith('x-amz-meta-'), [['x-amz-meta-__proto__', 'a']]);
  });

  test('SIG-16 a long list of headers is put into a map, with the same result', () => {
    const many = Array.from({ length: 100 }, (_, at) => [`x-amz-meta-${at}`, `${at}`]).flat();
    const view = viewRequest([...many, 'X-Amz-Acl', ' private ', 'x-amz-acl', 'b'], []);
    assert.equal(view.header('x-amz-acl'), 'private,b');
    assert.equal(view.headersWith('x-amz-meta-').length, 100);
  });
});
