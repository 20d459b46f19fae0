import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, documentsPath, readDocuments, writeLlmsText } from './documents.ts';
import { escapeHtml } from './markdown.ts';

/** A file of `/_/docs/`: its name there → its text. */
export type DocumentFiles = ReadonlyMap<string, string>;

/**
 * Everything that a server serves at `/_/docs/`: the pages as HTML and as Markdown, what they look like, and `llms.txt`.
 * `consoleFolder` has the colors, the frame and the script in `src`.
 */
export function writeDocumentFiles(root: string, consoleFolder: string): DocumentFiles {
  const read = (path: string) => readFileSync(join(consoleFolder, path), 'utf8');
  const documents = readDocuments(root);
  const style = `${readColors(read('src/styles.css'))}\n${read('src/documents/documents.css')}`;
  const script = read('src/documents/documents.js');
  const styleName = `style-${shortHash(style)}.css`;
  const scriptName = `script-${shortHash(script)}.js`;
  const { version } = JSON.parse(read('package.json'));
  const frame = read('src/documents/frame.html')
    .replaceAll('%STYLE%', `${documentsPath}${styleName}`)
    .replaceAll('%SCRIPT%', `${documentsPath}${scriptName}`)
    .replaceAll('%MARK%', read('src/mark.svg').replace(/stroke="#\w+"/, 'stroke="currentColor" aria-hidden="true"'))
    .replaceAll('%VERSION%', escapeHtml(String(version)));
  const fill = (title: string, navigation: string, content: string) =>
    frame
      .replaceAll('%TITLE%', () => escapeHtml(title))
      .replaceAll('%NAVIGATION%', () => navigation)
      .replaceAll('%CONTENT%', () => content);
  const files = new Map([
    [styleName, style],
    [scriptName, script],
    ['llms.txt', writeLlmsText(documents, ({ name }) => `${documentsPath}${name}.md`)],
    ['index.html', fill('Documentation', writeNavigation(documents, undefined), writeIndex(documents))],
  ]);
  for (const document of documents) {
    const content = `${document.html}\n${writeNeighbours(documents, document)}`;
    files.set(`${document.name}.html`, fill(document.title, writeNavigation(documents, document), content));
    files.set(`${document.name}.md`, document.markdown);
  }
  return files;
}

/** The console's colors, light and dark: the documents have no others. Where no script chose, the machine's theme holds. */
function readColors(styles: string): string {
  const light = /^:root \{[^}]*\}/m.exec(styles)?.[0];
  const dark = /^:root\[data-theme="dark"\] (\{[^}]*\})/m.exec(styles);
  if (light === undefined || dark === null) throw new Error('styles.css has no colors of the light or the dark theme');
  return `${light}\n${dark[0]}\n@media (prefers-color-scheme: dark) {\n:root:not([data-theme]) ${dark[1]}\n}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}

/** All pages; below the one that is open, its parts. */
function writeNavigation(documents: readonly Document[], open: Document | undefined): string {
  const groups = [...new Set(documents.map(({ group }) => group))];
  return groups
    .map((group) => {
      const items = documents
        .filter((document) => document.group === group)
        .map((document) => writeItem(document, document === open));
      return `<h2 class="group">${group}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
    })
    .join('\n');
}

function writeItem(document: Document, isOpen: boolean): string {
  const href = `${documentsPath}${document.name}`;
  if (!isOpen) return `<li><a href="${href}">${escapeHtml(document.title)}</a></li>`;
  const parts = document.headings
    .filter(({ level }) => level === 2)
    .map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`);
  const list = parts.length === 0 ? '' : `\n<ul>\n${parts.join('\n')}\n</ul>`;
  return `<li><a href="${href}" aria-current="page">${escapeHtml(document.title)}</a>${list}</li>`;
}

function writeIndex(documents: readonly Document[]): string {
  const groups = [...new Set(documents.map(({ group }) => group))].map((group) => {
    const items = documents
      .filter((document) => document.group === group)
      .map(
        ({ name, title, intro }) =>
          `<li><a class="page" href="${documentsPath}${name}"><strong>${escapeHtml(title)}</strong></a> <span>${escapeHtml(intro)}</span></li>`,
      );
    return `<h2>${group}</h2>\n<ul class="pages">\n${items.join('\n')}\n</ul>`;
  });
  return `<h1>Documentation</h1>
<p>These pages came with this server and are about its version. They need no network. As plain Markdown:
<a href="${documentsPath}llms.txt">llms.txt</a>.</p>
${groups.join('\n')}`;
}

/** The page before and the page after, in the order of the list. */
function writeNeighbours(documents: readonly Document[], document: Document): string {
  const at = documents.indexOf(document);
  const link = (rel: string, neighbour: Document | undefined) =>
    neighbour === undefined
      ? '<span></span>'
      : `<a rel="${rel}" href="${documentsPath}${neighbour.name}">${escapeHtml(neighbour.title)}</a>`;
  return `<nav class="neighbours" aria-label="Neighbours">${link('prev', documents[at - 1])}${link('next', documents[at + 1])}</nav>`;
}
