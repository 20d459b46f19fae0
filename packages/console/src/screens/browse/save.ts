import { s3Url } from '../../data/s3.ts';
import { baseName } from './place.ts';

/**
 * Has the browser save an object, straight from the S3 endpoint. In a frame that may do nothing but save: the signed address
 * becomes neither this page's nor another's (SEC-514).
 */
export async function saveObject(bucket: string, key: string, versionId?: string): Promise<void> {
  const name = baseName(key).replace(/\/$/, '').slice(0, 200) || 'object';
  const url = await s3Url(bucket, key, { versionId, saveAs: name });
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'Download';
  frame.sandbox.add('allow-downloads');
  frame.referrerPolicy = 'no-referrer';
  frame.src = url;
  document.body.append(frame);
  setTimeout(() => frame.remove(), keptMs);
}

/** The download goes on when the frame is gone; it only has to have begun. */
const keptMs = 60_000;
