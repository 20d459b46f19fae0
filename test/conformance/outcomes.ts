/** Tests of the suite by name, `file::test`. */
export type Outcomes = { readonly passed: readonly string[]; readonly failed: readonly string[] };

/**
 * The tests of a list as pytest names them. Each name is on its own line, with or without a parameter in brackets.
 * @throws Error for a name that no file of the suite defines: then the checkout is another one
 */
export function selectTests(list: string, files: ReadonlyMap<string, string>): string[] {
  return list.split('\n').flatMap((line) => {
    const test = line.replace(/#.*/, '').trim();
    if (test === '') return [];
    const definition = `def ${test.replace(/\[.*/, '')}(`;
    for (const [file, text] of files) if (text.includes(definition)) return [`${file}::${test}`];
    throw new Error(`The suite has no test ${test}: is it the commit that the list names?`);
  });
}

/** Reads pytest's summary (`-rA`). A test that passed stays passed where cleaning up behind it failed; the rest of an ERROR fails. */
export function countOutcomes(summary: string): Outcomes {
  const passed = new Set<string>();
  const failed = new Set<string>();
  for (const [, word, path = ''] of summary.matchAll(/^(PASSED|FAILED|ERROR) (\S+)/gm)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    (word === 'PASSED' ? passed : failed).add(name);
  }
  return { passed: [...passed].sort(), failed: [...failed].filter((name) => !passed.has(name)).sort() };
}

/** Tests that need an account without buckets: they run first, and alone. */
const needsEmptyAccount: ReadonlySet<string> = new Set(['test_list_buckets_paginated']);

/** Splits a selection (`file::test`) into what must run first and alone, and the rest. */
export function splitSelection(tests: readonly string[]): { readonly first: string[]; readonly rest: string[] } {
  const isFirst = (test: string): boolean => needsEmptyAccount.has(test.slice(test.indexOf('::') + 2));
  return { first: tests.filter(isFirst), rest: tests.filter((test) => !isFirst(test)) };
}

/** What a run amounts to. */
export type Verdict = {
  /** Failures that nothing excuses. */
  readonly wrong: readonly string[];
  /** Tests that contradict S3 and failed, as they must. */
  readonly excused: readonly string[];
  /** Tests that are said to contradict S3 and passed. */
  readonly stale: readonly string[];
};

/** Judges outcomes by the list of contradictions, whose names are `file::test` too. */
export function judgeOutcomes({ passed, failed }: Outcomes, contradictions: readonly string[]): Verdict {
  const excusable = new Set(contradictions);
  return {
    wrong: failed.filter((name) => !excusable.has(name)),
    excused: failed.filter((name) => excusable.has(name)),
    stale: passed.filter((name) => excusable.has(name)),
  };
}
