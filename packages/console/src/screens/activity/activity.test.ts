import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutEntry, eventWords } from './audit-words.ts';
import { groupRefusals } from './refusal-groups.ts';
import { logTime, spanStart, spans, stepWords } from './spans.ts';

test('refusals of links and those without one are put together by reason, signer and bucket, the most first', () => {
  const target = { bucket: 'reports', key: 'q3.pdf', isPrefix: false };
  const named = { reason: 'LinkUsesSpent', signer: 'K1', target, link: 'lk_1', count: 2 };
  const groups = groupRefusals(
    [
      { ...named, time: '2026-11-24T10:02:00.000Z' },
      { ...named, time: '2026-11-24T10:00:00.000Z', link: 'lk_2' },
      { ...named, time: '2026-11-24T10:01:00.000Z', reason: 'HostChanged', count: 1 },
    ],
    [
      { reason: 'HostChanged', accessKeyId: 'K1', bucket: 'reports', count: 9, last: '2026-11-24T10:05:00.000Z' },
      { reason: 'UnknownKey', accessKeyId: 'K9', bucket: '', count: 1, last: '2026-11-24T09:00:00.000Z' },
    ],
  );
  assert.deepEqual(
    groups.map(({ reason, count, first, last, link }) => [
      reason,
      count,
      first?.slice(11, 16),
      last.slice(11, 16),
      link,
    ]),
    [
      ['HostChanged', 10, undefined, '10:05', 'lk_1'],
      ['LinkUsesSpent', 4, '10:00', '10:02', 'lk_1'],
      ['UnknownKey', 1, undefined, '09:00', undefined],
    ],
  );
});

test('a span begins on a whole step and stays there while the step lasts', () => {
  const nowMs = Date.parse('2026-11-24T10:20:30Z');
  const hour = spans['1h'];
  assert.ok(hour !== undefined);
  assert.equal(spanStart(hour, nowMs), '2026-11-24T09:21:00.000Z');
  assert.equal(spanStart(hour, nowMs + 20_000), '2026-11-24T09:21:00.000Z');
  for (const span of Object.values(spans)) assert.ok(span.spanS / span.stepS <= 60 && span.spanS % span.stepS === 0);
});

test('steps and times of the log in words', () => {
  const nowMs = Date.parse('2026-11-24T10:20:30Z');
  assert.equal(stepWords(Date.parse('2026-11-24T09:00:00Z'), 3600, nowMs, 'utc'), '09:00 to 10:00');
  assert.equal(stepWords(Date.parse('2026-11-22T00:00:00Z'), 86_400, nowMs, 'utc'), '22 Nov');
  assert.equal(logTime(nowMs - 60_000, nowMs, 'utc'), '10:19:30');
  assert.equal(logTime(nowMs - 86_400_000, nowMs, 'utc'), '23 Nov, 10:20');
});

test('an entry of the audit log says what it is about as people know it, and leads there', () => {
  const notes = new Map([['TGAK5QXW7HZR3NMB4C2A', 'billing']]);
  const cases = [
    [{ by: 'K', key: 'TGAK5QXW7HZR3NMB4C2A' }, 'billing', '/keys/TGAK5QXW7HZR3NMB4C2A'],
    [
      { link: 'lk_5kq2aaaaaaaamb4c', bucket: 'media', key: 'a/b.mp4' },
      'media/a/b.mp4 · lk_5kq2…mb4c',
      '/links/lk_5kq2aaaaaaaamb4c',
    ],
    [{ link: 'rq_w5k3aaaaaaaa4yrn', bucket: 'inbox' }, 'inbox · rq_w5k3…4yrn', '/requests/rq_w5k3aaaaaaaa4yrn'],
    [{ revocation: 'rv_1', rule: '{"id":"lk_5kq2aaaaaaaamb4c"}' }, 'lk_5kq2…mb4c', '/links/lk_5kq2aaaaaaaamb4c'],
    [
      { revocation: 'rv_1', rule: '{"bucket":"reports","prefix":"2026/"}', reason: 'left' },
      'every link of reports/2026/ · reason left',
      undefined,
    ],
    [
      { revocation: 'rv_1', rule: '{"label":"inv-1","accessKeyId":"TGAK5QXW7HZR3NMB4C2A"}' },
      'label inv-1 of billing',
      undefined,
    ],
    [{ setting: 'ledger_days', value: '90' }, 'setting ledger_days · value 90', undefined],
    [
      { webhook: 'wh_1', host: 'hooks.example.com' },
      'webhook wh_1 · host hooks.example.com',
      '/settings/webhooks/wh_1',
    ],
  ] as const;
  for (const [fields, text, to] of cases) assert.deepEqual(aboutEntry(fields, notes), { text, to });
  assert.deepEqual(['key.created', 'session.code', 'link.revoked'].map(eventWords), [
    'Key created',
    'Sign-in link made',
    'Link revoked',
  ]);
});
