import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from './repository.ts';
import { checkRules, readRuleSources } from './rules.ts';

type Row = { readonly advisory: string; readonly here: string; readonly shownBy: string };

function readRows(): readonly Row[] {
  return readText('docs/security/advisories.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| advisory'))
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([advisory = '', , here = '', shownBy = '']) => ({ advisory, here, shownBy }));
}

const rulePattern = /\b[A-Z]{2,5}-\d+[a-z]?\b/g;

test('SEC-1009 every advisory that we list names a rule that a test shows, or why we have no such feature', () => {
  const { rows: rules } = checkRules(readRuleSources());
  const shown = new Set(rules.filter(({ tests }) => tests.length > 0).map(({ id }) => id));
  const rows = readRows();
  assert.ok(rows.length >= 95, `${rows.length} rows`);
  for (const { advisory, here, shownBy } of rows) {
    assert.match(here, /^(?:fails|fixed|no surface)$/, advisory);
    const cited = shownBy.match(rulePattern) ?? [];
    assert.ok(cited.length > 0 || (here === 'no surface' && shownBy.length > 20), `${advisory}: shown by nothing`);
    assert.deepEqual(
      cited.filter((id) => !shown.has(id)),
      [],
      `${advisory} cites rules that no test shows`,
    );
  }
});

test('SEC-1009 no advisory is listed twice, and those of the projects we know are there', () => {
  const ids = readRows().flatMap(({ advisory }) => advisory.match(/CVE-\d{4}-\d+|GHSA(?:-[a-z0-9]{4}){3}/g) ?? []);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  );
  for (const id of ['CVE-2026-54917', 'CVE-2026-55873', 'CVE-2026-55874', 'CVE-2026-72920', 'CVE-2026-54330'])
    assert.ok(ids.includes(id), id);
});
