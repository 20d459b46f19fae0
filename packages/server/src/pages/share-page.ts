import { fileRows, type ListedFile } from './file-list.ts';
import { timeGauge, usesGauge } from './gauge.ts';
import { arrow, factsText, kindMark, named, type PageFrame, page, text, timeText } from './page.ts';
import { kindOf } from './type-name.ts';
import { fill, type Wording } from './wording.ts';

/** What of a file is shown before it is downloaded. */
export type Preview =
  | { readonly kind: 'image' | 'audio' | 'video' | 'pdf'; readonly src: string }
  | { readonly kind: 'text'; readonly text: string; readonly isWhole: boolean };

/** The time that a share has: since when, until when, and the time now. */
export type ShareLife = { readonly madeAtMs: number; readonly endsAtMs: number | undefined; readonly nowMs: number };

/** What the page of a share with one file shows (SHR-7). */
export type FilePage = {
  /** undefined: it is called as its file. */
  readonly title: string | undefined;
  readonly name: string;
  readonly note: string | undefined;
  readonly sizeBytes: number;
  readonly type: string;
  readonly life: ShareLife;
  /** Downloads that are left, and of how many; undefined: they are not counted. */
  readonly uses: { readonly left: number; readonly limit: number } | undefined;
  /** Path that the button asks; `post`: the link is confirmed (LNK-33). */
  readonly action: string;
  readonly method: 'get' | 'post';
  readonly preview: Preview | undefined;
  /** Hex SHA-256, where it is known. */
  readonly sha256: string | undefined;
  /** The whole address of the file, for a command line. */
  readonly url: string;
};

/** The page of one file: what it is, what is left of it, and the button, which is all that costs a use. */
export function filePage(parts: FilePage, frame: PageFrame): string {
  const { title = parts.name, name, note, sizeBytes, type, life, uses, action, method } = parts;
  const { words } = frame;
  const facts = [title === name ? undefined : name, kindOf(name, type), words.size(sizeBytes)];
  const shown = facts.filter((fact) => fact !== undefined);
  // The button of a form that gets sends its own field, so that the page is told from the file.
  const field = method === 'get' ? '<input type="hidden" name="download" value="1">' : '';
  return page(
    title,
    `<header>${kindMark(name, type)}<div><h1>${named(title)}</h1>${factsText(shown.map(named))}</div></header>
${noteText(note)}${previewText(parts.preview, name, words)}<form method="${method}" action="${text(action)}">${field}<button type="submit">${arrow} ${text(words.texts.download)}</button></form>
${leftText(uses, life, words)}${forProgrammers(parts, words)}`,
    frame,
    { summary: shown.join(' · ') },
  );
}

/** The page of a share with several files (SHR-6). */
export function filesPage(
  parts: {
    readonly title: string | undefined;
    readonly note: string | undefined;
    readonly files: readonly ListedFile[];
    readonly hasMore: boolean;
    readonly life: ShareLife;
    readonly zipHref: string;
  },
  frame: PageFrame,
): string {
  const { words } = frame;
  const { texts } = words;
  const { title = texts.filesTitle, note, files, hasMore, life, zipHref } = parts;
  const sum = files.reduce((sumBytes, { sizeBytes }) => sumBytes + sizeBytes, 0);
  const facts = hasMore
    ? [words.count(texts.moreThanFiles, files.length)]
    : [words.count(texts.files, files.length), words.size(sum)];
  const list =
    files.length === 0
      ? `<p>${text(texts.nothingYet)}</p>`
      : `<a class="button" href="${text(zipHref)}">${arrow} ${text(texts.downloadAll)}</a>\n${fileRows(files, !hasMore, words)}`;
  const more = hasMore ? `<p class="muted">${text(words.count(texts.firstFilesZip, files.length))}</p>\n` : '';
  return page(
    title,
    `<header>${kindMark('', 'application/zip')}<div><h1>${named(title)}</h1>${files.length === 0 ? '' : factsText(facts.map(text))}</div></header>
${noteText(note)}${list}\n${more}${leftText(undefined, life, words)}`,
    frame,
    { summary: facts.join(' · ') },
  );
}

/** SHR-11: the form for a password; `triesLeft`: one was wrong. */
export function passwordPage(
  { action, triesLeft, isRequest }: { action: string; triesLeft: number | undefined; isRequest: boolean },
  frame: PageFrame,
): string {
  const { words } = frame;
  const { texts } = words;
  const title = isRequest ? texts.pageHasPassword : texts.fileHasPassword;
  const wrong =
    triesLeft === undefined
      ? ''
      : `<p role="alert" id="wrong" class="danger">${text(words.count(texts.wrongPassword, triesLeft))}</p>\n`;
  const described = triesLeft === undefined ? '' : ' aria-describedby="wrong" aria-invalid="true"';
  return page(
    title,
    `<h1>${text(title)}</h1>
${wrong}<form method="post" action="${text(action)}">
<p><label for="password">${text(texts.password)}</label>
<input id="password" name="password" type="password" required autocomplete="off"${described}></p>
<p><button type="submit">${text(texts.open)}</button></p>
</form>`,
    frame,
  );
}

/** Free words of the sender. */
function noteText(note: string | undefined): string {
  return note === undefined || note === '' ? '' : `<p class="note" dir="auto">${text(note)}</p>\n`;
}

/** What is left: of the uses, or of the time where they are not counted; then the end. A gauge, and always words beside it. */
function leftText(uses: FilePage['uses'], { madeAtMs, endsAtMs, nowMs }: ShareLife, words: Wording): string {
  const { texts } = words;
  const parts: string[] = [];
  if (uses !== undefined) {
    const { left, limit } = uses;
    const counted = words.count(texts.downloadsLeft, limit, { left: words.number(left) });
    parts.push(level(usesGauge(left, limit), counted));
  } else if (endsAtMs !== undefined) {
    const leftMs = Math.max(0, endsAtMs - nowMs);
    const gauge = timeGauge(leftMs / Math.max(1, endsAtMs - madeAtMs));
    parts.push(level(gauge, fill(texts.timeLeft, { time: words.span(leftMs) })));
  }
  if (endsAtMs !== undefined) {
    parts.push(`<span class="muted">${fill(text(texts.until), { time: timeText(endsAtMs, words) })}</span>`);
  }
  return parts.length === 0 ? '' : `<div class="row">${parts.join('')}</div>\n`;
}

/** A gauge and its words, which stay beside it when they need a second line. */
function level(gauge: string, words: string): string {
  return `<span class="level">${gauge}<span>${text(words)}</span></span>`;
}

function previewText(preview: Preview | undefined, name: string, { texts }: Wording): string {
  if (preview === undefined) return '';
  if (preview.kind === 'text') {
    const more = preview.isWhole ? '' : '\n…';
    return `<pre tabindex="0" role="region" dir="auto" aria-label="${text(texts.preview)}">${text(preview.text)}${more}</pre>\n`;
  }
  const src = text(preview.src);
  const label = text(fill(texts.previewOf, { name }));
  const { kind } = preview;
  if (kind === 'image') return `<img class="preview" src="${src}" alt="${label}">\n`;
  if (kind === 'pdf') return `<iframe class="preview" src="${src}" title="${label}" loading="lazy"></iframe>\n`;
  return `<${kind} class="preview" controls preload="metadata" src="${src}" aria-label="${label}"></${kind}>\n`;
}

function forProgrammers({ name, sha256, url }: FilePage, { texts }: Wording): string {
  const sum = sha256 === undefined ? '' : `<dt>SHA-256</dt><dd><code>${text(sha256)}</code></dd>`;
  const summary = sha256 === undefined ? texts.commandLine : texts.checksumAndCommand;
  // In a shell an apostrophe ends what is quoted.
  const quoted = url.replaceAll("'", '%27');
  return `<details><summary>${text(summary)}</summary><dl>${sum}<dt>${text(texts.saveWithCurl)}</dt><dd><code>curl ${text(savedAs(name))} '${text(quoted)}'</code></dd></dl></details>`;
}

/** Names in ASCII curl takes from the answer; of others it knows no more than what stands in for them, so the command says them. */
function savedAs(name: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(name) || /\p{C}/u.test(name);
  return isPlain ? '-fOJ' : `-fo '${name.replaceAll("'", "'\\''")}'`;
}
