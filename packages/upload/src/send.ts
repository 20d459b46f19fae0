/** A request whose body is bytes of a file. Its method is PUT if it names none. */
export type SendRequest = {
  readonly method?: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** How a request to the store ended. `status` 0: without an answer that a page may read. */
export type Sent = {
  readonly status: number;
  /** None where CORS does not expose it. */
  readonly etag: string | undefined;
  /** The body of a refusal. */
  readonly text: string;
};

/** A connection without progress for this long is dropped: a change of networks leaves such connections behind. */
const silentMs = 90_000;

/** Sends `body`, reports progress, and rejects only with `signal`'s reason. */
export function send(
  request: SendRequest,
  body: Blob,
  onLoaded: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Sent> {
  return typeof XMLHttpRequest === 'undefined'
    ? sendByFetch(request, body, onLoaded, signal)
    : sendByXhr(request, body, onLoaded, signal);
}

/** Browsers tell how much of a body is sent through XMLHttpRequest alone. */
function sendByXhr(
  { method = 'PUT', url, headers }: SendRequest,
  body: Blob,
  onLoaded: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const xhr = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout>;
    const stop = () => xhr.abort();
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(stop, silentMs);
    };
    signal.addEventListener('abort', stop);
    xhr.upload.onprogress = ({ loaded }) => {
      wait();
      onLoaded(Math.min(loaded, body.size));
    };
    xhr.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (signal.aborted) return reject(signal.reason);
      const { status } = xhr;
      // Asking for a header that CORS hides would be an error on the console.
      const isShown = /^etag:/im.test(xhr.getAllResponseHeaders());
      resolve({
        status,
        etag: (isShown && xhr.getResponseHeader('etag')) || undefined,
        text: status < 300 ? '' : xhr.responseText,
      });
    };
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    wait();
    xhr.send(body);
  });
}

async function sendByFetch(
  { method = 'PUT', url, headers }: SendRequest,
  body: Blob,
  onLoaded: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Sent> {
  try {
    const answer = await fetch(url, { method, headers, body, signal });
    const text = await answer.text();
    if (answer.ok) onLoaded(body.size);
    return { status: answer.status, etag: answer.headers.get('etag') ?? undefined, text };
  } catch {
    signal.throwIfAborted();
    return { status: 0, etag: undefined, text: '' };
  }
}

/** Whether anyone answers there: what a page may not read, it can still see arrive. */
export async function answers(url: string): Promise<boolean> {
  try {
    await fetch(new URL('/', url), {
      mode: 'no-cors',
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(10_000),
    });
    return true;
  } catch {
    return false;
  }
}
