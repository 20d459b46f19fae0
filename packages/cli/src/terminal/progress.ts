import { basename } from 'node:path/posix';
import type { World } from '../core/world.ts';
import { describeBytes, describeSpan } from './format.ts';
import type { Output } from './output.ts';
import { printable } from './style.ts';

const barChars = 24;
const shownEveryMs = 100;
const loggedEveryMs = 10_000;
/** Nothing is drawn for what is over at once. */
const quietMs = 300;

/** How far one transfer is: a bar on a terminal, one line each 10 s otherwise. */
export class Progress {
  readonly #world: World;
  readonly #output: Output;
  readonly #name: string;
  readonly #totalBytes: number | undefined;
  readonly #startedMs: number;
  #movedBytes = 0;
  #lastMs: number;
  #isDrawn = false;

  constructor(world: World, output: Output, name: string, totalBytes: number | undefined) {
    this.#world = world;
    this.#output = output;
    this.#name = printable(basename(name));
    this.#totalBytes = totalBytes;
    this.#startedMs = world.monotonicMs();
    this.#lastMs = this.#startedMs;
  }

  /** So many bytes more went over. Negative: a part is sent again. */
  moved(bytes: number): void {
    this.#movedBytes += bytes;
    const nowMs = this.#world.monotonicMs();
    const isTerminal = this.#world.stderr.isTTY === true;
    const dueMs = isTerminal ? (this.#isDrawn ? shownEveryMs : quietMs) : loggedEveryMs;
    if (nowMs - this.#lastMs < dueMs) return;
    this.#lastMs = nowMs;
    const line = this.#line(nowMs);
    if (!isTerminal) this.#output.talk(line);
    else if (!this.#output.isQuiet) {
      this.#world.stderr.write(`\r${line}\u001b[K`);
      this.#isDrawn = true;
    }
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#isDrawn) this.#world.stderr.write('\r\u001b[K');
    this.#isDrawn = false;
  }

  #line(nowMs: number): string {
    const seconds = Math.max(0.001, (nowMs - this.#startedMs) / 1000);
    const rate = this.#movedBytes / seconds;
    const speed = `${describeBytes(Math.round(rate))}/s`;
    const total = this.#totalBytes;
    if (total === undefined || total === 0) return `${this.#name}  ${describeBytes(this.#movedBytes)}  ${speed}`;
    const fraction = Math.min(1, this.#movedBytes / total);
    const filled = Math.round(fraction * barChars);
    const left = rate > 0 ? describeSpan(((total - this.#movedBytes) / rate) * 1000) : '';
    const bar = '━'.repeat(filled) + '─'.repeat(barChars - filled);
    const amount = amountOf(describeBytes(this.#movedBytes), describeBytes(total));
    return `${this.#name}  ${bar}  ${Math.round(fraction * 100)} %  ${amount}  ${speed}  ${left}`;
  }
}

/** `3.0/4.2 GiB`: a unit that both have is written once. */
function amountOf(moved: string, total: string): string {
  const unit = total.slice(total.indexOf(' '));
  return moved.endsWith(unit) ? `${moved.slice(0, -unit.length)}/${total}` : `${moved}/${total}`;
}
