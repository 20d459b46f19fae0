import {
  addressOf,
  ask,
  base64,
  counted,
  type Desk,
  filled,
  findOffset,
  type Item,
  memoryKey,
  newUploadId,
  type Rules,
  readMemory,
  refuse,
  remember,
  sendRest,
  show,
  sizeWords,
  timeLeft,
} from './upload-protocol.ts';
import type { UploadLanguage } from './upload-texts.ts';

/*
 * What runs in the page of a file request: functions that know nothing but each other and the browser. `pages/upload-script.ts`
 * sends them as they stand, so nothing here may use a name of the module that is no function of the list at its end.
 */

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
function faultOf(desk: Desk, file: File, before: number): string {
  const { types, maxBytes, maxFiles } = desk.rules;
  const { texts } = desk;
  const fits = (type: string): boolean =>
    type.endsWith('/*') ? file.type.startsWith(type.slice(0, -1)) : file.type.toLowerCase() === type.toLowerCase();
  if (types.length > 0 && !types.some(fits)) return texts.onlyTypes;
  if (maxBytes !== null && file.size > maxBytes) {
    return filled(texts.tooLarge, tellApart(desk, file.size, maxBytes));
  }
  if (maxFiles !== null && before >= maxFiles) {
    return maxFiles === 1 ? texts.oneOnly : counted(desk, texts.atMostFiles, maxFiles);
  }
  return '';
}

/** A size and the most that is taken, to the byte where they read alike in larger units. */
function tellApart(desk: Desk, size: number, most: number): { size: string; most: string } {
  const words = { size: sizeWords(desk, size), most: sizeWords(desk, most) };
  if (words.size !== words.most) return words;
  const { locale, units } = desk.texts;
  const exact = (bytes: number): string => `${new Intl.NumberFormat(locale).format(bytes)}\u00a0${units[0]}`;
  return { size: exact(size), most: exact(most) };
}

function refresh(desk: Desk): void {
  const left = desk.items.filter(({ state }) => state === 'waiting' || state === 'sending');
  const done = desk.items.filter(({ state }) => state === 'done');
  desk.pause.hidden = left.length === 0;
  desk.pause.textContent = desk.paused ? desk.texts.goOn : desk.texts.pause;
  const all = desk.items.filter(({ state }) => state !== 'refused').length;
  const sent = new Intl.NumberFormat(desk.texts.locale).format(done.length);
  desk.hint.textContent = left.length > 0 ? counted(desk, desk.texts.progress, all, { done: sent }) : '';
  if (left.length === 0 && done.length > 0 && !desk.running) received(desk, done);
}

function received(desk: Desk, done: Item[]): void {
  const { texts } = desk;
  const sum = done.reduce((bytes, { file }) => bytes + file.size, 0);
  const head = element('div', '');
  const title = element('h1', '', texts.received);
  title.tabIndex = -1;
  const time = new Intl.DateTimeFormat(texts.locale, { timeStyle: 'short' }).format();
  const facts = [counted(desk, texts.files, done.length), sizeWords(desk, sum), time];
  const words = element('p', 'muted', facts.join(texts.comma));
  head.append(title, words);
  const list = element('ul', 'files');
  for (const { row } of desk.items) list.append(row);
  const save = element('a', 'button', texts.saveReceipt);
  save.download = 'receipt.json';
  const text = JSON.stringify(desk.receipts.length === 1 ? desk.receipts[0] : desk.receipts, undefined, 2);
  save.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const again = element('a', 'button plain', texts.sendMore);
  again.href = location.pathname;
  const main = document.querySelector('main');
  main?.replaceChildren(head, list, save, again);
  document.title = texts.received;
  title.focus();
}

/** Sends one file to its end, over cuts, pauses and reloads. */
async function sendFile(desk: Desk, item: Item): Promise<void> {
  item.state = 'sending';
  for (let tries = 0; !desk.paused && item.state === 'sending'; tries += 1) {
    if (tries > 0) {
      show(item, navigator.onLine ? desk.texts.tryingAgain : desk.texts.noNetwork, 'muted');
      await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 250 * 2 ** Math.min(tries, 6))));
      if (desk.paused || item.state !== 'sending') break;
    }
    const offset = await findOffset(desk, item);
    if (offset === -1) continue;
    if (offset === -2) return;
    const outcome = offset === item.file.size ? 'done' : await sendRest(desk, item, offset);
    if (outcome === 'refused') return;
    if (outcome === 'again') {
      if (item.sent > offset) tries = 0;
      continue;
    }
    const receipt = await ask(desk, 'GET', addressOf(item), {});
    if (receipt.status !== 200) continue;
    desk.receipts.push(JSON.parse(receipt.responseText));
    item.state = 'done';
    item.sent = item.file.size;
    remember(item.file, undefined);
    show(item, `✓ ${sizeWords(desk, item.file.size)}`, 'ok');
    return;
  }
  if (item.state === 'sending') {
    item.state = 'waiting';
    show(item, desk.texts.paused, 'muted');
  }
}

async function run(desk: Desk): Promise<void> {
  if (desk.running) return;
  desk.running = true;
  for (;;) {
    const next = desk.items.find(({ state }) => state === 'waiting');
    if (next === undefined || desk.paused) break;
    refresh(desk);
    await sendFile(desk, next);
  }
  desk.running = false;
  refresh(desk);
}

function start(desk: Desk): void {
  run(desk).catch(() => {
    desk.running = false;
  });
}

function add(desk: Desk, files: Iterable<File>): void {
  for (const file of files) {
    const kept = desk.items.filter(({ state }) => state !== 'refused');
    if (kept.some((item) => item.file.name === file.name && item.file.size === file.size)) continue;
    const row = element('li', '');
    const line = element('div', 'row');
    const said = element('span', 'muted', desk.texts.waiting);
    const bar = element('progress', '');
    bar.max = Math.max(1, file.size);
    bar.value = 0;
    bar.setAttribute('aria-label', file.name);
    const remove = element('button', 'x', '✕');
    remove.type = 'button';
    remove.setAttribute('aria-label', filled(desk.texts.remove, { name: file.name }));
    const end = element('span', 'end');
    end.append(said, remove);
    const name = element('strong', '', file.name);
    name.dir = 'auto';
    line.append(name, end);
    row.append(line, bar);
    desk.list.append(row);
    const item: Item = { file, state: 'waiting', sent: 0, upload: undefined, row, said, bar, remove };
    desk.items.push(item);
    remove.addEventListener('click', () => drop(desk, item));
    const fault = faultOf(desk, file, kept.length);
    if (fault !== '') {
      item.state = 'refused';
      show(item, fault, 'danger');
    }
  }
  start(desk);
}

/** Takes a file from the list, and what was sent of it from the server. */
function drop(desk: Desk, item: Item): void {
  const { upload, state } = item;
  item.state = 'refused';
  item.row.remove();
  desk.items = desk.items.filter((other) => other !== item);
  if (state === 'sending') desk.request?.abort();
  remember(item.file, undefined);
  if (upload !== undefined) {
    // What it reserved is free for another file; where this does not arrive, it is when the upload expires.
    fetch(addressOf(item, upload), { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } }).catch(() => undefined);
  }
  refresh(desk);
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

function chooser(desk: Desk, text: string, isFolder: boolean): HTMLButtonElement {
  const input = element('input', '');
  input.type = 'file';
  input.multiple = true;
  input.hidden = true;
  input.id = isFolder ? 'choose-folder' : 'choose-files';
  if (isFolder) input.webkitdirectory = true;
  else input.accept = desk.rules.types.join(',');
  input.addEventListener('change', () => {
    add(desk, [...(input.files ?? [])]);
    input.value = '';
  });
  const button = element('button', 'plain small', text);
  button.type = 'button';
  button.addEventListener('click', () => input.click());
  desk.app.append(input);
  return button;
}

function dropArea(desk: Desk): HTMLElement {
  const area = element('div', 'drop');
  const buttons = element('div', 'row');
  buttons.append(chooser(desk, desk.texts.chooseFiles, false), chooser(desk, desk.texts.chooseFolder, true));
  area.append(element('div', '', desk.texts.drop), buttons);
  for (const name of ['dragover', 'dragleave', 'drop'] as const) {
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.toggle('over', name === 'dragover');
      if (name !== 'drop' || event.dataTransfer === null) return;
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
      filesOf(entries.filter((entry) => entry !== null)).then(
        (files) => add(desk, files),
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
  const desk: Desk = {
    ...{ form, app, rules, texts, list, pause, hint },
    ...{ items: [], receipts: [], paused: false, request: undefined, running: false },
  };
  pause.addEventListener('click', () => {
    desk.paused = !desk.paused;
    if (desk.paused) desk.request?.abort();
    refresh(desk);
    start(desk);
  });
  const begun = Object.keys(readMemory()).map((key) => key.split('|')[0]);
  app.append(dropArea(desk), list, pause, hint);
  refresh(desk);
  if (begun.length > 0) hint.textContent = filled(texts.chooseAgain, { names: begun.join(texts.comma) });
  app.hidden = false;
  form.hidden = true;
}

/** Everything that the page needs, in no order; the last one begins. */
export const uploadPage: readonly ((...args: never[]) => unknown)[] = [
  element,
  filled,
  counted,
  sizeWords,
  tellApart,
  faultOf,
  memoryKey,
  readMemory,
  remember,
  addressOf,
  base64,
  newUploadId,
  show,
  refresh,
  received,
  ask,
  findOffset,
  refuse,
  timeLeft,
  sendRest,
  sendFile,
  run,
  start,
  add,
  drop,
  filesOf,
  chooser,
  dropArea,
  startUploads,
];
