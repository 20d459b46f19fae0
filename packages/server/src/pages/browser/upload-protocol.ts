/* How the page for uploads speaks to the server. */

import type { AnyNumber, UploadLanguage } from './upload-texts.ts';

export type Rules = { types: string[]; maxBytes: number | null; maxFiles: number | null };
export type Item = {
  file: File;
  state: 'waiting' | 'sending' | 'done' | 'refused';
  sent: number;
  /** Id of the upload: made here, so that a creation whose response is lost is not a second upload. */
  upload: string | undefined;
  row: HTMLElement;
  said: HTMLElement;
  bar: HTMLProgressElement;
  remove: HTMLButtonElement;
};
export type UploadContext = {
  form: HTMLFormElement;
  app: HTMLElement;
  rules: Rules;
  texts: UploadLanguage;
  items: Item[];
  receipts: unknown[];
  paused: boolean;
  request: XMLHttpRequest | undefined;
  running: boolean;
  list: HTMLElement;
  pause: HTMLButtonElement;
  hint: HTMLElement;
};

/** Where the page keeps which files it has begun; the address itself is not kept. */
function memoryKey(): string {
  let hash = 0x811c9dc5;
  for (const letter of location.pathname) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return `tidegate-uploads-${(hash >>> 0).toString(36)}`;
}

export function readMemory(): Record<string, string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(memoryKey()) ?? '{}');
    return kept !== null && typeof kept === 'object'
      ? Object.fromEntries(Object.entries(kept).map(([a, b]) => [a, `${b}`]))
      : {};
  } catch {
    return {};
  }
}

export function remember(file: File, upload: string | undefined): void {
  const { [`${file.name}|${file.size}|${file.lastModified}`]: _, ...others } = readMemory();
  const now = upload === undefined ? others : { ...others, [`${file.name}|${file.size}|${file.lastModified}`]: upload };
  try {
    localStorage.setItem(memoryKey(), JSON.stringify(now));
  } catch {
    // Without room, or in a private window, an upload goes on as long as the page stands.
  }
}

export function addressOf(item: Item, upload = item.upload): string {
  const path = `${location.pathname.replace(/\/$/, '')}/${encodeURIComponent(item.file.name)}`;
  return upload === undefined ? path : `${path}?upload=${upload}`;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** One request of the protocol. Resolves to its status, 0 where the network failed. */
export function ask(
  context: UploadContext,
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: Blob,
  onProgress?: (sent: number) => void,
): Promise<XMLHttpRequest> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    // A refusal then is two lines of text instead of a page.
    const always = { Accept: 'text/plain', 'Tus-Resumable': '1.0.0' };
    for (const [name, value] of Object.entries({ ...always, ...headers })) {
      request.setRequestHeader(name, value);
    }
    if (onProgress !== undefined) request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onloadend = () => {
      context.request = undefined;
      resolve(request);
    };
    context.request = request;
    request.send(body ?? null);
  });
}

/** Begins an upload, or finds where one that was begun has got to. Resolves to the offset; -1: not now; -2: never. */
export async function findOffset(context: UploadContext, item: Item): Promise<number> {
  const { file } = item;
  const remembered = item.upload ?? readMemory()[`${file.name}|${file.size}|${file.lastModified}`];
  item.upload = remembered ?? newUploadId();
  if (remembered !== undefined) {
    const look = await ask(context, 'HEAD', addressOf(item), {});
    if (look.status === 200) return Number(look.getResponseHeader('upload-offset') ?? 0);
    if (look.status !== 404) return look.status === 0 || look.status >= 500 ? -1 : refuse(context, item, look);
  }
  remember(file, item.upload);
  const type = file.type === '' ? {} : { 'Upload-Metadata': `filetype ${base64(file.type)}` };
  const begun = await ask(context, 'POST', addressOf(item), { 'Upload-Length': String(file.size), ...type });
  if (begun.status === 0 || begun.status >= 500) return -1;
  return begun.status === 201 ? 0 : refuse(context, item, begun);
}

/** 22 characters that nobody can guess. */
function newUploadId(): string {
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  // 248 is the largest multiple of 62 below 256.
  const bytes = [...crypto.getRandomValues(new Uint8Array(64))].filter((byte) => byte < 248);
  return bytes
    .slice(0, 22)
    .map((byte) => letters[byte % 62] ?? '')
    .join('');
}

/** The second line of a refusal says in the reader's language what is wrong. */
function refuse(context: UploadContext, item: Item, { responseText }: XMLHttpRequest): number {
  item.state = 'refused';
  remember(item.file, undefined);
  const [, detail = ''] = responseText.includes('<') ? [] : responseText.split('\n');
  show(item, detail === '' ? context.texts.notTaken : detail, 'danger');
  return -2;
}

/** A span of time, in the unit that it is about. */
function timeLeft(context: UploadContext, bytes: number, rate: number): string {
  const seconds = Math.ceil(bytes / Math.max(1, rate));
  const inUnit = (unit: string, count: number): string =>
    new Intl.NumberFormat(context.texts.locale, {
      ...{ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 },
    }).format(count);
  if (seconds < 60) return inUnit('second', seconds);
  return seconds < 3600 ? inUnit('minute', Math.ceil(seconds / 60)) : inUnit('hour', seconds / 3600);
}

/** Sends what is left of one file. Resolves to how it ended. */
export async function sendRest(
  context: UploadContext,
  item: Item,
  offset: number,
): Promise<'done' | 'again' | 'refused'> {
  const { file } = item;
  const startedAt = performance.now();
  item.sent = offset;
  const headers = { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' };
  const sent = await ask(context, 'PATCH', addressOf(item), headers, file.slice(offset), (loaded) => {
    item.sent = offset + loaded;
    const rate = loaded / Math.max(0.001, (performance.now() - startedAt) / 1000);
    // Sent is not received: the response says when it is whole.
    const done = Math.min(0.99, Math.floor((item.sent / Math.max(1, file.size)) * 100) / 100);
    const part = new Intl.NumberFormat(context.texts.locale, { style: 'percent' }).format(done);
    const time = timeLeft(context, file.size - item.sent, rate);
    show(item, filled(context.texts.running, { part, rate: sizeWords(context, rate), time }), 'muted');
  });
  if (sent.status === 204) return 'done';
  if (sent.status === 0 || sent.status >= 500 || sent.status === 409 || sent.status === 423 || sent.status === 408) {
    return 'again';
  }
  refuse(context, item, sent);
  return 'refused';
}

/** A text with its values. */
export function filled(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** A text in the form that a number wants. */
export function counted(
  context: UploadContext,
  text: AnyNumber,
  n: number,
  values: Record<string, string> = {},
): string {
  const { locale } = context.texts;
  const form = typeof text === 'string' ? text : (text[new Intl.PluralRules(locale).select(n)] ?? text.other);
  return filled(form, { n: new Intl.NumberFormat(locale).format(n), ...values });
}

export function sizeWords(context: UploadContext, bytes: number): string {
  const { locale, units } = context.texts;
  let at = 0;
  let value = bytes;
  while (value >= (at === 0 ? 1024 : 1023.95) && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  const digits = at === 0 || value >= 100 ? 0 : 1;
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number.format(value)}\u00a0${units[at]}`;
}

export function show(item: Item, words: string, className: string): void {
  item.said.textContent = words;
  item.said.className = className;
  item.bar.value = item.sent;
  item.bar.hidden = item.state === 'done' || item.state === 'refused';
  item.remove.hidden = item.state === 'done';
}
