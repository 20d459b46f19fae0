import type { AdminEndpoint } from './endpoint.ts';
import { adminEndpoints } from './index.ts';
import { AdminProblem } from './json/problem.ts';

const base = '/_/api/v1';

/** An endpoint, and what stands at the places that its path leaves open. */
export type MatchedEndpoint = { readonly endpoint: AdminEndpoint; readonly id: string; readonly name: string };

/**
 * The endpoint of a request, from its method and raw path.
 * @throws AdminProblem 404, 405
 */
export function matchEndpoint(method: string, path: string): MatchedEndpoint {
  const segments = path.startsWith(`${base}/`) ? path.slice(base.length).split('/') : [];
  const fitting = adminEndpoints.filter((endpoint) => fits(endpoint.path.split('/'), segments));
  const endpoint = fitting.find((candidate) => candidate.method === method);
  if (endpoint !== undefined) {
    const places = endpoint.path.split('/');
    const at = (place: string): string => (places.includes(place) ? (segments[places.indexOf(place)] ?? '') : '');
    return { endpoint, id: at('{id}'), name: at('{name}') };
  }
  if (fitting.length === 0) {
    throw new AdminProblem({ status: 404, code: 'NotFound', title: 'No such endpoint' });
  }
  throw new AdminProblem({
    status: 405,
    code: 'MethodNotAllowed',
    title: 'Not with this method',
    headers: { allow: fitting.map((candidate) => candidate.method).join(', ') },
  });
}

// Ids are access key ids: letters and digits need no decoding, and anything else is no id.
const idForm = /^[A-Za-z0-9_-]{1,128}$/;
// Names are labels (LNK-10), whose characters need no decoding either.
const nameForm = /^[\w.~-]{1,64}$/;

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => {
      const segment = segments[at] ?? '';
      if (part === '{id}') return idForm.test(segment);
      return part === '{name}' ? nameForm.test(segment) : part === segment;
    })
  );
}
