import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type RenderedPage, renderMarkdown } from './markdown.ts';

/** Pages that every server serves at `/_/docs/`, in order; `name` is their path there. */
const folders = {
  Guides: {
    folder: 'docs/guide',
    names: [
      ...['start', 'links', 'sdks', 'uploads', 'shares', 'keys', 'troubleshooting'],
      ...['operate', 'hosting', 'migrate', 'testing', 'security'],
    ],
  },
  Reference: {
    folder: 'docs/reference',
    names: [
      ...['reasons', 'errors', 'limits', 'commands', 'settings', 'operations'],
      ...['admin-api', 'events', 'metrics'],
    ],
  },
} as const;

/** The path of the documents on a server. */
export const documentsPath = '/_/docs/';

/** One page: its Markdown from the repository, and the HTML made from it. */
export type Document = RenderedPage & {
  readonly name: string;
  readonly group: keyof typeof folders;
  /** In the repository. */
  readonly path: string;
  readonly markdown: string;
};

/**
 * Reads and renders every page. A link to another page points to `/_/docs/NAME`; a link to anything that only the repository has becomes text.
 * @throws Error if a link points to a missing page or anchor
 */
export function readDocuments(root: string): readonly Document[] {
  const sources = Object.entries(folders).flatMap(([group, { folder, names }]) =>
    names.map(
      (name) => ({ name, group: group === 'Guides' ? 'Guides' : 'Reference', path: `${folder}/${name}.md` }) as const,
    ),
  );
  const nameOf = new Map<string, string>(sources.map(({ path, name }) => [path, name]));
  const asked: { readonly from: string; readonly name: string; readonly anchor: string }[] = [];
  const documents = sources.map((source) => {
    const markdown = readFileSync(join(root, source.path), 'utf8');
    const resolve = (target: string): string | undefined => {
      if (/^https?:/.test(target)) return target;
      const [file = '', anchor = ''] = target.split('#');
      const path = file === '' ? source.path : normalize(join(dirname(source.path), file));
      const name = nameOf.get(path);
      if (name === undefined) {
        if (!existsSync(join(root, path))) throw new Error(`${source.path}: ${target} does not exist`);
        return undefined;
      }
      asked.push({ from: source.path, name, anchor });
      if (file === '') return `#${anchor}`;
      return `${documentsPath}${name}${anchor === '' ? '' : `#${anchor}`}`;
    };
    return { ...source, markdown, ...renderMarkdown(markdown, resolve) };
  });
  for (const { from, name, anchor } of asked) {
    const page = documents.find((document) => document.name === name);
    if (anchor !== '' && page?.anchors.has(anchor) !== true) throw new Error(`${from}: ${name} has no #${anchor}`);
  }
  return documents;
}

/** The list of all pages for programs that read Markdown; `hrefOf` says where each one is. */
export function writeLlmsText(documents: readonly Document[], hrefOf: (document: Document) => string): string {
  const groups = Object.keys(folders).map((group) => {
    const rows = documents
      .filter((document) => document.group === group)
      .map((document) => `- [${document.title}](${hrefOf(document)}): ${document.intro}`);
    return `## ${group}\n\n${rows.join('\n')}\n`;
  });
  return `# Tidegate

> A self-hosted S3 server, a signing library and a command line around the S3 presigned URL: links that can be tracked, limited,
> explained and revoked, with unmodified S3 clients.

${groups.join('\n')}`;
}
