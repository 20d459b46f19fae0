import { filesOfDrop, filesOfInput, isAccepted, Slots, Transfer, UploadError } from '@tidegate/upload/internal';
import { FileRefused, openPageMemory, TusUpload } from './tus-upload.ts';
import type { UploadLanguage } from './upload-texts.ts';
import { counted, filled, sizeWords, tellApart, timeWords } from './upload-words.ts';

/* The page of a file request with a script: sends files in pieces, one after the other, and resumes them. */

type Rules = {
  readonly types: readonly string[];
  readonly maxBytes: number | null;
  readonly maxFiles: number | null;
};

type Item = {
  readonly file: File;
  readonly transfer: Transfer<unknown>;
  state: 'waiting' | 'sending' | 'done' | 'refused';
  readonly row: HTMLElement;
  readonly status: HTMLElement;
  readonly bar: HTMLProgressElement;
  readonly remove: HTMLButtonElement;
};

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

function button(className: string, text: string, onClick: () => void): HTMLButtonElement {
  const made = element('button', className, text);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

function show({ status, bar, remove, state }: Item, words: string, className: string): void {
  status.textContent = words;
  status.className = className;
  bar.hidden = state === 'done' || state === 'refused';
  remove.hidden = state === 'done';
}

/** One file at a time, and no failure of the network or the server is final. */
const settings = {
  parallel: 1,
  slots: new Slots(1),
  retriesFor: (error: unknown) => (error instanceof UploadError && error.retryable ? Number.POSITIVE_INFINITY : 0),
};

class UploadPage {
  readonly #app: HTMLElement;
  readonly #rules: Rules;
  readonly #texts: UploadLanguage;
  readonly #memory = openPageMemory();
  readonly #list = element('ul', 'files');
  readonly #pause: HTMLButtonElement;
  readonly #hint = element('p', 'muted');
  readonly #receipts: unknown[] = [];
  #items: Item[] = [];
  #isPaused = false;
  #isRunning = false;

  constructor(app: HTMLElement, rules: Rules, texts: UploadLanguage) {
    this.#app = app;
    this.#rules = rules;
    this.#texts = texts;
    this.#pause = button('plain', texts.pause, () => this.#togglePause());
    this.#hint.setAttribute('role', 'status');
  }

  async open(): Promise<void> {
    this.#app.append(this.#dropArea(), this.#list, this.#pause, this.#hint);
    this.#refresh();
    const { comma, chooseAgain } = this.#texts;
    const names = (await this.#memory.memory.list()).map(({ name }) => name);
    if (names.length > 0 && this.#items.length === 0)
      this.#hint.textContent = filled(chooseAgain, { names: names.join(comma) });
  }

  #togglePause(): void {
    this.#isPaused = !this.#isPaused;
    for (const { transfer, state } of this.#items) {
      if (state !== 'sending') continue;
      if (this.#isPaused) transfer.patience.pause();
      else transfer.patience.resume();
    }
    this.#refresh();
    void this.#run();
  }

  /** Why a file is not accepted, before a byte of it is sent; empty: it is. */
  #faultOf(file: File, filesBefore: number): string {
    const { types, maxBytes, maxFiles } = this.#rules;
    const texts = this.#texts;
    if (!isAccepted(types, file)) return texts.onlyTypes;
    if (maxBytes !== null && file.size > maxBytes) return filled(texts.tooLarge, tellApart(texts, file.size, maxBytes));
    if (maxFiles === null || filesBefore < maxFiles) return '';
    return maxFiles === 1 ? texts.oneOnly : counted(texts, texts.atMostFiles, maxFiles);
  }

  #refresh(): void {
    const texts = this.#texts;
    const count = (...states: readonly Item['state'][]) =>
      this.#items.filter(({ state }) => states.includes(state)).length;
    const left = count('waiting', 'sending');
    const done = count('done');
    this.#pause.hidden = left === 0;
    this.#pause.textContent = this.#isPaused ? texts.goOn : texts.pause;
    const sent = new Intl.NumberFormat(texts.locale).format(done);
    this.#hint.textContent = left > 0 ? counted(texts, texts.progress, left + done, { done: sent }) : '';
    if (left === 0 && done > 0 && !this.#isRunning) this.#showReceived();
  }

  #showReceived(): void {
    const texts = this.#texts;
    const done = this.#items.filter(({ state }) => state === 'done');
    const sum = done.reduce((bytes, { file }) => bytes + file.size, 0);
    const head = element('div', '');
    const title = element('h1', '', texts.received);
    title.tabIndex = -1;
    const time = new Intl.DateTimeFormat(texts.locale, { timeStyle: 'short' }).format();
    const facts = [counted(texts, texts.files, done.length), sizeWords(texts, sum), time];
    head.append(title, element('p', 'muted', facts.join(texts.comma)));
    const list = element('ul', 'files');
    for (const { row } of this.#items) list.append(row);
    const save = element('a', 'button', texts.saveReceipt);
    save.download = 'receipt.json';
    const receipts = this.#receipts;
    const text = JSON.stringify(receipts.length === 1 ? receipts[0] : receipts, undefined, 2);
    save.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    const again = element('a', 'button plain', texts.sendMore);
    again.href = location.pathname;
    document.querySelector('main')?.replaceChildren(head, list, save, again);
    document.title = texts.received;
    title.focus();
  }

  async #send(item: Item): Promise<void> {
    const texts = this.#texts;
    item.state = 'sending';
    try {
      const receipt = await item.transfer.run();
      this.#receipts.push(receipt);
      item.state = 'done';
      show(item, `✓ ${sizeWords(texts, item.file.size)}`, 'ok');
    } catch (error) {
      item.state = 'refused';
      const detail = error instanceof FileRefused ? error.message : '';
      show(item, detail || texts.notTaken, 'danger');
    }
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (;;) {
      const next = this.#items.find(({ state }) => state === 'waiting');
      if (next === undefined || this.#isPaused) break;
      this.#refresh();
      await this.#send(next);
    }
    this.#isRunning = false;
    this.#refresh();
  }

  #add(files: Iterable<{ readonly file: File }>): void {
    for (const { file } of files) {
      const kept = this.#items.filter(({ state }) => state !== 'refused');
      if (kept.some((item) => item.file.name === file.name && item.file.size === file.size)) continue;
      const item = this.#itemOf(file);
      this.#items.push(item);
      this.#list.append(item.row);
      const fault = this.#faultOf(file, kept.length);
      if (fault === '') continue;
      item.state = 'refused';
      show(item, fault, 'danger');
    }
    void this.#run();
  }

  #itemOf(file: File): Item {
    const texts = this.#texts;
    const row = element('li', '');
    const line = element('div', 'row');
    const bar = element('progress', '');
    bar.max = Math.max(1, file.size);
    bar.value = 0;
    bar.setAttribute('aria-label', file.name);
    const status = element('span', 'muted', texts.waiting);
    const remove = button('x', '✕', () => this.#drop(item));
    remove.setAttribute('aria-label', filled(texts.remove, { name: file.name }));
    const end = element('span', 'end');
    end.append(status, remove);
    const name = element('strong', '', file.name);
    name.dir = 'auto';
    line.append(name, end);
    row.append(line, bar);
    const transfer = new Transfer(new TusUpload(file, this.#memory), file, settings, {
      onProgress: ({ loaded, total, bytesPerSecond, secondsLeft }) => {
        bar.value = loaded;
        if (secondsLeft === undefined || transfer.state !== 'uploading') return;
        // Sent is not received: the response says when it is whole.
        const done = Math.min(0.99, Math.floor((loaded / Math.max(1, total)) * 100) / 100);
        const part = new Intl.NumberFormat(texts.locale, { style: 'percent' }).format(done);
        const [rate, time] = [sizeWords(texts, bytesPerSecond), timeWords(texts, secondsLeft)];
        show(item, filled(texts.running, { part, rate, time }), 'muted');
      },
      onState: (state) => {
        if (state === 'paused') show(item, texts.paused, 'muted');
        if (state === 'retrying') show(item, navigator.onLine ? texts.tryingAgain : texts.noNetwork, 'muted');
      },
    });
    const item: Item = { file, transfer, state: 'waiting', row, status, bar, remove };
    return item;
  }

  /** Takes a file from the list, and what was sent of it from the server. */
  #drop(item: Item): void {
    item.row.remove();
    this.#items = this.#items.filter((other) => other !== item);
    item.transfer.abort().catch(() => undefined);
    this.#refresh();
  }

  #chooser(text: string, isFolder: boolean): HTMLButtonElement {
    const input = element('input', '');
    input.type = 'file';
    input.multiple = true;
    input.hidden = true;
    input.id = isFolder ? 'choose-folder' : 'choose-files';
    if (isFolder) input.webkitdirectory = true;
    else input.accept = this.#rules.types.join(',');
    input.addEventListener('change', () => {
      this.#add(filesOfInput(input.files));
      input.value = '';
    });
    this.#app.append(input);
    return button('plain small', text, () => input.click());
  }

  #dropArea(): HTMLElement {
    const { drop, chooseFiles, chooseFolder } = this.#texts;
    const area = element('div', 'drop');
    const buttons = element('div', 'row');
    buttons.append(this.#chooser(chooseFiles, false), this.#chooser(chooseFolder, true));
    area.append(element('div', '', drop), buttons);
    for (const name of ['dragover', 'dragleave', 'drop'] as const) {
      area.addEventListener(name, (event) => {
        event.preventDefault();
        area.classList.toggle('over', name === 'dragover');
        if (name !== 'drop' || event.dataTransfer === null) return;
        filesOfDrop(event.dataTransfer).then(
          (files) => this.#add(files),
          () => undefined,
        );
      });
    }
    return area;
  }
}

/** Puts the page for uploads in the place of the form. */
async function startUploads(form: HTMLFormElement, app: HTMLElement): Promise<void> {
  const rules: Rules = JSON.parse(form.dataset['rules'] ?? '{}');
  const texts: UploadLanguage = JSON.parse(form.dataset['texts'] ?? '{}');
  const page = new UploadPage(app, rules, texts);
  const opening = page.open();
  app.hidden = false;
  form.hidden = true;
  await opening;
}

const form = document.querySelector<HTMLFormElement>('#form');
const app = document.querySelector<HTMLElement>('#app');
if (form !== null && app !== null) void startUploads(form, app);
