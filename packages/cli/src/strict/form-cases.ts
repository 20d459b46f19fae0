import { createHmac } from 'node:crypto';
import { changedAt, type StrictCase, type StrictGroup } from './case.ts';
import { compactTime, hmac, keyV4, type SignedParts, type StrictPlace } from './signed-parts.ts';

type Fields = readonly (readonly [name: string, value: string])[];

const boundary = 'tidegate-strict-4b1f0c6e';
const file = 'written by strict';

/** The form of a browser: fields, then the file. */
function formRequest(place: StrictPlace, fields: Fields, content = file, after: Fields = []): SignedParts {
  const field = ([name, value]: readonly [string, string]): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const text = [
    ...fields.map(field),
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`,
    ...after.map(field),
    `--${boundary}--\r\n`,
  ].join('');
  return {
    method: 'POST',
    path: `/${place.bucket}`,
    query: [],
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.from(text),
  };
}

type Policy = { readonly endsMs?: number; readonly conditions?: readonly unknown[]; readonly text?: string };

/** Signs a policy by SigV4. @returns the fields in the order in which they are sent */
function signForm(place: StrictPlace, key: string, policy: Policy = {}): Fields {
  const date = compactTime(place.nowMs);
  const scope = [date.slice(0, 8), place.region, 's3', 'aws4_request'];
  const token: Fields = place.sessionToken === undefined ? [] : [['x-amz-security-token', place.sessionToken]];
  const signed: Fields = [
    ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
    ['x-amz-credential', [place.accessKeyId, ...scope].join('/')],
    ['x-amz-date', date],
    ...token,
  ];
  const conditions = [
    ...(policy.conditions ?? usual(place, key)),
    ...signed.map(([name, value]) => ({ [name]: value })),
  ];
  const expiration = new Date(policy.endsMs ?? place.nowMs + 900_000).toISOString();
  const encoded = Buffer.from(policy.text ?? JSON.stringify({ expiration, conditions })).toString('base64');
  const signature = hmac(keyV4(place.secretAccessKey, scope), encoded).toString('hex');
  return [['key', key], ['Content-Type', 'text/plain'], ...signed, ['policy', encoded], ['x-amz-signature', signature]];
}

function usual({ bucket }: StrictPlace, key: string): readonly unknown[] {
  return [
    { bucket },
    ['starts-with', '$key', key.slice(0, 4)],
    ['content-length-range', 1, 100],
    ['starts-with', '$Content-Type', 'text/'],
  ];
}

function changed(fields: Fields, name: string, value: string): Fields {
  return fields.map(([field, old]) => [field, field === name ? value : old]);
}

function lacking(fields: Fields, name: string): Fields {
  return fields.filter(([field]) => field !== name);
}

function fieldOf(fields: Fields, name: string): string {
  return fields.find(([field]) => field === name)?.[1] ?? '';
}

/** Forms by SigV4: fields changed, files that the policy does not allow, policies that say nonsense. */
export function changedForm(place: StrictPlace, key: string): StrictGroup {
  const fields = signForm(place, key);
  const send = (sent: Fields, content?: string, after?: Fields) => formRequest(place, sent, content, after);
  const policy = fieldOf(fields, 'policy');
  const wider = Buffer.from(Buffer.from(policy, 'base64').toString().replace(',100]', ',1000]')).toString('base64');
  const names = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-signature', 'policy', 'key'];
  const cases: StrictCase[] = [
    ...names.map((name) => ({ name: `${name} left out`, request: send(lacking(fields, name)) })),
    ...names
      .filter((name) => name !== 'key')
      .map((name) => ({
        name: `${name} with another character`,
        request: send(changed(fields, name, changedAt(fieldOf(fields, name), 3))),
      })),
    { name: 'a policy that allows more', request: send(changed(fields, 'policy', wider)) },
    { name: 'a key that the policy does not allow', request: send(changed(fields, 'key', `x${key}`)) },
    { name: 'a type that the policy does not allow', request: send(changed(fields, 'Content-Type', 'image/png')) },
    { name: 'no type where the policy names one', request: send(lacking(fields, 'Content-Type')) },
    { name: 'a file that is too large', request: send(fields, 'x'.repeat(101)) },
    { name: 'a file that is too small', request: send(fields, '') },
    { name: 'a field that the policy does not name', request: send([...fields, ['x-amz-meta-more', 'x']]) },
    { name: 'an acl that the policy does not name', request: send([...fields, ['acl', 'public-read']]) },
    {
      name: 'a redirect that the policy does not name',
      request: send([...fields, ['success_action_redirect', 'https://example.com/']]),
    },
    {
      name: 'a policy of another bucket',
      request: send(signForm(place, key, { conditions: usual({ ...place, bucket: 'another-bucket' }, key) })),
    },
    {
      name: 'a policy that names no bucket',
      request: send(signForm(place, key, { conditions: usual(place, key).slice(1) })),
    },
    { name: 'a policy that ended', request: send(signForm(place, key, { endsMs: place.nowMs - 60_000 })) },
    ...['{}', '[]', 'null', '{"expiration":"tomorrow","conditions":[]}', '{"conditions":[]}', 'no JSON'].map(
      (text) => ({
        name: `the policy ${text}`,
        request: send(signForm(place, key, { text })),
      }),
    ),
    {
      name: 'a condition of a kind that there is none of',
      request: send(signForm(place, key, { conditions: [...usual(place, key), ['ends-with', '$key', 't']] })),
    },
    {
      name: 'a range that is upside down',
      request: send(
        signForm(place, key, {
          conditions: [
            { bucket: place.bucket },
            ['starts-with', '$key', ''],
            ['starts-with', '$Content-Type', ''],
            ['content-length-range', 100, 1],
          ],
        }),
      ),
    },
    { name: 'the policy behind the file', request: send(lacking(fields, 'policy'), file, [['policy', policy]]) },
  ];
  return { name: 'forms by SigV4', isOptional: false, control: send(fields), cases };
}

/** Forms by SigV2. */
export function changedFormV2(place: StrictPlace, key: string): StrictGroup {
  const token: Fields = place.sessionToken === undefined ? [] : [['x-amz-security-token', place.sessionToken]];
  const sign = (conditions: readonly unknown[], endsMs = place.nowMs + 900_000): Fields => {
    const all = [...conditions, ...token.map(([name, value]) => ({ [name]: value }))];
    const text = JSON.stringify({ expiration: new Date(endsMs).toISOString(), conditions: all });
    const policy = Buffer.from(text).toString('base64');
    const signature = createHmac('sha1', place.secretAccessKey).update(policy).digest('base64');
    return [
      ['key', key],
      ['Content-Type', 'text/plain'],
      ['AWSAccessKeyId', place.accessKeyId],
      ...token,
      ['policy', policy],
      ['signature', signature],
    ];
  };
  const fields = sign(usual(place, key));
  const send = (sent: Fields, content?: string) => formRequest(place, sent, content);
  const cases: StrictCase[] = [
    ...['AWSAccessKeyId', 'policy', 'signature', 'key'].map((name) => ({
      name: `${name} left out`,
      request: send(lacking(fields, name)),
    })),
    ...['AWSAccessKeyId', 'policy', 'signature'].map((name) => ({
      name: `${name} with another character`,
      request: send(changed(fields, name, changedAt(fieldOf(fields, name), 3))),
    })),
    { name: 'a key that the policy does not allow', request: send(changed(fields, 'key', `x${key}`)) },
    { name: 'a file that is too large', request: send(fields, 'x'.repeat(101)) },
    { name: 'a field that the policy does not name', request: send([...fields, ['x-amz-meta-more', 'x']]) },
    { name: 'a policy that ended', request: send(sign(usual(place, key), place.nowMs - 60_000)) },
  ];
  return { name: 'forms by SigV2', isOptional: true, control: send(fields), cases };
}
