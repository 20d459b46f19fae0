import { fileURLToPath } from 'node:url';
import { listFiles, readText } from './repository.ts';
import { lineAt, readSource } from './source-text.ts';

/** A rule where `spec/` states it. */
export type Rule = { readonly id: string; readonly file: string; readonly line: number };

/** A test whose name carries a rule. */
export type Citation = { readonly id: string; readonly file: string; readonly line: number; readonly name: string };

/** Everything the check looks at: texts by path. `exceptions` is rule → why no test shows it. */
export type RuleSources = {
  readonly specs: ReadonlyMap<string, string>;
  readonly tests: ReadonlyMap<string, string>;
  /** Sources whose comments cite rules; a cited rule must exist. */
  readonly sources: ReadonlyMap<string, string>;
  readonly exceptions: Readonly<Record<string, string>>;
};

/** One rule with the tests that show it. */
export type RuleRow = Rule & { readonly tests: readonly Citation[]; readonly exception?: string };

/** `faults` is empty when every rule that must be shown is, and everything cited exists. */
export type RuleReport = { readonly rows: readonly RuleRow[]; readonly faults: readonly string[] };

/** Rules of these kinds are a bar that grows test by test: they are counted, not demanded. */
const countedKinds: ReadonlySet<string> = new Set(['SEC', 'REL']);
/** Kinds that are rules even while no file of `spec/` defines one, so that a citation of them is never taken for plain text. */
const knownKinds = ['SIG', 'LNK', 'WIRE', 'STO', 'LDG', 'SEC', 'REL'];

// A rule begins a list item, a table row, a heading or a paragraph in bold.
const ruleStart =
  /^[ \t]*(?:[-*] +(?:\*\*)?|\| *(?:\*\*)?|#{2,6} +|\*\*)([A-Z]{2,5}-\d+[a-z]?)(?:\*\*)?(?=[\s|:.,*])/gm;
const idPattern = /\b([A-Z]{2,5})-(\d+[a-z]?)(?![\w-])/g;
const beginsWithRule = /^[A-Z]{2,5}-\d+[a-z]?(?:[ ,:]|$)/;
const namedByValue = /\b(?:test|it)\s*\(\s*[A-Za-z_$]/;
const testCall = /\b(?:test|it|describe|suite)(?:\.\w+)?\s*\(\s*(?=['"`])/g;

/** Finds every rule that a text of `spec/` defines, in order. */
export function listRules(file: string, text: string): Rule[] {
  return [...text.matchAll(ruleStart)].map((match) => ({
    id: match[1] ?? '',
    file,
    line: lineAt(text, match.index + match[0].length - 1),
  }));
}

/**
 * Finds the rules cited by the names of tests. Where a name is a value (`test(rule.name, …)`) or begins with a placeholder
 * (`${rule} …`), the rule is in the file's table of cases, where every string that begins with a rule counts. A contract
 * suite as a whole is such a table.
 */
export function listCitations(file: string, text: string): Citation[] {
  const { code, strings } = readSource(text);
  const byStart = new Map(strings.map((string) => [string.start, string]));
  const titles = [...code.matchAll(testCall)].flatMap((match) => byStart.get(match.index + match[0].length) ?? []);
  const isTableDriven = isSuite(file) || namedByValue.test(code) || titles.some((title) => title.text.startsWith('${'));
  const fromTable = isTableDriven ? strings.filter((string) => beginsWithRule.test(string.text)) : [];
  const named = new Set([...titles, ...fromTable]);
  return [...named].flatMap((title) =>
    idsIn(title.text).map((id) => ({ id, file, line: title.line, name: title.text })),
  );
}

function isSuite(file: string): boolean {
  return /\/stores\/contract\/[\w-]+\/[\w-]+\.ts$/.test(file) && !file.endsWith('.test.ts');
}

/** Matches rules and tests both ways. */
export function checkRules({ specs, tests, sources, exceptions }: RuleSources): RuleReport {
  const rules = [...specs].flatMap(([file, text]) => listRules(file, text));
  const kinds = new Set([...knownKinds, ...rules.map(({ id }) => kindOf(id))]);
  const citations = [...tests]
    .flatMap(([file, text]) => listCitations(file, text))
    .filter(({ id }) => kinds.has(kindOf(id)));
  const byId = Map.groupBy(citations, ({ id }) => id);
  const rows = rules.map((rule) => {
    const exception = exceptions[rule.id];
    return { ...rule, tests: byId.get(rule.id) ?? [], ...(exception === undefined ? {} : { exception }) };
  });
  // SIG-42 is there when SIG-42a is: a comment may name the group.
  const defined = new Set(rules.flatMap(({ id }) => [id, id.replace(/[a-z]$/, '')]));
  const faults = [
    ...rows.flatMap((row) => faultOf(row)),
    ...rules
      .filter((rule, index) => rules.findIndex(({ id }) => id === rule.id) !== index)
      .map(({ id, file, line }) => `${file}:${line} defines ${id} again`),
    ...citations
      .filter(({ id }) => !defined.has(id))
      .map(({ id, file, line }) => `${file}:${line} cites ${id}, which no file of spec/ defines`),
    ...Object.keys(exceptions)
      .filter((id) => !defined.has(id))
      .map((id) => `the exception ${id} is no rule`),
    ...[...sources].flatMap(([file, text]) => strayCitations(file, text, defined, kinds)),
  ];
  return { rows, faults };
}

function faultOf(row: RuleRow): string[] {
  const isShown = row.tests.length > 0;
  if (row.exception !== undefined) {
    if (isShown) return [`the exception ${row.id} is no longer needed: ${row.tests[0]?.file} shows it`];
    return row.exception.length < 20 ? [`the exception ${row.id} gives no reason`] : [];
  }
  return isShown || countedKinds.has(kindOf(row.id)) ? [] : [`${row.file}:${row.line} ${row.id} is shown by no test`];
}

/** Comments that cite a rule which is not there: a slip, or a rule that was taken out. */
function strayCitations(
  file: string,
  text: string,
  defined: ReadonlySet<string>,
  kinds: ReadonlySet<string>,
): string[] {
  const { comments } = readSource(text);
  return [...comments.matchAll(idPattern)].flatMap((match) => {
    const [id, kind = ''] = match;
    if (!kinds.has(kind) || defined.has(id)) return [];
    return [`${file}:${lineAt(comments, match.index)} cites ${id}, which no file of spec/ defines`];
  });
}

function idsIn(text: string): string[] {
  return [...new Set([...text.matchAll(idPattern)].map(([id]) => id))];
}

function kindOf(id: string): string {
  return id.slice(0, id.indexOf('-'));
}

/** Reads specifications, tests, sources and exceptions of the repository. */
export function readRuleSources(): RuleSources {
  const files = listFiles();
  const take = (chosen: (path: string) => boolean) =>
    new Map(files.filter(chosen).map((path) => [path, readText(path)]));
  // The tests of the rules and of the runner hold planted citations.
  const isPlanted = (path: string) =>
    /^tools\/(?:rules|test-runner)\.test\.ts$|\/contract\/objects\/planted[\w.-]*\.ts$/.test(path);
  const isTest = (path: string) =>
    !isPlanted(path) && (/^(?:packages|test|tools)\/.*\.test\.ts$/.test(path) || isSuite(path));
  return {
    specs: take((path) => /^spec\/[^/]+\.md$/.test(path)),
    tests: take(isTest),
    sources: take((path) => /^packages\/.*\.ts$/.test(path) && !isTest(path)),
    exceptions: JSON.parse(readText('spec/rule-exceptions.json')),
  };
}

/** The counts of each kind, as `SIG 98/109`. */
function countKinds(rows: readonly RuleRow[]): string {
  const counts = [...Map.groupBy(rows, ({ id }) => kindOf(id))].map(([kind, ofKind]) => {
    const shown = ofKind.filter((row) => row.tests.length > 0).length;
    const excepted = ofKind.filter((row) => row.exception !== undefined).length;
    return `${kind} ${shown}/${ofKind.length}${excepted === 0 ? '' : ` (${excepted} with a reason)`}`;
  });
  return counts.join(' · ');
}

function printTable(rows: readonly RuleRow[]): void {
  const width = Math.max(...rows.map(({ id }) => id.length));
  for (const row of rows) {
    const shown = row.tests.map(({ file, line, name }) => `${file}:${line}: ${name}`);
    const lines = shown.length > 0 ? shown : [row.exception === undefined ? '–' : `– ${row.exception}`];
    for (const [index, line] of lines.entries()) {
      process.stdout.write(`${(index === 0 ? row.id : '').padEnd(width)}  ${line}\n`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rows, faults } = checkRules(readRuleSources());
  if (process.argv.includes('--json'))
    process.stdout.write(`${JSON.stringify({ rules: rows, faults }, undefined, 2)}\n`);
  else printTable(rows);
  process.stderr.write(`${countKinds(rows)}\n${faults.map((fault) => `✗ ${fault}\n`).join('')}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
