import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from './repository.ts';

/** Every page: file name → how its text is made. */
export type Pages = Readonly<Record<string, () => string | Promise<string>>>;

/**
 * Compares a folder with what the pages say now, and gives the names that differ: changed, missing, or no longer made.
 * In `write` mode the folder is brought in line; `check` leaves it alone.
 */
export async function settleReference(folder: string, pages: Pages, mode: 'write' | 'check'): Promise<string[]> {
  const differing: string[] = [];
  if (mode === 'write') mkdirSync(folder, { recursive: true });
  for (const [name, make] of Object.entries(pages)) {
    const path = join(folder, name);
    const text = await make();
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    differing.push(name);
    if (mode === 'write') writeFileSync(path, text);
  }
  const present = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of present.filter((file) => pages[file] === undefined)) {
    differing.push(name);
    if (mode === 'write') rmSync(join(folder, name));
  }
  return differing;
}

/** The same for one file outside that folder. @returns whether it differed */
function settleFile(path: string, text: string, mode: 'write' | 'check'): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  if (mode === 'write') writeFileSync(path, text);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Loaded here, so that the comparison above can be tested without the declarations of every package.
  const { referencePages } = await import('./reference-pages.ts');
  const mode = process.argv.includes('--check') ? 'check' : 'write';
  const { adminTypesFile, writeAdminTypes } = await import('./admin-types.ts');
  const { manPageFile, writeManPage } = await import('./man-page.ts');
  const differing = await settleReference(join(repositoryRoot, 'docs/reference'), referencePages, mode);
  if (settleFile(join(repositoryRoot, adminTypesFile), writeAdminTypes(), mode)) differing.push(adminTypesFile);
  if (settleFile(join(repositoryRoot, manPageFile), await writeManPage(), mode)) differing.push(manPageFile);
  // After the pages: it says what is on them.
  const { readDocuments, writeLlmsText } = await import('./documents.ts');
  const llmsText = writeLlmsText(readDocuments(repositoryRoot), ({ path }) => path);
  if (settleFile(join(repositoryRoot, 'llms.txt'), llmsText, mode)) differing.push('llms.txt');
  const count = Object.keys(referencePages).length;
  if (mode === 'check' && differing.length > 0) {
    process.stderr.write(
      `What is generated differs from the declarations: ${differing.join(', ')}\nRun: npm run reference\n`,
    );
    process.exitCode = 1;
  } else {
    process.stdout.write(`${count} pages, ${mode === 'check' ? 'all true' : `${differing.length} written`}\n`);
  }
}
