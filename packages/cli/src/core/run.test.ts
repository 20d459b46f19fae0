import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickFields } from '../terminal/output.ts';
import { createTestWorld } from '../test-support/world.ts';
import { clockCheck } from '../upkeep/doctor-checks.ts';
import { runCommandLine } from './run.ts';

const url =
  'http://127.0.0.1:9000/reports/q3.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=TGAKEXAMPLEEXAMPLE01%2F20261124%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261124T101400Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=9c1f000000000000000000000000000000000000000000000000000000000000';

test('on a terminal the answer has colours and relative times; JSON is indented there and one line in a pipe', async () => {
  const terminal = createTestWorld({ terminal: { columns: 80 } });
  assert.equal(await runCommandLine(['inspect', url], terminal), 0);
  const quiet = '\u001b[2mends      \u001b[22m  2026-11-24 10:29:00 UTC (in 14 min)';
  assert.ok(terminal.written().stdout.includes(quiet), terminal.written().stdout);
  const indented = createTestWorld({ terminal: { columns: 80 } });
  await runCommandLine(['inspect', url, '--json=bucket'], indented);
  assert.equal(indented.written().stdout, '{\n  "bucket": "reports"\n}\n');
  const piped = createTestWorld();
  await runCommandLine(['inspect', url, '--json=bucket'], piped);
  assert.equal(piped.written().stdout, '{"bucket":"reports"}\n');
});

test('SEC-805 a signature in an error message is redacted when it is printed', async () => {
  const world = createTestWorld();
  assert.equal(await runCommandLine(['cp', './x', url], world), 2);
  const slipped = createTestWorld();
  assert.equal(await runCommandLine(['ls', '--endpoint', url], slipped), 2);
  for (const { stderr } of [world.written(), slipped.written()]) assert.doesNotMatch(stderr, /9c1f0000/);
});

test('a failure as JSON is one line with all members', async () => {
  const world = createTestWorld();
  assert.equal(await runCommandLine(['presign', 'reports/q3.pdf', '--json', '--expires', 'soon'], world), 2);
  const document: unknown = JSON.parse(world.written().stderr);
  assert.deepEqual(document, {
    error: {
      type: 'about:blank',
      title: '--expires "soon" is not a duration. Write 2h, 90m, 7d.',
      status: null,
      code: null,
      reason: null,
      detail: null,
      hint: null,
      exit: 2,
      requestId: null,
    },
  });
});

test('fields are picked of a document, of each item of a list, and an unknown one is refused', () => {
  assert.deepEqual(pickFields({ a: 1, b: 2 }, ['b']), { b: 2 });
  assert.deepEqual(pickFields({ items: [{ a: 1, b: 2 }], next: null }, ['a']), [{ a: 1 }]);
  assert.deepEqual(pickFields([new Map([['a', 1]])], ['a']), [{ a: 1 }]);
  assert.throws(() => pickFields({ a: 1 }, ['z']), /unknown field "z"/);
});

const nowMs = Date.parse('2026-11-24T10:15:00Z');
for (const [date, outcome] of [
  ['Tue, 24 Nov 2026 10:15:00 GMT', 'holds'],
  ['Tue, 24 Nov 2026 10:14:30 GMT', 'holds'],
  ['Tue, 24 Nov 2026 10:10:00 GMT', 'warning'],
  ['Tue, 24 Nov 2026 09:00:00 GMT', 'fault'],
  ['Tue, 24 Nov 2026 11:15:00 GMT', 'fault'],
  [undefined, 'warning'],
] as const) {
  test(`a store whose Date is ${date ?? 'missing'} at 10:15:00 is: ${outcome}`, () => {
    assert.equal(clockCheck(date, nowMs).outcome, outcome);
  });
}
