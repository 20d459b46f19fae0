import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { type Documents, documentTypes } from '../console/documents.ts';
import type { ConsoleFile } from '../console/files.ts';

/** Reads the documents with the first request for one: few servers are asked. undefined: they were not built. */
export function openDocuments(): () => Documents | undefined {
  let documents: Documents | undefined;
  return () => {
    documents ??= readDocuments();
    return documents;
  };
}

function readDocuments(): Documents | undefined {
  try {
    const folder = new URL('./dist/docs/', import.meta.resolve('@tidegate/console/package.json'));
    const names = new Set(readdirSync(folder));
    const read = (name: string) => (names.has(name) ? readFileSync(new URL(name, folder)) : undefined);
    const documents = new Map<string, ConsoleFile>();
    for (const name of names) {
      const type = documentTypes[extname(name).slice(1)];
      const plain = type === undefined ? undefined : read(name);
      if (type === undefined || plain === undefined) continue;
      const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
      documents.set(name, { type, plain, brotli: read(`${name}.br`), gzip: read(`${name}.gz`), etag });
    }
    return documents;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
