import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExplainBudget } from './explain-budget.ts';
import { createLog } from './log.ts';

test('SIG-95 searching for near misses takes at most its share of a minute, and goes on in the next', () => {
  let nowMs = 0;
  const budget = new ExplainBudget(
    () => 2,
    () => nowMs,
  );
  const search = (): string => {
    nowMs += 500;
    return 'found';
  };
  // 2 % of a minute is 1,200 ms: the third search begins before they are spent.
  assert.deepEqual([budget.run(search), budget.run(search), budget.run(search)], ['found', 'found', 'found']);
  assert.equal(budget.run(search), undefined);
  nowMs = 60_000;
  assert.equal(budget.run(search), 'found');
  assert.equal(
    new ExplainBudget(
      () => 0,
      () => nowMs,
    ).run(search),
    undefined,
  );
});

function openLog(format: 'text' | 'json') {
  let written = '';
  const log = createLog({
    level: 'info',
    format,
    write: (text) => {
      written += text;
    },
    nowMs: () => Date.UTC(2026, 10, 24, 8, 31, 2),
    after: () => () => undefined,
  });
  return {
    log,
    read: () => {
      log.flush();
      return written;
    },
  };
}

test('a line is one JSON object with its time, level and message', () => {
  const { log, read } = openLog('json');
  log.info('hello', { a: 1, b: undefined, c: null });
  log.debug('not written');
  assert.equal(read(), '{"level":"info","t":"2026-11-24T08:31:02.000Z","a":1,"c":null,"msg":"hello"}\n');
});

test('SEC-432 a field is cut at 1 KB, and what may act on a viewer is escaped', () => {
  const { log, read } = openLog('json');
  log.info('x', { long: 'y'.repeat(100_000), nasty: '\r\n\u001b[31m\u0085\u2028\u202e"' });
  const [line = '', ...rest] = read().split('\n');
  assert.deepEqual(rest, ['']);
  assert.ok(line.length < 1300);
  assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Cf}]/u);
});

test('on a terminal a line is text, and an error brings its stack', () => {
  const { log, read } = openLog('text');
  log.info('listening', { s3: 'http://127.0.0.1:9000', words: 'two words' });
  log.error('failed', {}, new Error('why'));
  const lines = read().split('\n');
  assert.equal(lines[0], '08:31:02  info   listening  s3=http://127.0.0.1:9000  words="two words"');
  assert.match(lines[1] ?? '', /^08:31:02 {2}error {2}failed {2}error=why$/);
  assert.match(lines[2] ?? '', /^Error: why$/);
});

test('SEC-805 message, fields, error, cause and stack of a line are without secrets, also where the text is cut', () => {
  const secret = '0123456789abcdef'.repeat(4);
  const token = '4Zk9QmT2xVb7LrW1cHs8Yp';
  const url = `https://h/b/k?X-Amz-Signature=${secret}`;
  for (const format of ['json', 'text'] as const) {
    const { log, read } = openLog(format);
    const error = new Error(`could not fetch ${url}`, { cause: new Error(`h/s/${token} is gone`) });
    log.error(`asked ${url}`, { path: `${'y'.repeat(1010)}/s/${token}`, whsec: `whsec_${secret}` }, error);
    log.warn('x', { url, console: `tidegate-console-9001=${secret}` });
    const text = read();
    for (const leak of [secret, token, token.slice(0, 11)]) assert.ok(!text.includes(leak), text);
  }
});
