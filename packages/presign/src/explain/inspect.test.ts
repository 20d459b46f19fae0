import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { now, signQuery, signQueryV2 } from '../../test/hand-signed.ts';
import { fingerprint } from '../hash/fingerprint.ts';
import { openRequest } from '../verify/judge.ts';
import type { Refusal } from '../verify/refusal.ts';
import { inspect } from './inspect.ts';
import { fillReason } from './reasons.ts';

const url = (request: { readonly target: string }, origin = 'https://files.example.com') =>
  `${origin}${request.target}`;
const codes = (text: string) => inspect(text, { now }).findings.map(({ code }) => code);

function textOf({ reason, values }: Refusal): string {
  const { title, text } = fillReason(reason, values);
  return `${title}: ${text}`;
}

describe('inspect', () => {
  test('SIG-112 a SigV4 URL is read with times, place, key, limits and overrides', () => {
    const query = [
      ['response-content-type', 'text/plain'],
      ['versionId', 'v'],
      ['x-link-uses', '3'],
      ['x-id', 'GetObject'],
    ] as const;
    const seen = inspect(url(signQuery({ query, path: '/b/a%20b' })), { now });
    const {
      kind,
      operation,
      endpoint,
      style,
      bucket,
      key,
      versionId,
      region,
      service,
      state,
      expiresIn,
      remaining,
      limits,
      overrides,
    } = seen;
    assert.deepEqual(
      {
        kind,
        operation,
        endpoint,
        style,
        bucket,
        key,
        versionId,
        region,
        service,
        state,
        expiresIn,
        remaining,
        limits,
        overrides,
      },
      {
        kind: 'sigv4',
        operation: 'GetObject',
        endpoint: 'https://files.example.com',
        style: 'path',
        bucket: 'b',
        key: 'a b',
        versionId: 'v',
        region: 'us-east-1',
        service: 's3',
        state: 'valid',
        expiresIn: 3600,
        remaining: 3_540_000,
        limits: { uses: 3 },
        overrides: { 'content-type': 'text/plain' },
      },
    );
    assert.equal(seen.signedAt?.toISOString(), '2026-01-15T12:00:00.000Z');
    assert.equal(seen.fingerprint, fingerprint(url(signQuery({ query, path: '/b/a%20b' }))));
    assert.ok(!seen.redacted.includes(signQuery({ query, path: '/b/a%20b' }).target.slice(-64)));
    assert.deepEqual(seen.findings, []);
  });

  test('SIG-90 SIG-91 the state follows the clock', () => {
    const text = url(signQuery());
    assert.equal(inspect(text, { now: new Date('2026-01-15T13:00:00.001Z') }).state, 'expired');
    assert.equal(inspect(text, { now: new Date('2026-01-15T11:00:00Z') }).state, 'not-yet');
    assert.equal(inspect('https://b.s3.amazonaws.com/k', { now }).state, 'unknown');
  });

  for (const [what, text, expected] of [
    ['HTML', url(signQuery()).replaceAll('&', '&amp;'), ['CopiedFromHtml']],
    ['a local host', url(signQuery(), 'http://127.0.0.1:9000'), ['HostIsLocal']],
    ['another local host', url(signQuery(), 'http://[::1]:9000'), ['HostIsLocal']],
    ['SigV2', url(signQueryV2()), ['SigV2Unlimited']],
    [
      'SigV2 with a limit',
      url(signQueryV2({ query: [['x-link-uses', '1']] })),
      ['LinkLimitUnsigned', 'SigV2Unlimited'],
    ],
    ['a week', url(signQuery({ expires: '604800' })), ['ExpiryLong']],
    ['a session', url(signQuery({ token: 't' })), ['TokenEndsSooner']],
    ['an empty checksum', url(signQuery({ query: [['x-amz-checksum-crc32', 'AAAAAA==']] })), ['ChecksumOfEmptyBody']],
    ['an upload', url(signQuery({ query: [['x-id', 'PutObject']] })), ['TypeNotSigned']],
    ['dot segments', url(signQuery({ path: '/b/a/../c' })), ['PathMayBeNormalised']],
    ['a doubled slash', url(signQuery({ path: '/b//a' })), ['PathMayBeNormalised']],
    ['2,049 characters', url(signQuery({ query: [['note', 'x'.repeat(2048)]] })), ['UrlLong']],
    ['a cut', url(signQuery()).slice(0, -3), ['SignatureTruncated']],
    ['a bad lifetime', url(signQuery({ expires: 'x' })), ['AuthMalformed']],
    ['an unknown limit', url(signQuery({ query: [['x-link-foo', '1']] })), ['LinkLimitUnknown']],
    ['no URL', 'hello', ['NotAUrl']],
    ['broken escapes', 'https://h/b/%zz', ['NotAUrl']],
  ] as const) {
    test(`SIG-9 SIG-112 SIG-113 ${what}: ${expected.join()}`, () => {
      assert.deepEqual(codes(text), expected);
    });
  }

  test('SIG-4 the bucket of an AWS host is known; shares and plain URLs are distinguished', () => {
    assert.deepEqual(inspect('https://b.s3.ap-south-1.amazonaws.com/k').bucket, 'b');
    assert.equal(inspect('https://h/s/4Zk9QmT2xVb7LrW1cHs8Yp').kind, 'share');
    assert.equal(inspect('https://h/s/4Zk9QmT2xVb7LrW1cHs8Yp').redacted.includes('4Zk9'), false);
    assert.equal(inspect('https://h/b/k').kind, 'unsigned');
    assert.equal(inspect('').kind, 'invalid');
  });
});

describe('fingerprint', () => {
  test('SIG-22 the fingerprint is of the signature alone, however the URL is spelled', () => {
    const { target } = signQuery();
    const name = fingerprint(`https://h${target}`);
    assert.match(name ?? '', /^lk_[a-z2-7]{16}$/);
    assert.equal(fingerprint(`http://other${target.replace('X-Amz-Signature', 'X%2DAmz%2DSignature')}&&x=1`), name);
    assert.equal(fingerprint('https://h/b/k'), undefined);
    assert.equal(fingerprint('https://h/b/k?X-Amz-Signature='), undefined);
  });

  test('SIG-59 SEC-205 unused bits of a SigV2 signature, or a plus that became a space, make no other link', () => {
    const name = fingerprint('https://h/k?Signature=pWU4aEo0jhDj%2BYb2Il7N8Qgn7co%3D');
    assert.equal(fingerprint('https://h/k?Signature=pWU4aEo0jhDj+Yb2Il7N8Qgn7co%3D'), name);
    assert.equal(fingerprint('https://h/k?Signature=pWU4aEo0jhDj%2BYb2Il7N8Qgn7cp%3D'), name);
    assert.notEqual(fingerprint('https://h/k?Signature=qWU4aEo0jhDj%2BYb2Il7N8Qgn7co%3D'), name);
  });

  test('SIG-40 SIG-42 SIG-50 a form or scope is at fault exactly where a verification says so', () => {
    const settings = {
      nowMs: now.getTime(),
      regions: undefined,
      sigv2: 'aws',
      allowHeadWithGetUrl: false,
      maxExpiresInSeconds: undefined,
      deferGrant: true,
    } as const;
    const whole = [signQuery().target, signQueryV2().target];
    const values = [
      '',
      'x',
      '20261124T090000Z',
      'AK/20261124/eu/s3/aws4_request',
      'AK/20261124//s4/aws4',
      '0',
      '-1',
      '604801',
    ];
    const targets = new Set(whole);
    for (const target of whole) {
      const [path = '', query = ''] = target.split('?');
      const pairs = query.split('&');
      for (const [at, pair] of pairs.entries()) {
        const others = pairs.toSpliced(at, 1).join('&');
        targets.add(`${path}?${others}`).add(`${path}?${query}&${pair}`).add(`${path}?${query}&Signature=x`);
        for (const value of values) targets.add(`${path}?${others}&${pair.split('=')[0]}=${encodeURIComponent(value)}`);
      }
    }
    const faulty = new Set<string>();
    for (const target of targets) {
      const opened = openRequest(
        { method: 'GET', target, rawHeaders: ['Host', 'files.example.com'] },
        { settings, hosts: {}, forwardedHost: undefined },
      );
      const refusal = opened.kind === 'refused' ? opened.refusal : undefined;
      const expected = refusal?.check === 'form' || refusal?.check === 'scope' ? refusal : undefined;
      const { findings, kind } = inspect(url({ target }), { now });
      const said = findings.find(({ code }) => code === 'AuthMalformed');
      if (kind === 'unsigned') assert.equal(opened.kind, 'anonymous', target);
      else assert.equal(said?.text, expected && textOf(expected), target);
      if (expected) faulty.add(expected.message);
    }
    assert.ok(faulty.size >= 12, [...faulty].join('\n'));
  });
});
