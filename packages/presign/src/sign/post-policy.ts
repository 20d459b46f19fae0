import { hmacHex, hmacSha1Base64 } from '#hash';
import { limitPairs } from '../limits/signed-limits.ts';
import { metadataPairs } from '../values/member-pairs.ts';
import { checkNames, checkString } from '../values/option-checks.ts';
import { fail } from '../values/presign-error.ts';
import { type Size, sizeBytes, sizeHint } from '../values/size.ts';
import { checkKey } from './given.ts';
import { readLifetime } from './lifetime.ts';
import type { PostOptions, SignedForm } from './options.ts';
import { amzDate } from './presign.ts';
import { secretOf } from './presign-v2.ts';
import type { Signer } from './signer.ts';

/** The largest body of one form: 5 GiB. */
const largestBytes = 5 * 1024 ** 3;
const placeholder = `\${filename}`;

const optionNames = 'expiresIn at limits own key prefix type size metadata redirect status conditions';

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

/** The field `key`, and how a policy binds it. */
function keyField({ key, prefix }: PostOptions): readonly [field: string, condition: unknown] {
  if ((key === undefined) === (prefix === undefined))
    fail('OptionInvalid', 'Exactly one of key and prefix is needed.', 'key');
  if (key !== undefined) {
    checkKey(key);
    return [key, { key }];
  }
  if (prefix !== '') checkKey(prefix ?? '', 'prefix');
  return [prefix + placeholder, ['starts-with', '$key', prefix]];
}

function sizeRange(size: { min?: Size; max: Size }): unknown {
  checkNames(size, 'min max');
  const { min = 0, max } = size;
  const least = sizeBytes('size.min', min);
  const most = sizeBytes('size.max', max);
  if (least > most || most > largestBytes)
    fail('SizeInvalid', `size: ${least} to ${most} bytes is not a range up to 5 GiB.`, 'size', sizeHint);
  return ['content-length-range', least, most];
}

/** The fields that the options say, in the order in which a form sends them, each with its condition (SIG-87). */
function statedFields(signer: Signer, options: PostOptions): { fields: [string, string][]; conditions: unknown[] } {
  const [key, keyCondition] = keyField(options);
  const fields: [string, string][] = [['key', key]];
  const conditions: unknown[] = [{ bucket: signer.name }, keyCondition];
  const add = (name: string, value: string | undefined, option = name): void => {
    if (value === undefined) return;
    checkString(value, option);
    fields.push([name, value]);
    conditions.push({ [name]: value });
  };
  if (options.type !== undefined) checkString(options.type, 'type');
  if (options.type?.endsWith('/*')) {
    // SIG-87: a condition on an absent field fails. The field holds the family itself until a script knows the type of the file.
    fields.push(['Content-Type', options.type]);
    conditions.push(['starts-with', '$Content-Type', options.type.slice(0, -1)]);
  } else {
    add('Content-Type', options.type);
  }
  if (options.size) conditions.push(sizeRange(options.size));
  add('success_action_redirect', options.redirect, 'redirect');
  add('success_action_status', options.status && String(options.status));
  for (const [name, value] of metadataPairs(options.metadata)) add(name, value);
  const limits = options.limits ?? signer.config.defaults?.limits;
  if (limits) {
    const { store, shown } = signer.places();
    const place = {
      method: 'POST',
      key: options.key,
      query: [],
      enforced: store === 'tidegate',
      host: shown.host,
      stable: false,
      unsigned: false,
    };
    for (const [name, value] of limitPairs(limits, place)) add(name, value);
  }
  conditions.push(...(options.conditions ?? []));
  return { fields, conditions };
}

/**
 * SIG-81, SIG-82: a form whose policy names every field, the bucket and the moment at which it ends.
 * @throws PresignError
 */
export function signPost(signer: Signer, options: PostOptions): SignedForm {
  checkNames(options, optionNames);
  const identity = signer.identity();
  const { region, [options.own ? 'own' : 'shown']: place } = signer.places();
  const [signedAtSeconds, , endsAtMs] = readLifetime(
    options,
    signer.config.defaults?.expiresIn,
    identity.endsAtMs,
    signer.now,
  );
  const { fields, conditions } = statedFields(signer, options);
  const add = (name: string, value: string): void => {
    fields.push([name, value]);
    conditions.push({ [name]: value });
  };
  const v2 = signer.config.signatureVersion === 'v2';
  const date = amzDate(signedAtSeconds);
  const day = date.slice(0, 8);
  if (!v2) {
    add('x-amz-algorithm', 'AWS4-HMAC-SHA256');
    add('x-amz-credential', `${identity.accessKeyId}/${day}/${region}/s3/aws4_request`);
    add('x-amz-date', date);
  }
  if (identity.sessionToken) add('x-amz-security-token', identity.sessionToken);
  const expiresAt = new Date(endsAtMs);
  const policy = base64(JSON.stringify({ expiration: expiresAt.toISOString(), conditions }));
  fields.push(['policy', policy]);
  if (v2)
    fields.push(['AWSAccessKeyId', identity.accessKeyId], ['signature', hmacSha1Base64(secretOf(identity), policy)]);
  else fields.push(['x-amz-signature', hmacHex(identity.keyFor(day, region), policy)]);
  return {
    url: `${place.origin}${place.path || '/'}`,
    fields: Object.fromEntries(fields),
    expiresAt,
    form: (file, filename) => {
      const form = new FormData();
      for (const [name, value] of fields) form.append(name, value);
      if (options.type?.endsWith('/*')) form.set('Content-Type', file.type);
      if (filename === undefined) form.append('file', file);
      else form.append('file', file, filename);
      return form;
    },
  };
}
