import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Link, LinkEvent } from '@tidegate/presign/admin';
import { SseReader } from '../s3/sse-reader.ts';
import { eventLine } from './watch-lines.ts';

const at = new Date(2026, 10, 24, 10, 44, 2);
const event: LinkEvent = {
  id: '01JDK8Q4V7M2T6ZC3X9W5RHB0N',
  type: 'link.used',
  time: at.toISOString(),
  link: 'lk_5kq2xw7hzr3nmb4c',
  client: { address: '203.0.113.24', userAgent: 'curl/8.14.1' },
  method: 'GET',
  status: 200,
  bytes: 4_404_019,
  ms: 312,
  reason: null,
  requestId: 'r',
  count: 1,
  data: null,
};
const link: Pick<Link, 'kind' | 'method' | 'bucket' | 'key' | 'uses'> = {
  kind: 'link',
  method: 'GET',
  bucket: 'reports',
  key: 'q3.pdf',
  uses: { count: 3, limit: 3, left: 0, open: 0 },
};

const silent = { client: { address: '', userAgent: '' }, method: '', bytes: 0, ms: 0 };

for (const [changes, line] of [
  [{}, '10:44:02  ▸ used      lk_5kq2xw7hzr3nmb4c  GET reports/q3.pdf  203.0.113.24  curl/8.14  4.2 MiB in 0.3 s  3/3'],
  [{ ...silent, type: 'link.spent' }, '10:44:02  ■ used up   lk_5kq2xw7hzr3nmb4c'],
  [
    { type: 'link.refused', reason: 'LinkUsesSpent', count: 4 },
    '10:44:02  ✗ refused   lk_5kq2xw7hzr3nmb4c  203.0.113.24  LinkUsesSpent  4 times',
  ],
  [
    { ...silent, type: 'link.revoked', reason: 'wrong Anna', client: { address: '', userAgent: 'TGAK5' } },
    '10:44:02  ⊘ revoked   lk_5kq2xw7hzr3nmb4c  by TGAK5 "wrong Anna"',
  ],
] as const) {
  test(`a line of share watch: ${line.slice(10, 20)}`, () => {
    assert.equal(eventLine({ ...event, ...changes }, link, at.getTime()), line);
  });
}

test('messages of an event stream are put together whatever pieces they come in', () => {
  const text = ': hello\r\n\r\nid: 1\r\ndata: {"a":\r\ndata: 1}\r\n\r\nevent: reset\ndata\n\nid: 2\ndata: x\n\n';
  for (let size = 1; size < text.length; size += 1) {
    const reader = new SseReader();
    const messages = [];
    for (let from = 0; from < text.length; from += size) messages.push(...reader.take(text.slice(from, from + size)));
    assert.deepEqual(messages, [
      { id: '1', event: 'message', data: '{"a":\n1}' },
      { id: '1', event: 'reset', data: '' },
      { id: '2', event: 'message', data: 'x' },
    ]);
  }
});
