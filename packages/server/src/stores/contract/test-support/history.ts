/** What one client asked of one key and was answer: a register whose values are names of bodies; undefined: no object. */
export type HistoryStep = {
  readonly key: string;
  readonly kind: 'put' | 'put-if-none' | 'put-if-match' | 'read' | 'delete';
  /** What a put writes. */
  readonly value?: string;
  /** What `put-if-match` names. */
  readonly expected?: string;
  /** `done`, `refused`, `missing`, or what a read saw; of a deletion whether anything was there. */
  readonly answer: string | undefined;
  /** Order of all beginnings and ends. */
  readonly began: number;
  readonly ended: number;
};

/**
 * Whether the steps of one key could have happened one after the other, each between its beginning and its end, with just these
 * answers (Wing and Gong, with a memory of what was tried). Steps: at most some hundred, a few at once.
 */
export function isLinearizable(steps: readonly HistoryStep[]): boolean {
  const ordered = [...steps].sort((left, right) => left.began - right.began);
  const tried = new Set<string>();
  const search = (done: ReadonlySet<number>, state: string | undefined): boolean => {
    if (done.size === ordered.length) return true;
    const name = `${[...done].sort((left, right) => left - right).join(',')}|${state ?? ''}`;
    if (tried.has(name)) return false;
    tried.add(name);
    const firstEnd = Math.min(...ordered.filter((_, at) => !done.has(at)).map(({ ended }) => ended));
    return ordered.some((step, at) => {
      if (done.has(at) || step.began > firstEnd) return false;
      const next = after(step, state);
      return next !== 'impossible' && search(new Set([...done, at]), next.state);
    });
  };
  return search(new Set(), undefined);
}

/** The state behind a step, where its answer fits the state before. */
function after(step: HistoryStep, state: string | undefined): { readonly state: string | undefined } | 'impossible' {
  const { kind, answer, value, expected } = step;
  const fits = (is: boolean, next: string | undefined) => (is ? { state: next } : 'impossible');
  switch (kind) {
    case 'put':
      return fits(answer === 'done', value);
    case 'put-if-none':
      return answer === 'done' ? fits(state === undefined, value) : fits(state !== undefined, state);
    case 'put-if-match':
      if (answer === 'done') return fits(state === expected, value);
      if (answer === 'missing') return fits(state === undefined, state);
      return fits(state !== undefined && state !== expected, state);
    case 'read':
      return fits(answer === state, state);
    case 'delete':
      return answer === 'done' ? fits(state !== undefined, undefined) : fits(state === undefined, state);
  }
}
