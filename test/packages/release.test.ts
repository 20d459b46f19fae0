import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openFolder, root, run } from './packed.ts';

const packages = ['presign', 'protocol', 'upload', 'console', 'server', 'cli'];
const work = openFolder();

/** The commands that a workflow runs before `last`, which is left out. */
function workflowCommands(name: string, last: RegExp): string {
  const text = readFileSync(join(root, '.github/workflows', name), 'utf8');
  const end = text.search(last);
  const start = text.lastIndexOf('set -euo pipefail', end);
  assert.ok(end > start && start > 0, `${name} has no such step`);
  return text.slice(start, end).replaceAll(/^ +/gm, '');
}

before(() => {
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, name), join(work.path, name));
  for (const name of packages) {
    mkdirSync(join(work.path, 'packages', name), { recursive: true });
    cpSync(join(root, 'packages', name, 'package.json'), join(work.path, 'packages', name, 'package.json'));
  }
});
after(() => work.remove());

test('SEC-1004 the CycloneDX list of a release names every package that runs with it', async () => {
  writeFileSync(join(work.path, 'steps.sh'), workflowCommands('publish.yml', /^ *gh release upload/m));
  await run('bash', ['steps.sh'], work.path);
  const list: { bomFormat: string; components: { group?: string; name: string }[] } = JSON.parse(
    readFileSync(join(work.path, 'tidegate.cdx.json'), 'utf8'),
  );
  assert.equal(list.bomFormat, 'CycloneDX');
  const named = new Set(list.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`)));
  const expected: Record<string, string[]> = JSON.parse(
    readFileSync(join(root, 'tools/runtime-packages.json'), 'utf8'),
  );
  const running = new Set(Object.values(expected).flat());
  assert.deepEqual(
    [...running].filter((name) => !named.has(name)),
    [],
  );
  assert.deepEqual(
    [...named].filter((name) => !running.has(name) && !packages.includes(name.replace('@tidegate/', ''))),
    [],
    'what only development needs is not part of a release',
  );
});

test('SEC-1005 the registry knows no high advisory of what runs with a release, where it answers that question', async (t) => {
  const answer = await run(
    'bash',
    ['-c', 'npm audit --package-lock-only --audit-level=high --json 2>/dev/null || true'],
    work.path,
  );
  const report: { message?: string; metadata?: { vulnerabilities: Record<string, number> } } = JSON.parse(answer);
  if (report.metadata === undefined) {
    // A mirror need not answer: the hosted job asks npm itself. Any other failure is one.
    assert.match(report.message ?? '', /^40[45] /);
    t.diagnostic(`not answered here: ${report.message?.split(' - ', 1)[0]}`);
    return;
  }
  const { high = 0, critical = 0 } = report.metadata.vulnerabilities;
  assert.deepEqual({ high, critical }, { high: 0, critical: 0 });
});
