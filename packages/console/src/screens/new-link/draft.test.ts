import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Draft, faultsOf, lifeSeconds, presignInput, requestInput, sentenceOf, shareInput } from './draft.ts';

const empty: Draft = {
  kind: 'share',
  what: 'reports/2026/q3.pdf',
  ends: '7d',
  limits: {},
  password: '',
  note: '',
  title: '',
};
const now = Date.parse('2026-11-24T10:15:00Z');

test('the sentence says what whoever has the link can do', () => {
  const cases: readonly (readonly [Partial<Draft>, string])[] = [
    [{ limits: { uses: '1' } }, 'Anyone with the link can download q3.pdf once, until 1 Dec, 10:15.'],
    [{ ends: 'never', password: 'x' }, 'Anyone with the link and the password can download q3.pdf, for ever.'],
    [
      { limits: { uses: '5', ip: '203.0.113.0/24' } },
      'Anyone with the link can download q3.pdf 5 times, until 1 Dec, 10:15, from 203.0.113.0/24 only.',
    ],
    [
      { kind: 'upload', ends: '1h', limits: { uses: '1', maxBytes: '20MB' } },
      'Anyone with the link can put q3.pdf of at most 20MB once, until 11:15.',
    ],
    [
      { kind: 'request', what: 'inbox/acme/', limits: { uses: '20', maxBytes: '2GiB' } },
      'Anyone with the link can send 20 files of at most 2GiB each into inbox/acme/, until 1 Dec, 10:15.',
    ],
  ];
  for (const [change, text] of cases) assert.equal(sentenceOf({ ...empty, ...change }, now, 'utc'), text);
});

test('what is wrong is named beside its field, before anything is sent', () => {
  const cases: readonly (readonly [Partial<Draft>, string])[] = [
    [{ what: 'reports' }, 'what'],
    [{ ends: 'soon' }, 'ends'],
    [{ kind: 'link', ends: '30d' }, 'ends'],
    [{ kind: 'link', ends: 'never' }, 'ends'],
    [{ limits: { uses: '0' } }, 'uses'],
  ];
  assert.deepEqual(faultsOf(empty), {});
  for (const [change, field] of cases) assert.deepEqual(Object.keys(faultsOf({ ...empty, ...change })), [field]);
  assert.equal(lifeSeconds('36h'), 129_600);
  assert.equal(lifeSeconds('never'), undefined);
});

test('the API is asked for what was filled in, and for nothing else', () => {
  assert.deepEqual(shareInput(empty), { bucket: 'reports', key: '2026/q3.pdf', expiresIn: 604_800 });
  assert.deepEqual(
    shareInput({ ...empty, what: 'reports/2026/', ends: 'never', limits: { uses: '2', confirm: '1' } }),
    {
      bucket: 'reports',
      prefix: '2026/',
      expiresAt: null,
      limits: { uses: 2, confirm: true },
    },
  );
  assert.deepEqual(
    requestInput({ ...empty, kind: 'request', what: 'inbox/acme', limits: { uses: '3', types: 'image/*, a/b' } }),
    {
      bucket: 'inbox',
      prefix: 'acme/',
      expiresIn: 604_800,
      maxFiles: 3,
      limits: { types: ['image/*', 'a/b'] },
    },
  );
  assert.deepEqual(presignInput({ ...empty, kind: 'upload', ends: '1h', limits: { maxBytes: '5MB' } }), {
    method: 'PUT',
    bucket: 'reports',
    key: '2026/q3.pdf',
    expiresIn: 3600,
    limits: { maxBytes: '5MB' },
  });
});
