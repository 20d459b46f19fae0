import { readXmlTree, textOf } from '../xml/tree.ts';
import type { PastedRequest } from './curl-command.ts';

/** What an XML error of a store tells: what it refused, and where it gives its canonical request, the request itself. */
export type PastedError = {
  readonly code: string;
  readonly message: string;
  readonly reason: string | undefined;
  readonly hint: string | undefined;
  readonly request: PastedRequest | undefined;
};

/** Reads a pasted XML error. @returns undefined for any other text */
export function readPastedError(text: string): PastedError | undefined {
  const start = text.indexOf('<');
  if (start === -1) return undefined;
  const root = readXmlTree(text.slice(start).trim());
  if (root?.name !== 'Error') return undefined;
  return {
    code: textOf(root, 'Code') ?? 'Error',
    message: textOf(root, 'Message') ?? '',
    reason: textOf(root, 'Reason'),
    hint: textOf(root, 'Hint'),
    request: requestOf(textOf(root, 'CanonicalRequest'), textOf(root, 'SignatureProvided')),
  };
}

/**
 * The request that a SigV4 canonical request stands for (SIG-10): method, path, query, headers. The scheme is not in it and is not
 * signed. Only presigned ones: a query without `X-Amz-Credential` was signed in its header.
 */
function requestOf(canonical: string | undefined, signature: string | undefined): PastedRequest | undefined {
  if (canonical === undefined || signature === undefined) return undefined;
  const [method = '', path = '', query = '', ...rest] = canonical.split(/\r?\n/);
  if (!query.includes('X-Amz-Credential=')) return undefined;
  const headers: (readonly [string, string])[] = [];
  for (const line of rest) {
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon > 0) headers.push([line.slice(0, colon), line.slice(colon + 1)]);
  }
  const host = headers.find(([name]) => name === 'host')?.[1];
  if (host === undefined) return undefined;
  return {
    url: `http://${host}${path}?${query}&X-Amz-Signature=${signature}`,
    method,
    headers: headers.filter(([name]) => name !== 'host'),
  };
}
