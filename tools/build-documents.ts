import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { writeDocumentFiles } from './document-pages.ts';
import { repositoryRoot } from './repository.ts';

/** Writes the pages of `/_/docs/` beside the built console, each as it is and compressed: the server only chooses. */
const consoleFolder = join(repositoryRoot, 'packages/console');
const folder = join(consoleFolder, 'dist/docs');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of writeDocumentFiles(repositoryRoot, consoleFolder)) {
  const bytes = Buffer.from(text);
  writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes));
  writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}
