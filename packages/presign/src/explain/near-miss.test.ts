import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  added,
  type HandSigned,
  judged,
  material,
  refused,
  secretAccessKey,
  signForm,
  signHeader,
  signQuery,
  signQueryV2,
} from '../../test/hand-signed.ts';
import { openRequest } from '../verify/judge.ts';
import { rulesOf } from '../verify/verify.ts';
import type { RawRequest } from '../wire/request.ts';
import { findCause } from './near-miss.ts';
import { type Cause, searchBounds } from './near-miss-candidate.ts';

const domains = ['tide.example.com', 'localhost:9000'];

function causeOf(request: RawRequest, options: Parameters<typeof refused>[1] = {}): readonly unknown[] {
  const { reason, explanation } = refused(request, { domains, ...options });
  assert.equal(explanation.cause?.reason, reason);
  return [explanation.cause?.id, explanation.cause?.detail];
}

/** The signature of `signed`, on a request as `sent` would make it. */
function moved(
  signed: HandSigned,
  sent: HandSigned,
  edit: (target: string) => string = (target) => target,
): RawRequest {
  const signature = signQuery(signed).target.slice(-64);
  const request = signQuery(sent);
  return { ...request, target: edit(request.target.slice(0, -64) + signature) };
}

describe('single changes', () => {
  for (const [what, request, expected, options] of [
    ['a full stop of the sentence around it', moved({}, {}, (target) => `${target}.`), ['trailing-garbage', undefined]],
    ['a letter behind the signature', moved({}, {}, (target) => `${target}x`), ['trailing-garbage', undefined]],
    ['a run of garbage', moved({}, {}, (target) => `${target}%0A">`), ['trailing-garbage', undefined]],
    ['a cut', moved({}, {}, (target) => target.slice(0, -10)), ['signature-truncated', undefined]],
    ['another method', moved({ method: 'PUT' }, {}), ['method-changed', 'PUT']],
    ['a port', moved({ host: 'tide.example.com:9000' }, {}), ['port-changed', 'tide.example.com:9000']],
    ['a port removed', moved({}, { host: 'tide.example.com:8080' }), ['port-changed', 'tide.example.com']],
    [
      'another domain',
      moved({ host: 'b.localhost:9000', path: '/k' }, { host: 'b.tide.example.com', path: '/k' }),
      ['host-changed', 'b.localhost:9000'],
    ],
    [
      'bucket to the host',
      moved({ host: 'tide.example.com' }, { host: 'b.tide.example.com', path: '/k' }),
      ['addressing-style', undefined],
    ],
    ['bucket to the path', moved({ host: 'b.tide.example.com', path: '/k' }, {}), ['addressing-style', undefined]],
    ['a prefix', moved({}, { path: '/storage/b/k' }), ['path-prefix', '/storage']],
    ['double encoding of the path', moved({ path: '/b/a%20b' }, { path: '/b/a%2520b' }), ['double-encoded', undefined]],
    [
      'double encoding of a parameter',
      moved({ query: [['note', 'a b']] }, { query: [['note', 'a%20b']] }),
      ['double-encoded', undefined],
    ],
    ['a tracker', signQuery({ edit: added('utm_source', 'x') }), ['query-added', 'utm_source']],
    [
      'two trackers',
      signQuery({ edit: (pairs) => [...pairs, ['utm_source', 'x'], ['fbclid', 'y']] }),
      ['query-added', 'fbclid, utm_source'],
    ],
    ['some parameter', signQuery({ edit: added('download', '1') }), ['query-added', 'download']],
    [
      'x-id removed',
      signQuery({ query: [['x-id', 'GetObject']], edit: (pairs) => pairs.filter(([name]) => name !== 'x-id') }),
      ['query-removed', 'x-id'],
    ],
    ['upper case', moved({ path: '/b/a.txt' }, { path: '/b/A.TXT' }), ['key-changed', 'a.txt']],
    ['a slash', moved({ path: '/b/a/' }, { path: '/b/a' }), ['key-changed', 'a/']],
    [
      'an existing key',
      moved({ path: '/b/aBc' }, { path: '/b/AbC' }),
      ['key-changed', 'aBc'],
      { existingKeys: ['aBc', 'x'] },
    ],
    [
      'a tidied path',
      moved({ path: '/b/a//./b' }, { path: '/b/a/b' }),
      ['path-normalised', 'a//./b'],
      { existingKeys: ['a//./b'] },
    ],
    ['a secret with a newline', signQuery({ secret: `${secretAccessKey}\n` }), ['secret-whitespace', undefined]],
    ['a secret in quotes', signHeader({ secret: `"${secretAccessKey}"` }), ['secret-whitespace', undefined]],
    ['another secret', signQuery({ secret: 'other' }), ['unknown', undefined]],
    [
      'another secret in a form',
      {
        ...signForm(),
        form: {
          fields: (signForm().form?.fields ?? []).map(
            ([name, value]) => [name, name === 'x-amz-signature' ? 'f'.repeat(64) : value] as const,
          ),
          file: { size: 1 },
        },
      },
      ['unknown', undefined],
    ],
    [
      'a SigV2 URL with a type',
      signQueryV2({ method: 'PUT', headers: [['Content-Type', 'text/plain']] }),
      ['header-changed', 'content-type'],
    ],
    ['a SigV2 URL with another method', { ...signQueryV2(), method: 'PUT' }, ['method-changed', 'GET']],
  ] as const) {
    test(`SIG-95 ${what} is found: ${expected[0]}`, () => {
      assert.deepEqual(causeOf(request, options ?? {}), expected);
    });
  }

  test('SIG-95 a token pasted unencoded is plus-for-space, another one is unknown', () => {
    const token = 'a+b/c==';
    const key = { ...material, sessionToken: token };
    const request = signQuery({ token });
    assert.deepEqual(causeOf({ ...request, target: request.target.replace('%2B', '+') }, { key }), [
      'plus-for-space',
      undefined,
    ]);
    assert.deepEqual(causeOf(signQuery({ token: 'other' }), { key }), ['unknown', undefined]);
  });
});

describe('bounds', () => {
  const rules = rulesOf({
    now: new Date('2026-01-15T12:01:00Z'),
    domains: Array.from({ length: 200 }, (_, index) => `d${index}.example`),
  });

  function search(request: RawRequest, mostCandidates: number = searchBounds.candidates): Cause {
    const opened = openRequest(request, rules);
    if (opened.kind !== 'opened') return assert.fail(opened.kind);
    const verdict = judged(request);
    assert.equal(verdict.outcome, 'error');
    const { context, opening, claim } = opened;
    const refusal = {
      check: 'signature',
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: '',
      reason: 'SignatureMismatch',
      values: {},
      members: {},
    } as const;
    const refusedRequest = { kind: 'refused', refusal, context, opening, claim } as const;
    return findCause({
      raw: request,
      refused: refusedRequest,
      rules,
      material,
      secret: material,
      existingKeys: [],
      mostCandidates,
    });
  }

  test('SIG-95 no more than 128 candidates are tried', () => {
    const cause = search(signQuery({ secret: 'other' }));
    assert.deepEqual([cause.id, cause.tried], ['unknown', searchBounds.candidates]);
    assert.equal(search(signQuery({ secret: 'other' }), 3).tried, 3);
  });

  test('SIG-95 beyond 8 KiB of target and headers nothing is searched', () => {
    const request = signQuery({ secret: `${secretAccessKey}\n`, query: [['note', 'x'.repeat(8192)]] });
    assert.deepEqual(search(request), { id: 'unknown', reason: 'SignatureMismatch', values: {}, tried: 0 });
  });

  test('SIG-95 a hit never admits, and nothing is searched before somebody asks', () => {
    const verdict = refused(signQuery({ secret: `${secretAccessKey}\n` }), { nearMiss: false });
    assert.equal(verdict.ok, false);
    assert.equal(verdict.reason, 'SignatureMismatch');
    assert.equal(verdict.diagnose().reason, 'SecretWhitespace');
  });
});

describe('what strangers see', () => {
  test('SIG-97 SEC-227 the hint holds nothing that the caller did not send', () => {
    const secrets = ['localhost', secretAccessKey, 'PUT'];
    for (const request of [
      moved({ host: 'localhost:9000' }, {}),
      moved({ method: 'PUT' }, {}),
      signQuery({ secret: `${secretAccessKey}\n` }),
      moved({ path: '/b/secret-name' }, { path: '/b/SECRET-NAME' }),
    ]) {
      const { hint = '' } = refused(request, { domains });
      for (const secret of [...secrets, 'secret-name']) assert.ok(!hint.includes(secret), hint);
      assert.notEqual(hint, '');
    }
  });

  test('SIG-95 an SDK that adds its checksum is recognized', () => {
    const request = signQuery({ method: 'PUT' });
    const verdict = refused({
      ...request,
      rawHeaders: [...request.rawHeaders, 'x-amz-checksum-crc32', 'a', 'x-amz-sdk-checksum-algorithm', 'CRC32'],
    });
    assert.match(verdict.hint ?? '', /default integrity checksum was added after signing/);
    const other = refused({ ...request, rawHeaders: [...request.rawHeaders, 'x-amz-acl', 'a'] });
    assert.doesNotMatch(other.hint ?? '', /checksum was added/);
  });
});
