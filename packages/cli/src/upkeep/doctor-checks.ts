import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bucket } from '@tidegate/presign';
import { failureOf } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import type { Connection } from '../s3/connection.ts';
import { type HttpAnswer, type HttpOptions, sendOnce } from '../s3/http-client.ts';
import { headerText, readRefusal } from '../s3/s3-answer.ts';
import type { S3Client } from '../s3/s3-client.ts';
import type { Check } from '../terminal/check-line.ts';
import { describeBytes, describeDuration } from '../terminal/format.ts';

// The checks of `doctor`, one function each. None throws for what it looks for.

const skewFaultMs = 15 * 60 * 1000;
const skewWarningMs = 60 * 1000;
/** Share of a disk that should be free. */
export const diskLeastFree = 0.1;
export const makeRoom = 'Free some space. Uploads are refused before the disk is full.';

/** The endpoint answers; whether it is a Tidegate; how far its clock is from ours. */
export async function checkEndpoint(connection: Connection, http: HttpOptions, world: World): Promise<Check[]> {
  const { endpoint } = connection;
  let answer: HttpAnswer;
  try {
    answer = await sendOnce({ method: 'GET', url: `${endpoint}/_/health/live`, headers: {} }, http);
  } catch (error) {
    const { what, fix } = failureOf(error);
    return [{ outcome: 'fault', text: what, fix: fix === undefined ? undefined : [fix] }];
  }
  answer.body.resume();
  const isTidegate = answer.status === 200 && headerText(answer, 'server') === 'Tidegate';
  const answered = `${endpoint} answers in ${Math.max(1, Math.round(answer.tookMs))} ms`;
  return [
    isTidegate
      ? { outcome: 'holds', text: `${answered}, Tidegate` }
      : { outcome: 'warning', text: `${answered}, but is not a Tidegate: its links cannot have limits` },
    clockCheck(headerText(answer, 'date'), world.nowMs()),
  ];
}

/** The store's Date against our clock; the header has whole seconds. */
export function clockCheck(date: string | undefined, nowMs: number): Check {
  const theirsMs = Date.parse(date ?? '');
  if (Number.isNaN(theirsMs)) return { outcome: 'warning', text: 'the server sends no time' };
  const aheadMs = nowMs - theirsMs;
  const skewMs = Math.max(0, Math.abs(aheadMs) - 1000);
  if (skewMs < skewWarningMs) return { outcome: 'holds', text: `clock differs by ${(skewMs / 1000).toFixed(1)} s` };
  const text = `this clock is ${describeDuration(skewMs / 1000)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the store's`;
  return {
    outcome: skewMs > skewFaultMs ? 'fault' : 'warning',
    text,
    fix: ['Set the clock (NTP).'],
    reason: 'ClockSkew',
  };
}

/** The store knows the key: one signed request that every key may make. */
export async function checkKey(client: S3Client): Promise<Check> {
  const { credentials, endpoint } = client.connection;
  try {
    const answer = await client.send({ method: 'GET', about: 'the list of buckets' });
    if (answer.status < 300) {
      answer.body.resume();
      return { outcome: 'holds', text: `the server knows access key ${credentials.accessKeyId}` };
    }
    const refusal = await readRefusal(answer);
    if (refusal.code === 'AccessDenied') {
      return {
        outcome: 'holds',
        text: `the server knows access key ${credentials.accessKeyId}; it is not allowed to list buckets`,
      };
    }
    return {
      outcome: 'fault',
      text: `${endpoint} refuses access key ${credentials.accessKeyId}: ${refusal.code ?? refusal.status}`,
      fix: [refusal.hint ?? 'Check profile and endpoint.'],
      reason: refusal.reason,
    };
  } catch (error) {
    return { outcome: 'fault', text: failureOf(error).what };
  }
}

/** SigV2 signs no limits, no time and hardly a parameter; boto3 and aws cli still choose it in old regions. */
export function signatureCheck({ signatureVersion, region, isAws }: Connection, hasSetting: boolean): Check {
  if (signatureVersion === 'v2') {
    return {
      outcome: 'warning',
      text: 'signature version s3 (SigV2): links cannot have limits',
      fix: ['aws configure set s3.signature_version s3v4'],
    };
  }
  const isOldRegion = [
    'us-east-1',
    'us-west-1',
    'us-west-2',
    'eu-west-1',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-northeast-1',
    'sa-east-1',
  ].includes(region);
  if (!hasSetting && isOldRegion && !isAws) {
    return {
      outcome: 'warning',
      text: `aws cli and boto3 sign links with SigV2 in ${region} by default`,
      fix: ['aws configure set s3.signature_version s3v4'],
    };
  }
  return { outcome: 'holds', text: 'signature version s3v4' };
}

/** A link, signed for the public address and used there: what its holder will see. The object is one that does not exist. */
export async function checkPublicEndpoint(
  connection: Connection,
  publicEndpoint: string,
  http: HttpOptions,
  world: World,
): Promise<Check> {
  const config = {
    endpoint: connection.endpoint,
    publicEndpoint,
    region: connection.region,
    credentials: connection.credentials,
    style: 'path' as const,
    now: () => new Date(world.nowMs()),
  };
  const name = `public endpoint ${publicEndpoint}`;
  try {
    const url = bucket('tidegate-doctor', config).presignGet('a link that was tried', { expiresIn: '1m' });
    const answer = await sendOnce({ method: 'GET', url, headers: {} }, http);
    // The signature held when what is missing is the bucket, or the right to see it.
    const refusal = await readRefusal(answer);
    if (refusal.code === 'NoSuchBucket' || refusal.code === 'NoSuchKey')
      return { outcome: 'holds', text: `${name}: a test link works there` };
    if (refusal.code === 'AccessDenied' && refusal.reason === undefined) {
      return { outcome: 'holds', text: `${name}: the signature of a test link is accepted there` };
    }
    return {
      outcome: 'fault',
      text: `${name}: a test link fails there (${refusal.code ?? refusal.status})`,
      fix: [refusal.hint ?? 'If a proxy rewrites Host, let it pass on:  nginx  proxy_set_header Host $http_host;'],
      reason: refusal.reason,
    };
  } catch (error) {
    const { what, fix } = failureOf(error);
    return { outcome: 'fault', text: `${name}: ${what}`, fix: fix === undefined ? undefined : [fix] };
  }
}

/** The bucket is there, and pages of `origin` may use it: a preflight, as a browser sends it before an upload. */
export async function checkBucket(
  client: S3Client,
  name: string,
  origin: string | undefined,
  http: HttpOptions,
): Promise<Check[]> {
  const checks: Check[] = [];
  try {
    const head = await client.send({ method: 'HEAD', bucket: name, about: name });
    head.body.resume();
    if (head.status >= 300) {
      return [
        {
          outcome: 'fault',
          text: `${name}: ${head.status === 404 ? 'the bucket does not exist' : `the key is not allowed to read it (${head.status})`}`,
        },
      ];
    }
    checks.push({ outcome: 'holds', text: `bucket ${name} exists` });
    if (origin === undefined) return checks;
    const preflight = await sendOnce(
      {
        method: 'OPTIONS',
        url: client.urlOf({ bucket: name, key: 'x' }),
        headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
      },
      http,
    );
    preflight.body.resume();
    const allowed = headerText(preflight, 'access-control-allow-origin');
    const isAllowed = preflight.status < 300 && (allowed === '*' || allowed === origin);
    checks.push(
      isAllowed
        ? { outcome: 'holds', text: `pages of ${origin} may upload to ${name}` }
        : {
            outcome: 'warning',
            text: `bucket ${name} has no CORS rule for ${origin}`,
            fix: [`tidegate bucket cors set ${name} --origin ${origin}`],
          },
    );
  } catch (error) {
    checks.push({ outcome: 'fault', text: `${name}: ${failureOf(error).what}` });
  }
  return checks;
}

/** SEC-703, SEC-807: the folder and the files in it are its owner's alone. A first key that is still kept is named. */
export function folderChecks(folder: string): Check[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return [{ outcome: 'fault', text: `data folder ${folder} cannot be read (${code})` }];
  }
  const open = ['', ...names].filter(
    (name) => (statSync(join(folder, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077,
  );
  const checks: Check[] = [
    open.length === 0
      ? { outcome: 'holds', text: `data folder ${folder} is private` }
      : {
          outcome: 'fault',
          text: `other users can read the data folder: ${open.map((name) => join(folder, name)).join(', ')}`,
          fix: [`chmod -R go= ${folder}`],
        },
  ];
  const { bavail, blocks, bsize } = statfsSync(folder);
  const free = `disk ${describeBytes(bavail * bsize)} free`;
  const isFull = bavail < blocks * diskLeastFree;
  checks.push(
    isFull
      ? {
          outcome: 'warning',
          text: `${free}, less than 10 %`,
          fix: [makeRoom],
        }
      : { outcome: 'holds', text: free },
  );
  if (names.includes('first-key.env')) {
    checks.push({
      outcome: 'warning',
      text: `${join(folder, 'first-key.env')} still holds the first key`,
      fix: [`tidegate profiles add --data ${folder}  moves it to ~/.aws`],
    });
  }
  return checks;
}
