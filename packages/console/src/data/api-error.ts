import type { Problem } from '@tidegate/presign/admin';

/** The server refused a request, or could not be reached. The message is for the user. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** 0: there was no response. */
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(problem?.detail ?? problem?.title ?? (status === 0 ? whyUnreachable() : `The server returned ${status}.`));
    this.status = status;
    this.problem = problem;
  }
}

/** Why there was no response, as far as the browser knows. */
export function whyUnreachable(): string {
  return navigator.onLine === false ? 'You are offline.' : "The server can't be reached.";
}
