import { type HmacKey, hmac, hmacKey } from '#hash';

/** SIG-23: how many derived keys are kept. */
const keptKeys = 1024;

type Kept = {
  readonly secret: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly key: HmacKey;
};

/** In order of use, the least recently used first. The newest is also `latest`, which most calls ask for again. */
const kept = /* @__PURE__ */ new Map<string, Kept>();
let latest: Kept | undefined;

/**
 * Derives the SigV4 signing key of one day and region (SIG-21): 32 bytes. Whoever has it can sign for that day, but does not learn
 * the secret. `date`: yyyymmdd in UTC. `service`: default `s3`.
 * @example
 * ```js
 * import { bucket, deriveSigningKey } from '@tidegate/presign';
 *
 * const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
 * const signingKey = deriveSigningKey('example-secret', today, 'eu-central-1');
 * const credentials = { accessKeyId: 'AKIDEXAMPLE', signingKey };
 * const files = bucket('files', { endpoint: 'https://s3.example.com', region: 'eu-central-1', credentials });
 * console.log(files.presignGet('report.pdf'));
 * ```
 */
export function deriveSigningKey(secret: string, date: string, region: string, service = 's3'): Uint8Array {
  let key: string | Uint8Array = `AWS4${secret}`;
  for (const part of [date, region, service]) key = hmac(hmacKey(key), part);
  return hmac(hmacKey(key), 'aws4_request');
}

/** A key derived elsewhere (32 bytes, or 64 hex digits), ready to sign. It is good for one date and region only. */
export function signingKeyFrom(bytes: Uint8Array | string): HmacKey {
  return hmacKey(
    typeof bytes === 'string' ? Uint8Array.from(bytes.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) : bytes,
  );
}

/** As `deriveSigningKey`, ready to sign and kept among the 1,024 used last (SIG-23). A changed secret never meets an old entry. */
export function signingKey(secret: string, date: string, region: string, service = 's3'): HmacKey {
  if (latest?.secret === secret && latest.date === date && latest.region === region && latest.service === service) {
    return latest.key;
  }
  const name = `${date}\n${region}\n${service}\n${secret}`;
  latest = kept.get(name) ?? {
    secret,
    date,
    region,
    service,
    key: hmacKey(deriveSigningKey(secret, date, region, service)),
  };
  kept.delete(name);
  kept.set(name, latest);
  const [oldest = ''] = kept.keys();
  if (kept.size > keptKeys) kept.delete(oldest);
  return latest.key;
}

/** Drops every key derived from `secret`: an entry dies with its secret (SIG-23). */
export function forgetSigningKeys(secret: string): void {
  for (const [name, entry] of kept) {
    if (entry.secret === secret) kept.delete(name);
  }
  if (latest?.secret === secret) latest = undefined;
}
