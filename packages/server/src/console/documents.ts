import { type ConsoleFile, type FileAnswer, fileAnswer } from './files.ts';

/** The files of `/_/docs/`, by their name there: `reasons.html`, `reasons.md`, `style-1a2b….css`. */
export type Documents = ReadonlyMap<string, ConsoleFile>;

/** Media types of what `/_/docs/` holds. */
export const documentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** Pages without a form, a picture or a word of anybody else: stricter than SEC-504 asks of the console. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** The file that a path under `/_/docs/` names; a page is named without `.html`. Nothing is looked up on the disk (SEC-512). */
export function findDocument(documents: Documents, name: string): ConsoleFile | undefined {
  return documents.get(name === '' ? 'index.html' : name) ?? documents.get(`${name}.html`);
}

/** A page, or a file that it needs: asked for again each time, since its name does not tell its version. */
export function documentAnswer(
  file: ConsoleFile,
  accepts: string | undefined,
  ifNoneMatch: string | undefined,
): FileAnswer {
  const answer = fileAnswer(file, accepts, ifNoneMatch);
  const headers = answer.headers.filter(([name]) => name !== 'Cache-Control');
  return { ...answer, headers: [...headers, ['Cache-Control', 'no-cache'], ['Content-Security-Policy', policy]] };
}
