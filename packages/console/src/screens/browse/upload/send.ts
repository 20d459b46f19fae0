import { refusalOf, S3Refused, type S3Request, signS3 } from '../../../data/s3.ts';

type Sending = {
  readonly request: S3Request;
  readonly body: Blob;
  readonly onSent: (bytes: number) => void;
  readonly signal: AbortSignal;
};

/**
 * Sends bytes to S3 and tells how far they are: only this old way of asking knows it. Signed just before, so that no waiting
 * outlives a signature. @returns the answer's ETag @throws S3Refused, ApiError
 */
export async function sendBytes({ request, body, onSent, signal }: Sending): Promise<string> {
  const { url, headers } = await signS3(request, signal);
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    const stop = (): void => sent.abort();
    const settle = (): void => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop, { once: true });
    sent.open(request.method, url);
    for (const [name, value] of Object.entries(headers)) sent.setRequestHeader(name, value);
    sent.upload.onprogress = ({ loaded }) => onSent(loaded);
    sent.onload = () => {
      settle();
      if (sent.status >= 200 && sent.status < 300) resolve(sent.getResponseHeader('etag') ?? '');
      else reject(refusalOf(sent.status, sent.responseText));
    };
    sent.onerror = () => {
      settle();
      reject(new S3Refused(0, '', 'The connection was lost.'));
    };
    sent.onabort = () => {
      settle();
      reject(new DOMException('stopped', 'AbortError'));
    };
    if (signal.aborted) reject(new DOMException('stopped', 'AbortError'));
    else sent.send(body);
  });
}

const firstWaitMs = 500;
const longestWaitMs = 30_000;
/** An answer that says "later" is taken so often; a lost connection, or a session that has ended, for ever. */
const mostLater = 10;

/** Does something until it holds, fails for good, or is stopped. `onWait`: it failed and is tried again. */
export async function untilDone<Value>(
  act: () => Promise<Value>,
  signal: AbortSignal,
  onWait: (why: string) => void,
): Promise<Value> {
  for (let tries = 0, later = 0; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      const status = statusOf(error);
      if (signal.aborted || status === undefined) throw error;
      const isLost = status === 0 || status === 401;
      if (!isLost) later += 1;
      if ((!isLost && status < 500 && status !== 408 && status !== 429) || later > mostLater) throw error;
      onWait(status === 401 ? 'Waiting until you sign in again.' : messageOf(error));
      await wait(Math.min(longestWaitMs, firstWaitMs * 2 ** tries) * (0.5 + Math.random() / 2), signal);
    }
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'It failed.';
}

/** Waits; a connection that comes back ends it. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end, { once: true });
    signal.addEventListener('abort', end, { once: true });
  });
}
