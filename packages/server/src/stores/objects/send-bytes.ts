import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** The receiver is gone: nothing is wrong with the store. */
class ReceiverGone extends Error {
  override readonly name = 'ReceiverGone';

  constructor(cause?: unknown) {
    super('The receiver of the bytes is gone.', { cause });
  }
}

/**
 * Writes a chunk and waits until the sink has let go of it, so that its memory may be used anew (STO-32).
 * @throws ReceiverGone when the sink ends before; the signal's reason when it aborts
 */
export function sendChunk(chunk: Uint8Array, sink: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(reasonOf(signal));
      return;
    }
    // A response that was destroyed calls back never or throws: look before writing.
    if (sink.destroyed || sink.writableEnded) {
      reject(new ReceiverGone());
      return;
    }
    const onClose = (): void => settle(new ReceiverGone());
    const onAbort = (): void => settle(reasonOf(signal));
    const settle = (error?: unknown): void => {
      sink.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve();
      else reject(error);
    };
    sink.on('close', onClose);
    signal.addEventListener('abort', onAbort);
    sink.write(chunk, (error) => settle(error ? new ReceiverGone(error) : undefined));
  });
}

/** Writes bytes that nobody will change: waits only when the sink is full. */
export async function sendOwned(bytes: Uint8Array, sink: Writable, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw reasonOf(signal);
  if (sink.destroyed || sink.writableEnded) throw new ReceiverGone();
  if (sink.write(bytes)) return;
  try {
    await once(sink, 'drain', { signal });
  } catch (error) {
    throw signal.aborted ? reasonOf(signal) : new ReceiverGone(error);
  }
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason instanceof Error ? signal.reason : new ReceiverGone(signal.reason);
}
