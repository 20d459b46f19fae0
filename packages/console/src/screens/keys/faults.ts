import { ApiError } from '../../data/api-error.ts';
import type { Faults } from './rules-form.tsx';

/** What the server said of single fields: `governance.caps.uses` and above it. */
export function faultsOf(error: Error | undefined): Faults {
  const problem = error instanceof ApiError ? error.problem : undefined;
  const found =
    problem?.errors ?? (problem?.field === undefined ? [] : [{ field: problem.field, detail: problem.detail ?? '' }]);
  return Object.fromEntries(
    found.flatMap(({ field, detail }) => {
      const parts = field.split('.');
      // A fault of the third operation is one of the field that lists them.
      return parts.map((_, at) => [parts.slice(0, at + 1).join('.'), detail] as const);
    }),
  );
}
