import {
  addressOf,
  ask,
  counted,
  filled,
  findOffset,
  type Item,
  type Rules,
  readMemory,
  remember,
  sendRest,
  show,
  sizeWords,
  type UploadContext,
} from './upload-protocol.ts';
import type { UploadLanguage } from './upload-texts.ts';

/* What runs in the page of a file request. */

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text = '',
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

/** Why a file is not taken, before a byte of it is sent; empty: it is. */
function faultOf(context: UploadContext, file: File, before: number): string {
  const { types, maxBytes, maxFiles } = context.rules;
  const { texts } = context;
  const fits = (type: string): boolean =>
    type.endsWith('/*') ? file.type.startsWith(type.slice(0, -1)) : file.type.toLowerCase() === type.toLowerCase();
  if (types.length > 0 && !types.some(fits)) return texts.onlyTypes;
  if (maxBytes !== null && file.size > maxBytes) {
    return filled(texts.tooLarge, tellApart(context, file.size, maxBytes));
  }
  if (maxFiles !== null && before >= maxFiles) {
    return maxFiles === 1 ? texts.oneOnly : counted(context, texts.atMostFiles, maxFiles);
  }
  return '';
}

/** A size and the most that is taken, to the byte where they read alike in larger units. */
function tellApart(context: UploadContext, size: number, most: number): { size: string; most: string } {
  const words = { size: sizeWords(context, size), most: sizeWords(context, most) };
  if (words.size !== words.most) return words;
  const { locale, units } = context.texts;
  const exact = (bytes: number): string => `${new Intl.NumberFormat(locale).format(bytes)}\u00a0${units[0]}`;
  return { size: exact(size), most: exact(most) };
}

function refresh(context: UploadContext): void {
  const left = context.items.filter(({ state }) => state === 'waiting' || state === 'sending');
  const done = context.items.filter(({ state }) => state === 'done');
  context.pause.hidden = left.length === 0;
  context.pause.textContent = context.paused ? context.texts.goOn : context.texts.pause;
  const all = context.items.filter(({ state }) => state !== 'refused').length;
  const sent = new Intl.NumberFormat(context.texts.locale).format(done.length);
  context.hint.textContent = left.length > 0 ? counted(context, context.texts.progress, all, { done: sent }) : '';
  if (left.length === 0 && done.length > 0 && !context.running) received(context, done);
}

function received(context: UploadContext, done: Item[]): void {
  const { texts } = context;
  const sum = done.reduce((bytes, { file }) => bytes + file.size, 0);
  const head = element('div', '');
  const title = element('h1', '', texts.received);
  title.tabIndex = -1;
  const time = new Intl.DateTimeFormat(texts.locale, { timeStyle: 'short' }).format();
  const facts = [counted(context, texts.files, done.length), sizeWords(context, sum), time];
  const words = element('p', 'muted', facts.join(texts.comma));
  head.append(title, words);
  const list = element('ul', 'files');
  for (const { row } of context.items) list.append(row);
  const save = element('a', 'button', texts.saveReceipt);
  save.download = 'receipt.json';
  const text = JSON.stringify(context.receipts.length === 1 ? context.receipts[0] : context.receipts, undefined, 2);
  save.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const again = element('a', 'button plain', texts.sendMore);
  again.href = location.pathname;
  const main = document.querySelector('main');
  main?.replaceChildren(head, list, save, again);
  document.title = texts.received;
  title.focus();
}

/** Sends one file to its end, over cuts, pauses and reloads. */
async function sendFile(context: UploadContext, item: Item): Promise<void> {
  item.state = 'sending';
  for (let tries = 0; !context.paused && item.state === 'sending'; tries += 1) {
    if (tries > 0) {
      show(item, navigator.onLine ? context.texts.tryingAgain : context.texts.noNetwork, 'muted');
      await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 250 * 2 ** Math.min(tries, 6))));
      if (context.paused || item.state !== 'sending') break;
    }
    const offset = await findOffset(context, item);
    if (offset === -1) continue;
    if (offset === -2) return;
    const outcome = offset === item.file.size ? 'done' : await sendRest(context, item, offset);
    if (outcome === 'refused') return;
    if (outcome === 'again') {
      if (item.sent > offset) tries = 0;
      continue;
    }
    const receipt = await ask(context, 'GET', addressOf(item), {});
    if (receipt.status !== 200) continue;
    context.receipts.push(JSON.parse(receipt.responseText));
    item.state = 'done';
    item.sent = item.file.size;
    remember(item.file, undefined);
    show(item, `✓ ${sizeWords(context, item.file.size)}`, 'ok');
    return;
  }
  if (item.state === 'sending') {
    item.state = 'waiting';
    show(item, context.texts.paused, 'muted');
  }
}

async function run(context: UploadContext): Promise<void> {
  if (context.running) return;
  context.running = true;
  for (;;) {
    const next = context.items.find(({ state }) => state === 'waiting');
    if (next === undefined || context.paused) break;
    refresh(context);
    await sendFile(context, next);
  }
  context.running = false;
  refresh(context);
}

function start(context: UploadContext): void {
  run(context).catch(() => {
    context.running = false;
  });
}

function add(context: UploadContext, files: Iterable<File>): void {
  for (const file of files) {
    const kept = context.items.filter(({ state }) => state !== 'refused');
    if (kept.some((item) => item.file.name === file.name && item.file.size === file.size)) continue;
    const row = element('li', '');
    const line = element('div', 'row');
    const said = element('span', 'muted', context.texts.waiting);
    const bar = element('progress', '');
    bar.max = Math.max(1, file.size);
    bar.value = 0;
    bar.setAttribute('aria-label', file.name);
    const remove = element('button', 'x', '✕');
    remove.type = 'button';
    remove.setAttribute('aria-label', filled(context.texts.remove, { name: file.name }));
    const end = element('span', 'end');
    end.append(said, remove);
    const name = element('strong', '', file.name);
    name.dir = 'auto';
    line.append(name, end);
    row.append(line, bar);
    context.list.append(row);
    const item: Item = { file, state: 'waiting', sent: 0, upload: undefined, row, said, bar, remove };
    context.items.push(item);
    remove.addEventListener('click', () => drop(context, item));
    const fault = faultOf(context, file, kept.length);
    if (fault !== '') {
      item.state = 'refused';
      show(item, fault, 'danger');
    }
  }
  start(context);
}

/** Takes a file from the list, and what was sent of it from the server. */
function drop(context: UploadContext, item: Item): void {
  const { upload, state } = item;
  item.state = 'refused';
  item.row.remove();
  context.items = context.items.filter((other) => other !== item);
  if (state === 'sending') context.request?.abort();
  remember(item.file, undefined);
  if (upload !== undefined) {
    // What it reserved is free for another file; where this does not arrive, it is when the upload expires.
    fetch(addressOf(item, upload), { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } }).catch(() => undefined);
  }
  refresh(context);
}

/** All files of what was dropped, folders with theirs. */
async function filesOf(entries: readonly FileSystemEntry[]): Promise<File[]> {
  const found: File[] = [];
  for (const entry of entries) {
    if (entry instanceof FileSystemFileEntry) {
      found.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
    } else if (entry instanceof FileSystemDirectoryEntry) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0) break;
        found.push(...(await filesOf(some)));
      }
    }
  }
  return found;
}

function chooser(context: UploadContext, text: string, isFolder: boolean): HTMLButtonElement {
  const input = element('input', '');
  input.type = 'file';
  input.multiple = true;
  input.hidden = true;
  input.id = isFolder ? 'choose-folder' : 'choose-files';
  if (isFolder) input.webkitdirectory = true;
  else input.accept = context.rules.types.join(',');
  input.addEventListener('change', () => {
    add(context, [...(input.files ?? [])]);
    input.value = '';
  });
  const button = element('button', 'plain small', text);
  button.type = 'button';
  button.addEventListener('click', () => input.click());
  context.app.append(input);
  return button;
}

function dropArea(context: UploadContext): HTMLElement {
  const area = element('div', 'drop');
  const buttons = element('div', 'row');
  buttons.append(
    chooser(context, context.texts.chooseFiles, false),
    chooser(context, context.texts.chooseFolder, true),
  );
  area.append(element('div', '', context.texts.drop), buttons);
  for (const name of ['dragover', 'dragleave', 'drop'] as const) {
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.toggle('over', name === 'dragover');
      if (name !== 'drop' || event.dataTransfer === null) return;
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
      filesOf(entries.filter((entry) => entry !== null)).then(
        (files) => add(context, files),
        () => undefined,
      );
    });
  }
  return area;
}

/** Puts the page for uploads in the place of the form. */
function startUploads(): void {
  const form = document.querySelector<HTMLFormElement>('#form');
  const app = document.querySelector<HTMLElement>('#app');
  if (form === null || app === null) return;
  const rules: Rules = JSON.parse(form.dataset['rules'] ?? '{}');
  const texts: UploadLanguage = JSON.parse(form.dataset['texts'] ?? '{}');
  const list = element('ul', 'files');
  const pause = element('button', 'plain', texts.pause);
  pause.type = 'button';
  const hint = element('p', 'muted');
  hint.setAttribute('role', 'status');
  const context: UploadContext = {
    ...{ form, app, rules, texts, list, pause, hint },
    ...{ items: [], receipts: [], paused: false, request: undefined, running: false },
  };
  pause.addEventListener('click', () => {
    context.paused = !context.paused;
    if (context.paused) context.request?.abort();
    refresh(context);
    start(context);
  });
  const begun = Object.keys(readMemory()).map((key) => key.split('|')[0]);
  app.append(dropArea(context), list, pause, hint);
  refresh(context);
  if (begun.length > 0) hint.textContent = filled(texts.chooseAgain, { names: begun.join(texts.comma) });
  app.hidden = false;
  form.hidden = true;
}

startUploads();
