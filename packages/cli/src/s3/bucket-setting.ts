import { createHash } from 'node:crypto';
import { CliError } from '../core/errors.ts';
import { type HttpAnswer, readDocumentText } from './http-client.ts';
import type { S3Client, S3Request } from './s3-client.ts';

/** A setting that a bucket or an object has as a sub-resource: `versioning`, `policy`, `tagging` … */
export type SettingPlace = { readonly bucket: string; readonly key?: string; readonly setting: string };

/** Reads a setting; undefined: there is none. `absent`: the code that says so. @throws CliError */
export async function readSetting(client: S3Client, place: SettingPlace, absent: string): Promise<string | undefined> {
  try {
    return await readDocumentText(await client.ask(requestFor('GET', place)));
  } catch (error) {
    if (error instanceof CliError && error.parts.code === absent) return undefined;
    throw error;
  }
}

/** Replaces a setting. @throws CliError */
export async function writeSetting(client: S3Client, place: SettingPlace, document: string): Promise<void> {
  const body = Buffer.from(document);
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
  finish(await client.ask({ ...requestFor('PUT', place), headers, body }));
}

/** Removes a setting. Removing a missing one is not a failure. @throws CliError */
export async function removeSetting(client: S3Client, place: SettingPlace): Promise<void> {
  finish(await client.ask(requestFor('DELETE', place)));
}

function requestFor(method: S3Request['method'], { bucket, key, setting }: SettingPlace): S3Request {
  const about = key === undefined ? bucket : `${bucket}/${key}`;
  return { method, bucket, query: [[setting, '']], about, ...(key !== undefined && { key }) };
}

function finish(answer: HttpAnswer): void {
  answer.body.resume();
}
