import { randomBytes } from 'node:crypto';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { bucketTarget } from '../../core/target.ts';
import { connect } from '../../s3/connection.ts';
import { splitUrl } from '../../s3/http-client.ts';
import { httpOptions } from '../../s3/http-options.ts';
import { S3Client } from '../../s3/s3-client.ts';
import { changedForm, changedFormV2 } from '../../strict/form-cases.ts';
import { changedUpload, changedV2, changedV4, nonsenseV4 } from '../../strict/query-cases.ts';
import { type GroupResult, runGroup } from '../../strict/run-strict.ts';
import type { StrictPlace } from '../../strict/signed-parts.ts';
import { describeCount } from '../../terminal/format.ts';
import { deleteMany } from '../../transfer/delete-many.ts';

const key = 'strict/probe.txt';
const otherKey = 'strict/other.txt';

/** `strict`: whether a store refuses presigned requests that were tampered with. Any S3 server; nothing of Tidegate is asked for. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const endpoint = (args[0] ?? '').replace(/\/+$/, '');
  if (!/^https?:\/\/[^/?#@\s]+$/i.test(endpoint)) {
    throw wrongUse(`"${args[0] ?? ''}" is not an endpoint.`, 'Write  https://host  or  http://host:port');
  }
  const connection = { ...connect(flags, world), endpoint, style: 'path' as const, isAws: false };
  const client = new S3Client(connection, httpOptions(call), world.nowMs);
  const named = flags.text('bucket');
  const bucket = named === undefined ? `tidegate-strict-${randomBytes(6).toString('hex')}` : bucketTarget(named);
  const { accessKeyId, secretAccessKey, sessionToken } = connection.credentials;
  const { region } = connection;
  if (secretAccessKey === undefined) throw wrongUse('strict needs the secret of the key, not a derived key.');
  const place: StrictPlace = {
    ...{ endpoint, bucket, region, accessKeyId, secretAccessKey, sessionToken },
    host: hostAsSent(endpoint),
    nowMs: world.nowMs(),
  };
  const results: GroupResult[] = [];
  try {
    await prepare(client, bucket, named === undefined);
    for (const makeGroup of [changedV4, nonsenseV4, changedUpload, changedV2, changedForm, changedFormV2]) {
      // The time of each group is its own: a slow server must not make links of the last one too old.
      const now = { ...place, nowMs: world.nowMs() };
      const result = await runGroup(makeGroup(now, key), now, httpOptions(call));
      results.push(result);
      if (!output.isJson) tellGroup(result, call);
    }
  } finally {
    await cleanUp(client.afterInterrupt(), bucket, named === undefined);
  }
  return conclude(endpoint, results, call);
}

/** A Host header omits the default port of its scheme. */
function hostAsSent(endpoint: string): string {
  const { host } = splitUrl(endpoint);
  return host.replace(endpoint.startsWith('https:') ? /:443$/ : /:80$/, '');
}

async function prepare(client: S3Client, bucket: string, isOwn: boolean): Promise<void> {
  if (isOwn) (await client.ask({ method: 'PUT', bucket, about: bucket })).body.resume();
  for (const name of [key, otherKey]) {
    const body = Buffer.from('Something to try links with.\n');
    (await client.ask({ method: 'PUT', bucket, key: name, body, about: `${bucket}/${name}` })).body.resume();
  }
}

async function cleanUp(client: S3Client, bucket: string, isOwn: boolean): Promise<void> {
  try {
    const doomed = [key, otherKey, `x${key}`, 'strict/', `${key}/`, 'strict//probe.txt'].map((name) => ({ key: name }));
    await deleteMany(client, bucket, doomed);
    if (isOwn) (await client.send({ method: 'DELETE', bucket, about: bucket })).body.resume();
  } catch (error) {
    // The results matter more than the cleanup; a bucket that is left behind has a telling name.
    if (!(error instanceof CliError)) throw error;
  }
}

function tellGroup(result: GroupResult, { output }: Call): void {
  const { name, checked, letThrough, failed, control, controlStatus, isOptional } = result;
  const { paint } = output;
  if (control === 'refused') {
    const mark = isOptional ? paint.quiet('–') : paint.bad('✗');
    const why = isOptional ? 'not offered' : 'the unchanged request is refused';
    output.answer(`${mark} ${name}: ${why} (${controlStatus})`);
    return;
  }
  const isGood = letThrough.length === 0;
  const counts = `${checked} checks${isGood ? '' : `, ${letThrough.length} wrongly accepted`}`;
  output.answer(`${isGood ? paint.good('✓') : paint.bad('✗')} ${name}: ${counts}`);
  for (const one of letThrough) output.answer(`    ${paint.bad('accepted')}  ${one.name}  ${one.status}`);
  for (const one of failed) output.answer(`    ${paint.warn('failed')}    ${one.name}  ${one.status}`);
}

function conclude(endpoint: string, results: readonly GroupResult[], { output }: Call): number {
  const checked = results.reduce((sum, result) => sum + result.checked, 0);
  const letThrough = results.reduce((sum, result) => sum + result.letThrough.length, 0);
  const broken = results.filter(({ control, isOptional }) => control === 'refused' && !isOptional);
  if (output.isJson) output.json({ endpoint, checked, letThrough, groups: results });
  else {
    const said = letThrough === 0 ? 'nothing wrongly accepted' : `${describeCount(letThrough)} wrongly accepted`;
    output.answer(`${endpoint}: ${describeCount(checked)} checks, ${said}`);
  }
  return letThrough > 0 || broken.length > 0 ? exitCodes.fault : exitCodes.done;
}
