import { answers, type Sent } from './send.ts';
import { UploadError } from './upload-error.ts';

/** Worth another try: the server has no time, or something broke in it. */
export function isPassing(status: number): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

/** False where a machine knows that it has no network. */
export function isOnline(): boolean {
  return typeof navigator === 'undefined' || navigator.onLine !== false;
}

/** The error of an aborted upload. */
export function aborted(): UploadError {
  return new UploadError('Aborted', 'The upload was ended.');
}

/** The file is no longer what was begun. */
export function fileChanged(): UploadError {
  return new UploadError('FileChanged', 'The file was changed since the upload began.', { hint: 'Upload it anew.' });
}

/** No answer, from whoever `what` names. */
export function unreachable(what: string): UploadError {
  if (!isOnline())
    return new UploadError('Offline', 'There is no network.', { hint: 'Try again later.', retryable: true });
  return new UploadError('HostUnreachable', `${what} does not answer.`, {
    hint: 'Does it run, and does this network reach it?',
    retryable: true,
  });
}

/**
 * A request without an answer: the browser tells a page neither which of the two it was. Where the store answers what a page may not
 * read, it is CORS.
 */
export async function explainSilence(url: string, bucket: string): Promise<UploadError> {
  const { host } = new URL(url);
  const isPage = typeof location !== 'undefined' && typeof XMLHttpRequest !== 'undefined';
  if (!isPage || !isOnline() || !(await answers(url))) return unreachable(host);
  return new UploadError('Cors', 'The store answers, but does not allow this page.', {
    hint: `Run: tidegate bucket cors set ${bucket} --origin ${location.origin}`,
  });
}

function readElement(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]{1,500})</`).exec(xml)?.[1];
}

/** The store's refusal of a part. */
export function refusedByStore({ status, text }: Sent): UploadError {
  const code = readElement(text, 'Code');
  const reason = readElement(text, 'Reason') ?? code;
  if (code === 'NoSuchUpload')
    return new UploadError('LinkExpired', 'The store no longer has this upload.', { hint: 'Start it again.', status });
  return new UploadError('StoreRefused', `The store refused it: ${reason ?? status}.`, {
    hint: readElement(text, 'Hint'),
    // A URL that ended on its way, on a slow machine or line: the next one may arrive in time.
    retryable: isPassing(status) || /expired/i.test(text),
    reason,
    status,
  });
}
