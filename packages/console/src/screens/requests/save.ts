import type { FileRequest } from '@tidegate/presign/admin';
import { ask } from '../../data/api.ts';
import { s3Url } from '../../data/s3.ts';

/** Long enough for a browser to begin; what has begun goes on. */
const beginS = 300;

/** Saves everything that lies where a request puts its files as one ZIP, by a link that is good once. */
export async function saveZip({ bucket, key, title }: Pick<FileRequest, 'bucket' | 'key' | 'title'>): Promise<void> {
  const { url } = await ask('presignLink', {
    bucket,
    key,
    expiresIn: beginS,
    limits: { grant: true, zip: true, uses: 1 },
    note: `ZIP of ${title ?? `${bucket}/${key}`}`.slice(0, 256),
  });
  follow(url);
}

/** Saves one file under the name that its sender gave it. */
export async function saveFile(bucket: string, key: string, name: string): Promise<void> {
  follow(await s3Url(bucket, key, { saveAs: name }));
}

function follow(url: string): void {
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.rel = 'noreferrer noopener';
  anchor.target = '_blank';
  anchor.click();
}
