import type { IncomingMessage } from 'node:http';
import type { Clock } from '../world/clock.ts';

type Watched = { readonly message: IncomingMessage; readonly cut: () => void; received: number };

type UploadRate = { readonly minUploadBytesPerS: number; readonly uploadWindowS: number };

/**
 * Cuts bodies that arrive slower than a least rate over a window (SEC-902, SEC-422). One timer serves all requests. A body that
 * waits because the server itself does not read is no slow one.
 */
export class UploadWatch {
  readonly #watched = new Set<Watched>();
  readonly #clock: Clock;
  #limits: UploadRate;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, limits: UploadRate) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Other limits, from the next window on. */
  useLimits(limits: UploadRate): void {
    this.#limits = limits;
  }

  get #windowMs(): number {
    return this.#limits.uploadWindowS * 1000;
  }

  get #leastBytes(): number {
    return this.#limits.minUploadBytesPerS * this.#limits.uploadWindowS;
  }

  /** Watches until the returned function is called. `cut` ends the request; it is called at most once. */
  watch(message: IncomingMessage, cut: () => void): () => void {
    if (this.#leastBytes === 0) return nothingToStop;
    const watched: Watched = { message, cut, received: message.socket.bytesRead };
    this.#watched.add(watched);
    this.#cancel ??= this.#clock.after(this.#windowMs, this.#check);
    return () => {
      this.#watched.delete(watched);
    };
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#watched.clear();
  }

  // A request that began within the window is measured from its beginning on, so the first check spares it.
  #young = new WeakSet<Watched>();

  #check = (): void => {
    this.#cancel = undefined;
    for (const watched of this.#watched) {
      const { message } = watched;
      const received = message.socket.bytesRead;
      const fromClient = message.readableLength < message.readableHighWaterMark;
      const slow = received - watched.received < this.#leastBytes;
      watched.received = received;
      if (!this.#young.has(watched)) this.#young.add(watched);
      else if (slow && fromClient && !message.complete) {
        this.#watched.delete(watched);
        watched.cut();
      }
    }
    if (this.#watched.size > 0) this.#cancel = this.#clock.after(this.#windowMs, this.#check);
  };
}

function nothingToStop(): void {
  // Watching is off: there is nothing to take back.
}
