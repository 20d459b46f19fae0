import { percentDecode } from '../wire/encode.ts';
import { type Candidate, type Search, withTarget } from './near-miss-candidate.ts';

/** Rows of SIG-95 about encodings and about parameters that came in or went away. */

const trackers = /^(?:utm_.*|fbclid|gclid|msclkid|mc_.*|_ga|igshid|ref)$/;
/** Parameters that carry a signature: without one of them there is nothing to verify. */
const signatureParameters = /^(?:X-Amz-.*|AWSAccessKeyId|Signature|Expires)$/;

/** Operations whose name the JavaScript SDK puts into `x-id`, by method (recorded from its model, client-s3 3.1173.0). */
const operationsByMethod: { readonly [method: string]: readonly string[] } = {
  GET: ['GetObject', 'ListParts', 'ListBuckets'],
  PUT: ['PutObject', 'UploadPart', 'CopyObject', 'UploadPartCopy'],
  DELETE: ['DeleteObject', 'AbortMultipartUpload'],
};

/** `plus-for-space` and `double-encoded`, which come before the rows about headers; the others after them. */
export const queryCauses: {
  readonly beforeHeaders: (search: Search) => Iterable<Candidate>;
  readonly afterHeaders: (search: Search) => Iterable<Candidate>;
} = { beforeHeaders: encodingCauses, afterHeaders: parameterCauses };

function* encodingCauses({ refused: { context } }: Search): Iterable<Candidate> {
  if (context === undefined) return;
  const { rawPath, rawQuery } = context.target;
  const plus = { id: 'plus-for-space', reason: 'PlusForSpace' } as const;
  for (const [from, to] of [
    ['+', '%20'],
    ['%20', '+'],
    ['%20', '%2B'],
    ['+', '%2B'],
  ] as const) {
    if (!rawPath.includes(from)) continue;
    const raw = withTarget(context, { rawPath: rawPath.replaceAll(from, to) });
    yield { raw, cause: { ...plus, values: { place: 'path' } } };
  }
  if (rawQuery.includes('+')) {
    const raw = withTarget(context, { rawQuery: rawQuery.replaceAll('+', '%2B') });
    yield { raw, cause: { ...plus, values: { place: 'query' } } };
  }
  const double = { id: 'double-encoded', reason: 'DoubleEncoded', values: {} } as const;
  if (rawPath.includes('%25')) {
    yield { raw: withTarget(context, { rawPath: rawPath.replaceAll('%25', '%') }), cause: double };
  }
  if (rawQuery.includes('%25')) {
    yield { raw: withTarget(context, { rawQuery: rawQuery.replaceAll('%25', '%') }), cause: double };
  }
}

function* parameterCauses({ raw, refused: { context } }: Search): Iterable<Candidate> {
  if (context === undefined) return;
  const pieces = context.target.rawQuery.split('&').map((text) => ({ text, name: nameOf(text) }));
  const without = (removed: readonly string[], rest: readonly { readonly text: string }[]): Candidate => {
    const names = [...removed].sort().join(', ');
    return {
      raw: withTarget(context, { rawQuery: rest.map(({ text }) => text).join('&') }),
      cause: { id: 'query-added', reason: 'QueryAdded', detail: names, values: { name: names } },
    };
  };
  const tracked = pieces.filter(({ name }) => trackers.test(name));
  if (tracked.length > 0) {
    const rest = pieces.filter((piece) => !tracked.includes(piece));
    yield without([...new Set(tracked.map(({ name }) => name))], rest);
  }
  for (const piece of pieces) {
    if (signatureParameters.test(piece.name) || piece.text === '') continue;
    if (tracked.length === 1 && tracked[0] === piece) continue;
    yield without(
      [piece.name],
      pieces.filter((other) => other !== piece),
    );
  }
  if (pieces.some(({ name }) => name === 'x-id')) return;
  for (const operation of operationsByMethod[raw.method] ?? []) {
    yield {
      raw: withTarget(context, { rawQuery: `${context.target.rawQuery}&x-id=${operation}` }),
      cause: { id: 'query-removed', reason: 'QueryRemoved', detail: 'x-id', values: { name: 'x-id' } },
    };
  }
}

function nameOf(text: string): string {
  const equals = text.indexOf('=');
  return percentDecode((equals === -1 ? text : text.slice(0, equals)).replaceAll('+', ' ')) ?? '';
}
