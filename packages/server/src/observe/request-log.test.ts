import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Handled } from '../http/listener.ts';
import { createLog } from './log.ts';
import type { Counted } from './metrics.ts';
import { requestReporter } from './request-log.ts';

function openReport() {
  let written = '';
  const log = createLog({
    level: 'info',
    format: 'json',
    write: (text) => {
      written += text;
    },
    nowMs: () => 0,
    after: () => () => undefined,
  });
  const counted: Counted[] = [];
  const metrics = { count: (request: Counted) => counted.push(request) };
  const lines = (): string[] => {
    log.flush();
    return written.split('\n').filter((line) => line !== '');
  };
  return { report: requestReporter(log, metrics, true), lines, counted };
}

function handled(status: number, endedMs: number, target = '/b/k', link?: string): Handled {
  return {
    wire: {
      requestId: 'id',
      method: 'GET',
      target,
      rawHeaders: [],
      body: Readable.from([]),
      client: { address: '127.0.0.1', secure: false },
      forwardedHost: undefined,
      signal: new AbortController().signal,
      expectBody: () => undefined,
      inform: () => undefined,
      breakAnswer: () => undefined,
      whenTaken: () => undefined,
      breakBody: () => undefined,
    },
    answer: { status, headers: [], body: undefined, note: link === undefined ? {} : { link } },
    sent: { bytes: 0, outcome: 'whole' },
    bytesIn: 0,
    startedMs: endedMs,
    answeredMs: endedMs,
    endedMs,
  };
}

test('SEC-910 of a flood of refusals a bounded number is logged each second, the rest by its count; all are counted', () => {
  const { report, lines, counted } = openReport();
  for (let n = 0; n < 10_000; n += 1) report(handled(403, n / 100));
  report(handled(200, 100));
  assert.equal(lines().length, 201);
  report(handled(403, 1500));
  assert.match(lines()[201] ?? '', /"level":"warn".*"count":9800/);
  assert.equal(lines().length, 203);
  assert.equal(counted.length, 10_002);
});

const signature = '0123456789abcdef'.repeat(4);

for (const [what, query] of [
  ['as every signer writes it', `X-Amz-Date=1&X-Amz-Signature=${signature}`],
  ['with a parameter behind it', `X-Amz-Signature=${signature}&x=1`],
  ['beside a session token', `X-Amz-Security-Token=canary&X-Amz-Signature=${signature}`],
  ['under an escaped name', `X%2DAmz%2DSignature=${signature}`],
  ['as Signature Version 2', `AWSAccessKeyId=x&Expires=1&Signature=canary%3D`],
] as const) {
  test(`SEC-805 a signature ${what} is logged as the name of its link, whether it held or not`, () => {
    for (const link of [undefined, 'lk_abcdefghijklmnop']) {
      const { report, lines } = openReport();
      report(handled(200, 0, `/b/k?${query}`, link));
      const [line = ''] = lines();
      assert.ok(!line.includes(signature) && !line.includes('canary'), line);
      assert.match(line, /"query":"[^"]*lk_/);
    }
  });
}

test('SEC-805 what the fast way of a verified link leaves is what redacting leaves but for the signature', () => {
  for (const [query, leak] of [
    [`X-Amz-Signature=${signature}&next=https%3A%2F%2Fh%2Fk%3FX-Amz-Signature%3D${signature}`, signature],
    [`next=%2Fs%2F4Zk9QmT2xVb7LrW1cHs8Yp&X-Amz-Signature=${signature}`, '4Zk9QmT2xVb7LrW1cHs8Yp'],
    [`x=password%3Dcorrect-horse&X-Amz-Signature=${signature}`, 'correct-horse'],
    [`x=tidegate-share=zyxwvutsrqponmlk&X-Amz-Signature=${signature}`, 'zyxwvutsrqponmlk'],
  ] as const) {
    const { report, lines } = openReport();
    report(handled(200, 0, `/b/k?${query}`, 'lk_abcdefghijklmnop'));
    assert.ok(!lines().join('').includes(leak), lines().join(''));
  }
});
