import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeLimits } from './limit-grammar.ts';
import { type Limits, limitRules } from './limit-rows.ts';
import { parseLimits } from './limits.ts';

function read(query: string, method = 'GET'): ReturnType<typeof parseLimits> {
  return parseLimits([...new URLSearchParams(query.replaceAll('+', '%2B'))], { method });
}

function limitsOf(query: string, method = 'GET'): Limits {
  const result = read(query, method);
  assert.ok('limits' in result, 'fault' in result ? `${result.fault.name}: ${result.fault.why}` : '');
  return result.limits;
}

function faultOf(query: string, method = 'GET') {
  const result = read(query, method);
  assert.ok('fault' in result, `accepted ${query}`);
  return result.fault;
}

const digest = 'ab'.repeat(32);

test('LNK-1 the names are those of the specification, in its order', () => {
  assert.deepEqual(
    limitRules.map(({ name }) => name.slice(7)),
    'id uses grace ip clients policy head https not-before max-bytes min-bytes total-bytes rate types sha256 write-once confirm grant zip resumable'.split(
      ' ',
    ),
  );
});

test('LNK-2 other parameters are passed over', () => {
  assert.deepEqual(limitsOf('X-Amz-Date=1&versionId=3&x-link=1&xlink-uses=2&y-link-uses=0'), {});
});

for (const name of [
  'x-link-foo',
  'X-Link-Uses',
  'x_link_uses',
  'x-link_uses',
  'X-LINK-USES',
  'x-link-',
  'x-lin\u212a-uses',
  'x-link-__proto__',
  'x-link-uses ',
  ' x-link-uses',
  '\u00a0x-link-uses',
  '\ufeffx-link-uses',
  '\u200bx-link-uses',
  '\u2003X-Link-Uses',
  '+x-link-uses',
  '%00x-link-uses',
  '\0x-link-uses',
  'x\0-link-uses',
  '\uff58-\uff4cink-uses',
  'x\u2010link\u2013uses',
  '\t\r\nX_LINK_USES',
]) {
  test(`LNK-2 SEC-118 SEC-201 ${JSON.stringify(name)} is no limit that we know, and is not passed over`, () => {
    const fault = faultOf(`${encodeURIComponent(name)}=1`);
    assert.equal(fault.reason, 'LinkLimitUnknown');
    assert.equal(fault.name, name.replace(/\p{Cc}/gu, '\ufffd'));
  });
}

test('LNK-2 SEC-119 a name is matched after decoding', () => {
  assert.deepEqual(limitsOf('x%2Dlink%2Duses=1'), { uses: 1 });
});

test('LNK-2 a name in a message is cut, and has no control characters', () => {
  const fault = faultOf(`x-link-%1b${'a'.repeat(500)}=1`);
  assert.equal(fault.name.length, 65);
  assert.ok(!/\p{Cc}/u.test(fault.name));
});

for (const query of [
  'x-link-uses=1&x-link-uses=9',
  'x-link-uses=1&x-link-uses=1',
  'x-link-grant=a/&x-link-grant=b/',
  'x-link-head=1&x%2dlink-head=1',
]) {
  test(`LNK-3 SEC-117 ${query} is a duplicate`, () => {
    assert.equal(faultOf(query).reason, 'LinkLimitDuplicate');
  });
}

test('LNK-3 the first fault is the one that is told', () => {
  assert.equal(faultOf('x-link-uses=0&x-link-foo=1').name, 'x-link-uses');
  assert.equal(faultOf('x-link-foo=1&x-link-uses=0').name, 'x-link-foo');
});

test('LNK-3 no limit accepts an empty value', () => {
  for (const { name, methods } of limitRules) {
    assert.equal(faultOf(`${name}=`, methods[0]).reason, 'LinkLimitMalformed', name);
  }
});

type Row = readonly [rules: string, name: string, method: string, good: readonly string[], bad: readonly string[]];
const rows: readonly Row[] = [
  [
    'LNK-10',
    'x-link-id',
    'GET',
    ['a', 'A-Z_9.~', 'x'.repeat(64)],
    ['x'.repeat(65), 'a b', 'a/b', 'é', 'a\n', '\u0000', 'x'.repeat(1024)],
  ],
  ['LNK-10', 'x-link-policy', 'PUT', ['p'], ['p,q', ' p']],
  [
    'LNK-11',
    'x-link-uses',
    'GET',
    ['1', '1000000', '999999'],
    ['0', '-1', '+1', '1.5', '1e3', '01', '1000001', '9007199254740993', ' 1', '1 ', '0x1', '١'],
  ],
  ['LNK-11', 'x-link-clients', 'GET', ['1'], ['0', '1000001', 'one']],
  [
    'LNK-12',
    'x-link-max-bytes',
    'PUT',
    ['0', '5497558138880', '999999999999999'],
    ['-1', '1KB', '1000000000000000', '1.0', '00'],
  ],
  ['LNK-12', 'x-link-min-bytes', 'POST', ['0', '1'], ['-0', '']],
  ['LNK-12', 'x-link-total-bytes', 'GET', ['1'], ['0', '01']],
  ['LNK-12', 'x-link-rate', 'GET', ['1'], ['0', '1/s']],
  [
    'LNK-14',
    'x-link-ip',
    'GET',
    [
      '1.2.3.4',
      '10.0.0.0/8',
      '0.0.0.0/0',
      '255.255.255.255/32',
      '::',
      '::1',
      '2001:DB8::/32',
      '::ffff:1.2.3.4',
      '1:2:3:4:5:6:7:8/128',
      '10.1.2.3/8,::1',
      Array(64).fill('1.1.1.1').join(','),
    ],
    [
      '300.1.1.1',
      '0177.0.0.1',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.4/33',
      '1.2.3.4/',
      '1.2.3.4/08',
      '1.2.3.4/8/8',
      '::1/129',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      'fe80::1%25eth0',
      '[::1]',
      '::1]',
      'localhost',
      '1.2.3.4,',
      ',1.2.3.4',
      '1.2.3.4, 1.2.3.5',
      '10.0.0/8',
      '0x7f.0.0.1',
      '1',
      '::01.2.3.4',
      '::1.2.3',
      Array(65).fill('1.1.1.1').join(','),
    ],
  ],
  ['LNK-15', 'x-link-head', 'GET', ['1'], ['0', 'true', '01', '1 ']],
  ['LNK-15', 'x-link-https', 'DELETE', ['1'], ['yes']],
  ['LNK-15', 'x-link-write-once', 'PUT', ['1'], ['2']],
  ['LNK-15', 'x-link-confirm', 'GET', ['1'], ['on']],
  ['LNK-15', 'x-link-resumable', 'PUT', ['1'], ['0']],
  [
    'LNK-16',
    'x-link-not-before',
    'GET',
    ['20261124T090000Z', '20240229T235959Z'],
    [
      '20260230T000000Z',
      '20261301T000000Z',
      '20261124T250000Z',
      '20261124T096000Z',
      '2026-11-24T09:00:00Z',
      '20261124T090000',
      '20261124',
      '1764000000',
      '00000000T000000Z',
    ],
  ],
  [
    'LNK-17',
    'x-link-types',
    'PUT',
    ['image/*', 'IMAGE/png,application/vnd.api+json', 'x/y', 'text/*'],
    [
      '*/*/*',
      '*/*',
      '*',
      'image',
      'image/',
      '/png',
      'image/p*',
      'image/png;q=1',
      'image/png,',
      'a b/c',
      'image/<script>',
      Array(65).fill('a/b').join(','),
    ],
  ],
  ['LNK-18', 'x-link-sha256', 'PUT', [digest, digest.toUpperCase()], [digest.slice(1), `${digest}a`, 'g'.repeat(64)]],
  [
    'SIG-48a',
    'x-link-grant',
    'GET',
    ['a/', 'a/b/', 'ü/ /', '.../', 'a.b/..c/', `${'é'.repeat(511)}/`],
    [
      '/',
      'a',
      '/a/',
      'a//b/',
      './',
      '../',
      'a/../b/',
      'a/./',
      'a/\u0000/',
      'a/\u001f/',
      'a/\u007f/',
      `${'a'.repeat(1023)}/`,
      `${'é'.repeat(512)}/`,
    ],
  ],
];
for (const [rules, name, method, good, bad] of rows) {
  for (const text of good) {
    test(`${rules} ${name} accepts ${JSON.stringify(text.slice(0, 70))}`, () => {
      limitsOf(`${name}=${encodeURIComponent(text)}`, method);
    });
  }
  for (const text of bad) {
    test(`${rules} SEC-202 ${name} refuses ${JSON.stringify(text.slice(0, 70))}`, () => {
      const fault = faultOf(`${name}=${encodeURIComponent(text)}`, method);
      assert.deepEqual([fault.reason, fault.name], ['LinkLimitMalformed', name]);
      assert.ok(fault.why.length < 200);
    });
  }
}

for (const [text, seconds] of [
  ['1s', 1],
  ['90s', 90],
  ['10m', 600],
  ['168h', 604_800],
  ['7d', 604_800],
  ['604800s', 604_800],
] as const) {
  test(`LNK-13 a grace of ${text} is ${seconds} seconds`, () => {
    assert.equal(limitsOf(`x-link-uses=1&x-link-grace=${text}`).grace, seconds);
  });
}
for (const text of ['0s', '10', '1w', '1.5h', '8d', '604801s', '169h', '010m', '-1m', 'max', '1M', '999999d']) {
  test(`LNK-13 SEC-202 a grace of ${text} is refused`, () => {
    assert.equal(faultOf(`x-link-uses=1&x-link-grace=${text}`).name, 'x-link-grace');
  });
}

test('LNK-5 SEC-202 each limit is for the methods of the table alone', () => {
  const example: Record<string, string> = {
    label: 'a',
    count: '1',
    bytes: '1',
    someBytes: '1',
    duration: '1m',
    addresses: '::1',
    flag: '1',
    time: '20260101T000000Z',
    mediaTypes: 'a/b',
    sha256: digest,
    prefix: 'a/',
  };
  for (const { name, kind, methods } of limitRules) {
    const rest = name === 'x-link-grace' ? '&x-link-uses=1' : name === 'x-link-zip' ? '&x-link-grant=a/' : '';
    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH']) {
      const result = read(`${name}=${example[kind]}${rest}`, method);
      assert.equal('limits' in result, methods.includes(method), `${name} on ${method}`);
      if ('fault' in result) assert.equal(result.fault.reason, 'LinkLimitMalformed');
    }
  }
});

for (const [query, name] of [
  ['x-link-grace=1m', 'x-link-grace'],
  ['x-link-zip=1', 'x-link-zip'],
] as const) {
  test(`LNK-6 ${query} alone is refused`, () => {
    const fault = faultOf(query);
    assert.deepEqual([fault.reason, fault.name], ['LinkLimitMalformed', name]);
  });
}
test('LNK-6 fewest bytes above most bytes are refused, equal ones are not', () => {
  assert.equal(faultOf('x-link-max-bytes=9&x-link-min-bytes=10', 'PUT').name, 'x-link-min-bytes');
  limitsOf('x-link-max-bytes=10&x-link-min-bytes=10', 'PUT');
});
for (const other of ['acl', 'versionId=1', 'partNumber=1', 'uploadId=1', 'uploads', 'tagging=', 'torrent']) {
  test(`LNK-6 SIG-48c SEC-232 a grant does not go with ${other}`, () => {
    assert.equal(faultOf(`x-link-grant=a/&${other}`).name, 'x-link-grant');
  });
}
test('SIG-48c a grant goes with overrides of the response', () => {
  assert.deepEqual(limitsOf('x-link-grant=a/&response-content-type=text/plain'), { grant: 'a/' });
});

test('LNK-4 what is written is read back as the same limits', () => {
  const reading: Limits = {
    id: 'a',
    uses: 3,
    grace: 5400,
    ip: ['10.0.0.0/8', '::1'],
    clients: 2,
    policy: 'p',
    head: true,
    https: true,
    notBefore: new Date('2026-11-24T09:00:00Z'),
    totalBytes: 10,
    rate: 20,
    confirm: true,
    grant: 'a/b/',
    zip: true,
  };
  const writing: Limits = {
    maxBytes: 5,
    minBytes: 4,
    types: ['image/*', 'a/b'],
    sha256: digest,
    writeOnce: true,
    resumable: true,
  };
  for (const [limits, method] of [
    [reading, 'GET'],
    [writing, 'PUT'],
  ] as const) {
    const pairs = writeLimits(limits);
    assert.deepEqual(parseLimits(pairs, { method }), { limits });
    const order = pairs.map(([name]) => limitRules.findIndex((rule) => rule.name === name));
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  }
});

test('LNK-4 units become bytes and the largest unit of time; what is off is not written', () => {
  assert.deepEqual(
    writeLimits({ uses: 1, grace: '5400s', maxBytes: '5MiB', minBytes: '1.5KB', head: false, ip: '::1' }),
    [
      ['x-link-uses', '1'],
      ['x-link-grace', '90m'],
      ['x-link-ip', '::1'],
      ['x-link-max-bytes', '5242880'],
      ['x-link-min-bytes', '1500'],
    ],
  );
});
