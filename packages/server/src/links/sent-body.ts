import { Writable } from 'node:stream';
import type { TokenBucket } from './token-bucket.ts';

/** Bytes that an answer writes when its head has gone out. The shape of `AnswerBody`, which `http/` owns. */
export interface SendableBody {
  readonly sizeBytes: number;
  send(sink: Writable, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** How many bytes may go out before more are asked for; undefined: all of them. */
export type Allowance = {
  readonly bytes: number;
  /**
   * Called when half of them have gone out (`ahead`), so that the transfer need not stop, and when all have and the body goes on
   * (`now`). Resolves to how many more may, 0 only for `ahead`, or rejects: the transfer is cut.
   */
  readonly more: (sentBytes: number, when: 'ahead' | 'now') => Promise<number>;
};

/** What a body is sent under. */
export type SendRules = {
  readonly bucket: TokenBucket | undefined;
  readonly allowance: Allowance | undefined;
};

/** A body that counts what it hands to the socket, at a rate where there is one, and no more than it may (LNK-28, LNK-30, LDG-16). */
export class CountedBody implements SendableBody {
  readonly sizeBytes: number;
  readonly #body: SendableBody;
  readonly #rules: SendRules;
  readonly #onClose: () => void;
  #handedBytes = 0;

  constructor(body: SendableBody, rules: SendRules, onClose: () => void) {
    this.sizeBytes = body.sizeBytes;
    this.#body = body;
    this.#rules = rules;
    this.#onClose = onClose;
  }

  /** Bytes handed to the socket so far; those of a write that was under way when it was cut count, for they may have left. */
  get handedBytes(): number {
    return this.#handedBytes;
  }

  async send(sink: Writable, signal: AbortSignal): Promise<void> {
    const counted = new CountingSink(sink, this.#rules, signal, (bytes) => {
      this.#handedBytes += bytes;
    });
    try {
      await this.#body.send(counted, signal);
      await counted.settled();
    } finally {
      counted.destroy();
    }
  }

  async close(): Promise<void> {
    this.#onClose();
    await this.#body.close();
  }
}

/** Bytes that are in memory already, as a body that is sent piece by piece. */
export function bodyOfBytes(bytes: Uint8Array): SendableBody {
  return {
    sizeBytes: bytes.byteLength,
    send: (sink, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted || sink.destroyed) {
          reject(new Error('The receiver of the bytes is gone.'));
          return;
        }
        const gone = (): void => reject(new Error('The receiver of the bytes is gone.'));
        sink.once('close', gone);
        sink.write(bytes, (error) => {
          sink.off('close', gone);
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () => Promise.resolve(),
  };
}

/** Passes chunks to another sink: counted, in slices at a rate, up to what is allowed, with the other's back-pressure. */
class CountingSink extends Writable {
  readonly #target: Writable;
  readonly #bucket: TokenBucket | undefined;
  readonly #more: Allowance['more'] | undefined;
  readonly #signal: AbortSignal;
  readonly #count: (bytes: number) => void;
  #allowedBytes: number;
  #passedBytes = 0;
  /** Where more is asked for ahead of time. */
  #askAtBytes: number;
  #asking: Promise<number> | undefined;
  readonly #onTargetClose = (): void => {
    this.destroy();
  };

  constructor(target: Writable, rules: SendRules, signal: AbortSignal, count: (bytes: number) => void) {
    super({ highWaterMark: 65_536 });
    this.#target = target;
    this.#bucket = rules.bucket;
    this.#more = rules.allowance?.more;
    this.#allowedBytes = rules.allowance?.bytes ?? Number.POSITIVE_INFINITY;
    this.#askAtBytes = this.#allowedBytes / 2;
    this.#signal = signal;
    this.#count = count;
    target.once('close', this.#onTargetClose);
    // What goes wrong here is told to whoever wrote the chunk.
    this.on('error', ignoreFailure);
  }

  /** Resolves when everything written so far was taken by the target. */
  settled(): Promise<void> {
    if (this.writableLength === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.write(new Uint8Array(0), (error) => (error ? reject(error) : resolve()));
    });
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    const isAllowed = this.#passedBytes + chunk.byteLength <= this.#allowedBytes;
    if (this.#bucket === undefined && isAllowed) this.#pass(chunk, done);
    else this.#passSlices(chunk).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#target.off('close', this.#onTargetClose);
    done(error);
  }

  #pass(chunk: Uint8Array, done: (error?: Error | null) => void): void {
    if (chunk.byteLength === 0) {
      done();
      return;
    }
    if (this.#target.destroyed || this.#target.writableEnded) {
      done(new Error('The receiver of the bytes is gone.'));
      return;
    }
    this.#passedBytes += chunk.byteLength;
    this.#count(chunk.byteLength);
    this.#target.write(chunk, done);
    if (this.#passedBytes >= this.#askAtBytes && this.#passedBytes < this.#allowedBytes) this.#askAhead();
  }

  #askAhead(): void {
    if (this.#more === undefined || this.#asking !== undefined) return;
    this.#askAtBytes = Number.POSITIVE_INFINITY;
    const asking = this.#more(this.#passedBytes, 'ahead').finally(() => {
      this.#asking = undefined;
    });
    this.#asking = asking;
    // What goes wrong shows again when the bytes are needed.
    asking.then(
      (bytes) => this.#allow(bytes),
      () => undefined,
    );
  }

  #allow(bytes: number): void {
    this.#allowedBytes += bytes;
    if (bytes > 0) this.#askAtBytes = this.#allowedBytes - bytes / 2;
  }

  /** How many bytes may go out now; asks for more when none may. */
  async #allowance(): Promise<number> {
    if (this.#passedBytes >= this.#allowedBytes) await this.#asking?.catch(() => 0);
    if (this.#passedBytes >= this.#allowedBytes && this.#more !== undefined) {
      this.#allow(await this.#more(this.#passedBytes, 'now'));
    }
    const left = this.#allowedBytes - this.#passedBytes;
    if (left <= 0) throw new Error('No more of it may be sent.');
    return left;
  }

  async #passSlices(chunk: Uint8Array): Promise<void> {
    const sliceBytes = this.#bucket?.sliceBytes ?? chunk.byteLength;
    for (let at = 0; at < chunk.byteLength; ) {
      const allowedBytes = await this.#allowance();
      const slice = chunk.subarray(at, at + Math.min(sliceBytes, allowedBytes));
      at += slice.byteLength;
      await this.#bucket?.take(slice.byteLength, this.#signal);
      await new Promise<void>((resolve, reject) => {
        this.#pass(slice, (error) => (error ? reject(error) : resolve()));
      });
    }
  }
}

function ignoreFailure(): void {
  // See above.
}
