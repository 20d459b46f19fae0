import type { ReadLimits } from '@tidegate/presign/internal';
import type { UploadLanguage } from './browser/upload-texts.ts';
import { factsText, named, type PageFrame, type PageScript, page, text, timeText } from './page.ts';
import { typeName } from './type-name.ts';
import { fill, type Wording } from './wording.ts';

/** SHR-20: the page of a file request. Without a script its form sends any number of files; the script sends them in pieces. */
export function requestPage(
  parts: {
    /** undefined: it has none. */
    readonly title: string | undefined;
    readonly note: string | undefined;
    readonly limits: ReadLimits;
    readonly endsAtMs: number | undefined;
    readonly action: string;
  },
  frame: PageFrame,
  script: PageScript,
): string {
  const { words } = frame;
  const { texts } = words;
  const { title = texts.sendFiles, note, limits, endsAtMs, action } = parts;
  const { types = [], maxBytes = null, uses: maxFiles = null } = limits;
  const accept = types.length === 0 ? '' : ` accept="${text(types.join(','))}"`;
  const until = endsAtMs === undefined ? [] : [fill(text(texts.untilSentence), { time: timeText(endsAtMs, words) })];
  const said = note === undefined || note === '' ? '' : `<p class="muted said" dir="auto">${text(note)}</p>\n`;
  const sentences = [...limitWords(limits, types, words).map(text), ...until].join(texts.gap);
  const rules = { types, maxBytes, maxFiles };
  return page(
    title,
    `<div><h1>${named(title)}</h1>
${said}<p id="limits" class="muted">${sentences}</p></div>
<form id="form" method="post" action="${text(action)}" enctype="multipart/form-data" data-rules="${json(rules)}" data-texts="${json(uploadLanguage(limits, types, words))}">
<p><label for="files">${text(texts.filesLabel)}</label>
<input id="files" name="file" type="file" multiple required${accept} aria-describedby="limits"></p>
<p><button type="submit">${text(texts.send)}</button></p>
</form>
<div id="app" hidden></div>`,
    frame,
    { script },
  );
}

/** What was received, for who sent it from a page. @param receipt JSON of the receipt */
export function receivedPage(
  parts: {
    readonly receiptId: string;
    readonly receipt: string;
    readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
    readonly refused: readonly { readonly name: string; readonly why: string }[];
    readonly again: string;
    readonly atMs: number;
  },
  frame: PageFrame,
): string {
  const { words } = frame;
  const { texts } = words;
  const { receiptId, receipt, files, refused, again, atMs } = parts;
  const rows = files.map(
    ({ name, sizeBytes }) =>
      `<li class="row">${named(name)} <span class="ok">✓ ${text(words.size(sizeBytes))}</span></li>`,
  );
  const not = refused.map(({ name, why }) => `<li>${named(name)}: ${text(why)}</li>`);
  const notTaken =
    not.length === 0 ? '' : `<h2>${text(texts.notTaken)}</h2>\n<ul role="alert" class="danger">${not.join('')}</ul>\n`;
  const save = `data:application/json;base64,${Buffer.from(receipt).toString('base64')}`;
  const sum = words.size(files.reduce((sumBytes, { sizeBytes }) => sumBytes + sizeBytes, 0));
  const facts = [text(words.count(texts.files, files.length)), text(sum), timeText(atMs, words), text(receiptId)];
  return page(
    texts.received,
    `<div><h1>${text(texts.received)}</h1>
${factsText(facts)}</div>
<ul class="files">
${rows.join('\n')}
</ul>
${notTaken}<a class="button" download="${text(receiptId)}.json" href="${text(save)}">${text(texts.saveReceipt)}</a>
<a class="button plain" href="${text(again)}">${text(texts.sendMore)}</a>`,
    frame,
  );
}

function json(value: unknown): string {
  return text(JSON.stringify(value));
}

/** What of the limits the sender of a file should know, in sentences. */
function limitWords({ uses, maxBytes, totalBytes }: ReadLimits, types: readonly string[], words: Wording): string[] {
  const { texts } = words;
  const sentences = [
    types.length === 0 ? undefined : words.listed(texts.onlyTypes, typeNames(types, words)),
    maxBytes === undefined ? undefined : fill(texts.eachAtMost, { size: words.bound(maxBytes) }),
    uses === undefined ? undefined : words.count(texts.atMostFiles, uses),
    totalBytes === undefined ? undefined : fill(texts.togetherAtMost, { size: words.bound(totalBytes) }),
  ];
  return sentences.filter((sentence) => sentence !== undefined);
}

/** "PDF and images" rather than "application/pdf, image/*". What has no name for people keeps its own. */
function typeNames(types: readonly string[], words: Wording): readonly string[] {
  const { kinds } = words.texts;
  const named = types.map((type) => {
    const lower = type.trim().toLowerCase();
    const [medium = '', form = ''] = lower.split('/');
    if (form === '*' && Object.hasOwn(kinds, medium)) return kinds[medium as keyof typeof kinds];
    return typeName(lower) ?? type;
  });
  return [...new Set(named)];
}

/** What the script says, of this language alone. What it cannot know but the server does is filled in. */
function uploadLanguage(limits: ReadLimits, types: readonly string[], words: Wording): UploadLanguage {
  const { texts, locale } = words;
  const { comma, units, received, saveReceipt, sendMore, files, upload } = texts;
  return {
    ...{ locale, comma, units, received, saveReceipt, sendMore, files },
    ...upload,
    onlyTypes: words.listed(upload.onlyTypes, typeNames(types, words)),
    atMostFiles: limits.uses === undefined ? '' : words.count(upload.atMostFiles, limits.uses),
  };
}
