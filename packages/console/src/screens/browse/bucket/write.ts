import type { Output } from '../../../data/api.ts';
import { s3 } from '../../../data/s3.ts';
import { escapeXml } from '../../../data/xml.ts';
import { readObjectsAgain } from '../changes.ts';

export type Configuration = Output<'readBucketConfiguration'>;
export type CorsRule = Configuration['cors'][number];
export type LifecycleRule = Configuration['lifecycle'][number];

const xmlType = { 'content-type': 'application/xml' };

function elements(name: string, texts: readonly string[]): string {
  return texts.map((text) => `<${name}>${escapeXml(text)}</${name}>`).join('');
}

function element(name: string, value: string | number | null): string {
  return value === null ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** @throws S3Refused */
export async function writeCors(bucket: string, rules: readonly CorsRule[]): Promise<void> {
  const query = { cors: '' };
  if (rules.length === 0) await s3({ method: 'DELETE', bucket, query });
  else {
    const body = rules.map(
      ({ id, origins, methods, headers, exposed, maxAge }) =>
        `<CORSRule>${element('ID', id)}${elements('AllowedOrigin', origins)}${elements('AllowedMethod', methods)}${elements('AllowedHeader', headers)}${elements('ExposeHeader', exposed)}${element('MaxAgeSeconds', maxAge)}</CORSRule>`,
    );
    await s3({
      method: 'PUT',
      bucket,
      query,
      headers: xmlType,
      body: `<CORSConfiguration>${body.join('')}</CORSConfiguration>`,
    });
  }
  await readObjectsAgain();
}

/** @throws S3Refused */
export async function writeVersioning(bucket: string, isOn: boolean): Promise<void> {
  await s3({
    method: 'PUT',
    bucket,
    query: { versioning: '' },
    headers: xmlType,
    body: `<VersioningConfiguration><Status>${isOn ? 'Enabled' : 'Suspended'}</Status></VersioningConfiguration>`,
  });
  await readObjectsAgain();
}

/** An empty text takes the policy away. @throws S3Refused */
export async function writePolicy(bucket: string, policy: string): Promise<void> {
  const query = { policy: '' };
  if (policy.trim() === '') await s3({ method: 'DELETE', bucket, query });
  else await s3({ method: 'PUT', bucket, query, headers: { 'content-type': 'application/json' }, body: policy });
  await readObjectsAgain();
}

function filterOf({ prefix, tags, largerThan, smallerThan }: LifecycleRule): string {
  const parts = [
    ...(prefix === '' ? [] : [element('Prefix', prefix)]),
    ...tags.map(({ name, value }) => `<Tag>${element('Key', name)}${element('Value', value)}</Tag>`),
    element('ObjectSizeGreaterThan', largerThan),
    element('ObjectSizeLessThan', smallerThan),
  ].filter((part) => part !== '');
  return parts.length > 1 ? `<And>${parts.join('')}</And>` : parts.join('');
}

/** @throws S3Refused */
export async function writeLifecycle(bucket: string, rules: readonly LifecycleRule[]): Promise<void> {
  const query = { lifecycle: '' };
  if (rules.length === 0) await s3({ method: 'DELETE', bucket, query });
  else {
    const body = rules.map((rule) => {
      const expiration = [
        element('Days', rule.expireDays),
        element('Date', rule.expireAt),
        rule.expireMarkers ? '<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>' : '',
      ].join('');
      const noncurrent = [
        element('NoncurrentDays', rule.noncurrentDays),
        element('NewerNoncurrentVersions', rule.noncurrentKept),
      ].join('');
      const abort = element('DaysAfterInitiation', rule.abortUploadsDays);
      return [
        `<Rule>${element('ID', rule.id === '' ? null : rule.id)}<Filter>${filterOf(rule)}</Filter>`,
        element('Status', rule.enabled ? 'Enabled' : 'Disabled'),
        expiration === '' ? '' : `<Expiration>${expiration}</Expiration>`,
        noncurrent === '' ? '' : `<NoncurrentVersionExpiration>${noncurrent}</NoncurrentVersionExpiration>`,
        abort === '' ? '' : `<AbortIncompleteMultipartUpload>${abort}</AbortIncompleteMultipartUpload>`,
        '</Rule>',
      ].join('');
    });
    await s3({
      method: 'PUT',
      bucket,
      query,
      headers: xmlType,
      body: `<LifecycleConfiguration>${body.join('')}</LifecycleConfiguration>`,
    });
  }
  await readObjectsAgain();
}
