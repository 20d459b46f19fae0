import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRules, listCitations, listRules, type RuleSources, readRuleSources } from './rules.ts';

const spec = `# Rules
- **SIG-1** A target is raw. See SIG-2 for more.
- **SIG-2** Another; SIG-1 wins.

| # | when |
|---|---|
| **SIG-40a** | something |
| SEC-101 | an attack |

### STO-3 A heading
Text that mentions UTF-8 and SIG-1 in passing.
`;

function sourcesWith(tests: string, exceptions: Record<string, string> = {}, source = ''): RuleSources {
  return {
    specs: new Map([['spec/a.md', spec]]),
    tests: new Map([['packages/x/src/a.test.ts', tests]]),
    sources: new Map([['packages/x/src/a.ts', source]]),
    exceptions,
  };
}

const allShown = "test('SIG-1 SIG-2 both', run); test('SIG-40a, STO-3: the others', run);";

test('every rule of spec/ is cited by a test or has a reason, and everything cited exists', () => {
  const { rows, faults } = checkRules(readRuleSources());
  assert.ok(rows.filter(({ id }) => id.startsWith('SIG-')).length >= 100, 'the signature rules were not found');
  assert.deepEqual(faults, []);
});

test('rules are found in lists, tables and headings, and nowhere else', () => {
  assert.deepEqual(
    listRules('spec/a.md', spec).map(({ id, line }) => `${id}:${line}`),
    ['SIG-1:2', 'SIG-2:3', 'SIG-40a:7', 'SEC-101:8', 'STO-3:10'],
  );
});

const forms: readonly (readonly [source: string, ids: readonly string[]])[] = [
  ["test('SIG-14 the path is encoded', run);", ['SIG-14']],
  ['test(`SIG-14 SIG-15 ${name} is encoded`, run);', ['SIG-14', 'SIG-15']],
  ["describe('STO-20 a put', () => { it('is durable', run); });", ['STO-20']],
  ["test.only('SIG-40a is refused', run);", ['SIG-40a']],
  ["for (const [rule, text] of [['SIG-7', 'a'], ['SIG-8', 'b']]) test(`${rule} ${text}`, run);", ['SIG-7', 'SIG-8']],
  ["for (const rule of [{ name: 'STO-1 a bucket', run }]) test(rule.name, rule.run);", ['STO-1']],
  ["const table = ['SIG-7']; test('no rule here', run);", []],
  ["// test('SIG-7 in a comment', run);", []],
  ["test('the text of SIG-7, at its end', run);", ['SIG-7']],
];
for (const [source, ids] of forms) {
  test(`${JSON.stringify(source)} cites ${ids.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(
      listCitations('a.test.ts', source).map(({ id }) => id),
      ids,
    );
  });
}

test('a contract suite is a table of named rules', () => {
  const source = "export const rules = [{ name: 'STO-20 STO-21 a put is whole', run }]; const note = 'see STO-22';";
  const ids = listCitations('packages/server/src/stores/contract/objects/write-rules.ts', source).map(({ id }) => id);
  assert.deepEqual(ids, ['STO-20', 'STO-21']);
});

test('a group of rules may be cited in a comment', () => {
  assert.deepEqual(checkRules(sourcesWith(allShown, {}, '// SIG-40 in whole')).faults, []);
});

test('the security bar is counted, not demanded', () => {
  const { rows, faults } = checkRules(sourcesWith(allShown));
  assert.deepEqual(faults, []);
  assert.deepEqual(rows.find(({ id }) => id === 'SEC-101')?.tests, []);
  assert.equal(rows.find(({ id }) => id === 'STO-3')?.tests[0]?.name, 'SIG-40a, STO-3: the others');
});

const plants: readonly (readonly [title: string, sources: RuleSources, fault: RegExp])[] = [
  [
    'a rule without a test',
    sourcesWith("test('SIG-1 SIG-40a STO-3', run);"),
    /^spec\/a.md:3 SIG-2 is shown by no test$/,
  ],
  ['a citation of no rule', sourcesWith(`${allShown} test('SIG-99 x', run);`), /cites SIG-99, which no file/],
  ['a comment that cites no rule', sourcesWith(allShown, {}, '/** SIG-98, as UTF-8. */'), /a\.ts:1 cites SIG-98/],
  [
    'an exception that is no longer needed',
    sourcesWith(allShown, { 'SIG-1': 'shown by nothing that a test could see' }),
    /exception SIG-1 is no longer needed/,
  ],
  [
    'an exception of no rule',
    sourcesWith(allShown, { 'SIG-97': 'a rule that was taken out long ago' }),
    /exception SIG-97 is no rule/,
  ],
  [
    'an exception without a reason',
    sourcesWith("test('SIG-1 SIG-40a STO-3', run);", { 'SIG-2': 'later' }),
    /SIG-2 gives no reason/,
  ],
  [
    'a rule defined twice',
    { ...sourcesWith(allShown), specs: new Map([['spec/a.md', `${spec}- **SIG-1** again\n`]]) },
    /spec\/a.md:12 defines SIG-1 again/,
  ],
];
for (const [title, sources, fault] of plants) {
  test(`${title} is a fault`, () => {
    const { faults } = checkRules(sources);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', fault);
  });
}
