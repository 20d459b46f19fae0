/** A heading of a page: its level, the anchor that leads to it, and its text without marks. */
export type Heading = { readonly level: number; readonly id: string; readonly text: string };

/** A page as HTML, with what leads into it. */
export type RenderedPage = {
  readonly title: string;
  /** The first paragraph, as plain text. */
  readonly intro: string;
  readonly html: string;
  readonly headings: readonly Heading[];
  /** Every anchor of the page: headings, marks, and the rows of tables that begin with one word of code. */
  readonly anchors: ReadonlySet<string>;
};

/** Where a link of the page leads in HTML; undefined: its text stands without a link. */
export type ResolveLink = (target: string) => string | undefined;

/**
 * Renders the Markdown that documents of this repository use, and no other: headings, paragraphs, lists, tables, fenced code,
 * quotes, code, bold, italic, links, `<br>` and `<a id="…"></a>`. Comments are left out, everything else is text.
 */
export function renderMarkdown(markdown: string, resolve: ResolveLink): RenderedPage {
  const page = new Page(resolve);
  const html = page.renderBlocks(markdown.replace(/<!--[\s\S]*?-->\n?/g, '').split('\n'));
  const title = page.headings.find(({ level }) => level === 1)?.text ?? '';
  return { title, intro: page.intro, html, headings: page.headings, anchors: page.anchors };
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** The anchor that a heading gets where Markdown is read: lower case, punctuation dropped, blanks to hyphens. */
export function slugOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

const listItem = /^(\s*)(?:([-*])|(\d+)\.)\s+(.*)$/;
const tableRule = /^\|(?:\s*:?-{3,}:?\s*\|)+\s*$/;
const blockStart = /^(?:#{1,6}\s|```|\||>|\s*[-*]\s|\s*\d+\.\s|<a id=)/;

class Page {
  readonly headings: Heading[] = [];
  readonly anchors = new Set<string>();
  intro = '';
  readonly #resolve: ResolveLink;

  constructor(resolve: ResolveLink) {
    this.#resolve = resolve;
  }

  renderBlocks(lines: readonly string[]): string {
    const parts: string[] = [];
    let at = 0;
    while (at < lines.length) {
      const [html, next] = this.#renderBlock(lines, at);
      if (html !== '') parts.push(html);
      at = next;
    }
    return parts.join('\n');
  }

  #renderBlock(lines: readonly string[], at: number): readonly [html: string, next: number] {
    const line = lines[at] ?? '';
    if (line.trim() === '') return ['', at + 1];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading !== null) return [this.#heading(heading[1]?.length ?? 1, heading[2] ?? ''), at + 1];
    if (line.startsWith('<a id=')) return [this.#marks(line), at + 1];
    if (line.startsWith('```')) return this.#fence(lines, at);
    if (line.startsWith('|') && tableRule.test(lines[at + 1] ?? '')) return this.#table(lines, at);
    if (line.startsWith('>')) return this.#quote(lines, at);
    if (listItem.test(line)) return this.#list(lines, at);
    return this.#paragraph(lines, at);
  }

  #heading(level: number, text: string): string {
    const plain = plainText(text);
    const id = this.#anchor(slugOf(plain));
    this.headings.push({ level, id, text: plain });
    const link = level === 1 ? '' : ` <a class="anchor" href="#${id}" aria-hidden="true" tabindex="-1">#</a>`;
    return `<h${level} id="${id}">${this.#inline(text)}${link}</h${level}>`;
  }

  /** An anchor that no other part of the page has. */
  #anchor(wanted: string): string {
    let id = wanted;
    for (let count = 1; this.anchors.has(id); count += 1) id = `${wanted}-${count}`;
    this.anchors.add(id);
    return id;
  }

  #marks(line: string): string {
    return [...line.matchAll(/<a id="([\w-]+)"><\/a>/g)]
      .map(([, id = '']) => {
        this.anchors.add(id);
        return `<a id="${id}"></a>`;
      })
      .join('');
  }

  #fence(lines: readonly string[], at: number): readonly [string, number] {
    const end = lines.findIndex((line, index) => index > at && line.startsWith('```'));
    if (end === -1) throw new Error(`A code block is not closed: ${lines[at + 1] ?? ''}`);
    const text = lines.slice(at + 1, end).join('\n');
    return [`<pre tabindex="0"><code>${escapeHtml(text)}\n</code></pre>`, end + 1];
  }

  #table(lines: readonly string[], at: number): readonly [string, number] {
    const end = endOf(lines, at, (line) => line.startsWith('|'));
    const [head = '', , ...rows] = lines.slice(at, end);
    const cells = (row: string, tag: string) =>
      cellsOf(row)
        .map((cell) => `<${tag}>${this.#inline(cell)}</${tag}>`)
        .join('');
    const body = rows.map((row) => `<tr${this.#rowAnchor(row)}>${cells(row, 'td')}</tr>`);
    const html = `<thead><tr>${cells(head, 'th')}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>`;
    return [`<div class="table" tabindex="0"><table>${html}</table></div>`, end];
  }

  /** A row that begins with a word of code is found by it: `errors#NoSuchKey`. */
  #rowAnchor(row: string): string {
    const word = /^`([A-Za-z][\w.-]*)`$/.exec(cellsOf(row)[0] ?? '')?.[1];
    if (word === undefined || this.anchors.has(word)) return '';
    this.anchors.add(word);
    return ` id="${word}"`;
  }

  #quote(lines: readonly string[], at: number): readonly [string, number] {
    const end = endOf(lines, at, (line) => line.startsWith('>'));
    const inside = lines.slice(at, end).map((line) => line.replace(/^> ?/, ''));
    return [`<blockquote>\n${this.renderBlocks(inside)}\n</blockquote>`, end];
  }

  #list(lines: readonly string[], at: number): readonly [string, number] {
    const first = listItem.exec(lines[at] ?? '');
    const indent = first?.[1]?.length ?? 0;
    const tag = first?.[3] === undefined ? 'ul' : 'ol';
    const items: string[][] = [];
    let next = at;
    for (; next < lines.length; next += 1) {
      const line = lines[next] ?? '';
      const item = listItem.exec(line);
      const isSame = item?.[1]?.length === indent && (item[3] === undefined ? 'ul' : 'ol') === tag;
      if (isSame) items.push([item?.[4] ?? '']);
      else if (line.trim() !== '' && indentOf(line) > indent) items.at(-1)?.push(line);
      else if (line.trim() === '' && indentOf(lines[next + 1] ?? '') > indent) items.at(-1)?.push('');
      else break;
    }
    const body = items.map((item) => `<li>${this.#item(item)}</li>`).join('\n');
    return [`<${tag}>\n${body}\n</${tag}>`, next];
  }

  #item([first = '', ...more]: readonly string[]): string {
    const depth = Math.min(...more.filter((line) => line.trim() !== '').map(indentOf), Number.POSITIVE_INFINITY);
    const inside = more.map((line) => line.slice(Number.isFinite(depth) ? depth : 0));
    const end = inside.findIndex((line) => line.trim() === '' || blockStart.test(line));
    const own = [first, ...(end === -1 ? inside : inside.slice(0, end))].join('\n');
    const rest = end === -1 ? '' : this.renderBlocks(inside.slice(end));
    return `${this.#inline(own)}${rest === '' ? '' : `\n${rest}`}`;
  }

  #paragraph(lines: readonly string[], at: number): readonly [string, number] {
    const more = endOf(lines, at + 1, (line) => line.trim() !== '' && !blockStart.test(line));
    const text = lines.slice(at, more).join('\n');
    if (this.intro === '') this.intro = plainText(text).replaceAll('\n', ' ');
    return [`<p>${this.#inline(text)}</p>`, more];
  }

  /** Code first: nothing in it is a mark. */
  #inline(text: string): string {
    return splitCode(text)
      .map(({ code, plain }) => (code === undefined ? this.#marksOf(plain) : `<code>${codeHtml(code)}</code>`))
      .join('')
      .replace(linkMark, (_, words: string, target: string) => {
        const href = this.#resolve(target.replaceAll('&amp;', '&'));
        return href === undefined ? words : `<a href="${escapeHtml(href)}">${words}</a>`;
      });
  }

  #marksOf(text: string): string {
    return escapeHtml(text.replace(/\\([\\`*_|<>#[\]])/g, '$1'))
      .replaceAll('&lt;br&gt;', '<br>')
      .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
      .replace(/(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])/g, '<em>$1</em>');
  }
}

/** Code, in which nothing looks like a link afterwards. */
function codeHtml(text: string): string {
  return escapeHtml(text).replaceAll('[', '&#91;');
}

/** A link, once its words are HTML. */
const linkMark = /\[((?:[^[\]]|\[[^[\]]*\])*)\]\(([^()\s]+)\)/g;

type Piece = { readonly plain: string; readonly code?: string };

function splitCode(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(/``\s?(.+?)\s?``|`([^`]+)`/gs)) {
    pieces.push({ plain: text.slice(at, match.index) }, { plain: '', code: match[1] ?? match[2] ?? '' });
    at = match.index + match[0].length;
  }
  return [...pieces, { plain: text.slice(at) }];
}

/** The cells of a row; `\|` is a bar, in code too. */
function cellsOf(row: string): string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function plainText(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/`|\*\*|(?<!\w)\*|\*(?!\w)/g, '');
}

function indentOf(line: string): number {
  return line.trim() === '' ? 0 : line.length - line.trimStart().length;
}

function endOf(lines: readonly string[], from: number, isInside: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && isInside(lines[at] ?? '')) at += 1;
  return at;
}
