import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSeed } from '../../../../test/seed.ts';
import {
  material,
  now,
  secretAccessKey,
  signForm,
  signHeader,
  signQuery,
  signQueryV2,
} from '../../test/hand-signed.ts';
import { explain } from '../explain/explain.ts';
import { inspect } from '../explain/inspect.ts';
import { redact } from '../explain/redact.ts';
import { fingerprint } from '../hash/fingerprint.ts';
import type { RawRequest } from '../wire/request.ts';
import { verify } from './verify.ts';

/** Mutated requests and random bytes: everything answers, nothing throws. */

const seed = readSeed();
const rounds = 3000;
const domains = ['tide.example.com', 'localhost:9000'];
const oddities = [
  '%',
  '%zz',
  '%00',
  '%ff',
  '%c3',
  '\u00e9',
  '\u0000',
  '&',
  '&&',
  '=',
  ';',
  '+',
  '#',
  '?',
  '//',
  '/../',
  '%2F',
  '%252F',
  ' ',
  '"',
  '&amp;',
  '\ud83d',
  'x-link-grant=a/',
  '{',
  '[',
  '\r\n',
  ':',
  '/'.repeat(300),
  'X-Amz-Expires=1',
  'Signature=x',
];

/** mulberry32: small, and the same everywhere. */
function createRandom(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const random = createRandom(seed);
const pick = <Value>(list: readonly Value[], otherwise: Value): Value => list[random(list.length)] ?? otherwise;

function mutate(text: string): string {
  let mutated = text;
  for (let times = random(4); times > 0; times--) {
    const at = random(mutated.length + 1);
    const rest = mutated.slice(at + random(3));
    const put = random(3) === 0 ? String.fromCharCode(random(256)) : pick(oddities, '');
    mutated = mutated.slice(0, at) + put + rest;
  }
  return random(20) === 0 ? mutated.slice(0, random(mutated.length + 1)) : mutated;
}

function bytes(most: number): string {
  return Array.from({ length: random(most) }, () => String.fromCharCode(random(256))).join('');
}

function mutateRequest(request: RawRequest): RawRequest {
  const { form } = request;
  const fields = form?.fields.map(
    ([name, value]) => [random(8) === 0 ? mutate(name) : name, random(4) === 0 ? mutate(value) : value] as const,
  );
  return {
    method: random(10) === 0 ? pick(['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'get', ''], 'GET') : request.method,
    target: random(6) === 0 ? bytes(80) : mutate(request.target),
    rawHeaders: request.rawHeaders.map((text) => (random(5) === 0 ? mutate(text) : text)),
    form: form === undefined || fields === undefined ? undefined : { ...form, fields },
  };
}

test(`SEC-120 SEC-136 SIG-32 verify, explain, inspect, redact and fingerprint never throw (seed ${seed})`, async () => {
  const starts = [
    signQuery(),
    signQuery({
      query: [
        ['x-link-grant', 'a/'],
        ['x-link-uses', '3'],
      ],
      path: '/b/a/k',
      signedPath: '/b/a/',
    }),
    signQuery({ headers: [['content-type', 'a/b; c']], signedHeaders: 'content-type;host', method: 'PUT', token: 't' }),
    signHeader(),
    signQueryV2(),
    signForm(),
  ];
  const lookup = () => (random(5) === 0 ? undefined : material);
  for (let round = 0; round < rounds; round++) {
    const request = mutateRequest(pick(starts, signQuery()));
    const options = {
      lookup,
      now,
      domains,
      awsDomains: random(2) === 0,
      allowHeadWithGetUrl: random(2) === 0,
      existingKeys: ['a', 'A/B'],
    };
    const verdict = await verify(request, options);
    if (verdict.outcome === 'error') {
      assert.ok(verdict.status >= 400 && verdict.status < 500, verdict.code);
      assert.ok(verdict.reason && verdict.hint !== undefined);
      assert.ok(Object.values(verdict.members).every((value) => typeof value === 'string'));
      if (round % 4 === 0) assert.ok(String(verdict.explanation));
    }
    const url = pick(['https://tide.example.com', '', 'https://', 'http://[::1]'], '') + request.target;
    assert.ok(String(explain(url, { now, secret: secretAccessKey, candidates: 4 })));
    assert.ok(inspect(url, { now }).redacted.length >= 0);
    const redacted = redact(url);
    assert.equal(redact(redacted), redacted, `redact is idempotent on ${JSON.stringify(url)}`);
    fingerprint(url);
  }
});

test(`SIG-13 SIG-14 SEC-113 no mutation of a signed target is admitted for anything but what was signed (seed ${seed})`, async () => {
  const signed = signQuery({ path: '/b/a/b', query: [['response-content-type', 'text/plain']] });
  for (let round = 0; round < rounds; round++) {
    const verdict = await verify(
      { ...signed, target: mutate(signed.target) },
      { lookup: () => material, now, domains },
    );
    if (!verdict.ok) continue;
    assert.equal(`${verdict.bucket}/${verdict.key}`, 'b/a/b');
    assert.deepEqual(
      verdict.query.filter(([name]) => !name.startsWith('X-Amz-')),
      [['response-content-type', 'text/plain']],
    );
  }
});
