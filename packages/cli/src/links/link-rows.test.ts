import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Link } from '@tidegate/presign/admin';
import { alignedLines } from '../terminal/table.ts';
import { linkColumns, linkLines, linkRow } from './link-rows.ts';

const nowMs = Date.parse('2026-11-24T10:48:00.000Z');
const at = (minutes: number): string => new Date(nowMs + minutes * 60_000).toISOString();

const link: Link = {
  id: 'lk_5kq2xw7hzr3nmb4c',
  kind: 'link',
  label: null,
  note: null,
  operation: 'GetObject',
  method: 'GET',
  bucket: 'reports',
  key: 'q3.pdf',
  isPrefix: false,
  versionId: null,
  signer: { accessKeyId: 'TGAK5QXW7HZR3NMB4C2A', note: 'billing', temporary: false },
  signature: 'sigv4',
  host: 'files.example.com',
  limits: { uses: 3, id: '~8Fh2kQ0mZt4WxR7' },
  limitsFromKey: {},
  tightened: {},
  state: 'spent',
  stateSince: at(-60),
  signedAt: at(-120),
  expiresAt: at(41),
  firstSeen: at(-90),
  firstUsed: at(-90),
  lastSeen: at(-60),
  lastUsed: at(-60),
  registered: false,
  password: false,
  uses: { count: 3, limit: 3, left: 0, open: 0 },
  bytes: { out: 13_212_057, in: 0, limit: null },
  clients: 2,
  refusals: { total: 2, byReason: { LinkUsesSpent: 2 } },
  revocation: null,
};

const links: readonly Link[] = [
  {
    ...link,
    id: 'sh_m3x7kq2hw5ytz4nc',
    kind: 'share',
    state: 'active',
    uses: { ...link.uses, count: 2, limit: 5 },
    lastSeen: at(-4),
    lastUsed: at(-4),
    expiresAt: at(30 * 1440),
  },
  link,
  {
    ...link,
    id: 'lk_q7m4tz2yfw3kd6pn',
    method: 'PUT',
    key: 'in.csv',
    state: 'active',
    uses: { ...link.uses, count: 0, limit: null },
    lastSeen: null,
    lastUsed: null,
    expiresAt: at(12),
  },
  {
    ...link,
    id: 'lk_d2ny6w4rkz7hx3qb',
    bucket: 'handover',
    key: 'anna.zip',
    state: 'revoked',
    uses: { ...link.uses, count: 0, limit: 1 },
    lastSeen: null,
    lastUsed: null,
    expiresAt: at(6 * 1440),
    label: 'handover-anna',
  },
  {
    ...link,
    id: 'rq_w5k3zt7mq2xh4yrn',
    kind: 'request',
    bucket: 'inbox',
    key: 'acme/',
    state: 'active',
    uses: { ...link.uses, count: 14, limit: null },
    lastSeen: at(-1500),
    lastUsed: at(-1500),
    expiresAt: null,
    note: 'Acme tender',
  },
];

test('share list is a table that keeps the names of links whole, whatever the width', () => {
  const rows = links.map((one) => linkRow(one, nowMs));
  assert.deepEqual(alignedLines(linkColumns, rows, 120), [
    'LINK                 WHAT                   STATE    USES  LAST USED  EXPIRES    LABEL',
    'sh_m3x7kq2hw5ytz4nc  GET reports/q3.pdf     active   2/5   4 min ago  in 30 d    –',
    'lk_5kq2xw7hzr3nmb4c  GET reports/q3.pdf     spent    3/3   1 h ago    in 41 min  –',
    'lk_q7m4tz2yfw3kd6pn  PUT reports/in.csv     active   0     never      in 12 min  –',
    'lk_d2ny6w4rkz7hx3qb  GET handover/anna.zip  revoked  0/1   never      in 6 d     handover-anna',
    'rq_w5k3zt7mq2xh4yrn  REQUEST inbox/acme/    active   14    1 d ago    never      Acme tender',
  ]);
  const long = links.map((one) => ({
    ...one,
    key: `2026/q3/${one.key}`,
    label: 'a label that somebody made very long',
  }));
  for (const [index, line] of alignedLines(
    linkColumns,
    long.map((one) => linkRow(one, nowMs)),
    110,
  )
    .slice(1)
    .entries()) {
    assert.ok(line.includes(`${long[index]?.bucket}/${long[index]?.key}`), line);
    assert.match(line, / a label t\S*.*…$/);
  }
  for (const width of [60, 80]) {
    for (const [index, line] of alignedLines(linkColumns, rows, width).slice(1).entries()) {
      assert.ok(line.startsWith(`${links[index]?.id}  `), line);
    }
  }
});

test('share show says what a link is, and shows no label that a library made up', () => {
  assert.deepEqual(
    linkLines(link, nowMs).map((line) => line.replace(/\d\d:\d\d/, 'hh:mm')),
    [
      'lk_5kq2xw7hzr3nmb4c · GET reports/q3.pdf · spent',
      '  signed by  TGAK5QXW7HZR3NMB4C2A (billing)',
      '  signed     hh:mm (2 h ago)',
      '  expires    hh:mm (in 41 min)',
      '  limits     3 downloads',
      '  uses       3 of 3',
      '  bytes      12.6 MiB out, 0 B in',
      '  clients    2',
      '  last used  hh:mm (1 h ago)',
      '  refused    2 (LinkUsesSpent 2)',
    ],
  );
});
