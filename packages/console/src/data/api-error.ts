import type { Problem } from '@tidegate/presign/admin';

/** The server refused, or could not be reached. Its message is for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** 0: no answer came. */
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(problem === undefined ? unanswered(status) : (problem.detail ?? problem.title));
    this.status = status;
    this.problem = problem;
  }
}

function unanswered(status: number): string {
  return status === 0 ? 'The server cannot be reached.' : `The server answered ${status}.`;
}
