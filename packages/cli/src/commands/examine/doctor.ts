import type { Call } from '../../core/command.ts';
import { exitCodes, failureOf } from '../../core/errors.ts';
import { version } from '../../core/version.ts';
import { type Connection, connect } from '../../s3/connection.ts';
import { httpOptions } from '../../s3/http-options.ts';
import { S3Client } from '../../s3/s3-client.ts';
import { type Check, printCheck, summary } from '../../terminal/check-line.ts';
import {
  checkBucket,
  checkEndpoint,
  checkKey,
  checkPublicEndpoint,
  folderChecks,
  signatureCheck,
} from '../../upkeep/doctor-checks.ts';
import { askServer, publicProxyChecks, serverChecks } from '../../upkeep/doctor-server.ts';

/** `doctor`: one line for each check, printed as soon as its result is known. */
export async function run(call: Call): Promise<number> {
  const { flags, output } = call;
  const checks: Check[] = [];
  const add = (...found: readonly Check[]) => {
    for (const check of found) {
      checks.push(check);
      if (!output.isJson) printCheck(check, output);
    }
  };
  add({ outcome: 'holds', text: `tidegate ${version}, node ${process.versions.node}` });
  add(...(await variableChecks(call)));
  const connection = connectionOf(call, add);
  if (connection !== undefined) await checkConnection(connection, call, add);
  const folder = flags.text('data');
  if (folder !== undefined) add(...folderChecks(folder));
  if (output.isJson) output.json({ checks });
  else output.answer(summary(checks));
  return checks.some((check) => check.outcome === 'fault') ? exitCodes.fault : exitCodes.done;
}

function connectionOf(call: Call, add: (check: Check) => void): Connection | undefined {
  try {
    const connection = connect(call.flags, call.world);
    add({ outcome: 'holds', text: `${connection.origin}, key ${connection.credentials.accessKeyId}` });
    return connection;
  } catch (error) {
    const { what, why, fix } = failureOf(error);
    add({ outcome: 'fault', text: what.replace(/\.$/, ''), fix: [why, fix].filter((line) => line !== undefined) });
    return undefined;
  }
}

async function checkConnection(
  connection: Connection,
  call: Call,
  add: (...checks: readonly Check[]) => void,
): Promise<void> {
  const { flags, world } = call;
  const http = httpOptions(call);
  const endpoint = await checkEndpoint(connection, http, world);
  add(...endpoint);
  add(signatureCheck(connection, connection.signatureIsSet));
  if (endpoint[0]?.outcome === 'fault') return;
  const client = new S3Client(connection, http, world.nowMs);
  add(await checkKey(client));
  const facts = endpoint[0]?.outcome === 'holds' ? await askServer(call) : undefined;
  if (facts !== undefined) add(...serverChecks(facts, connection, world.nowMs()));
  const publicEndpoint = flags.text('public-endpoint') ?? facts?.server?.publicEndpoint ?? undefined;
  if (publicEndpoint !== undefined) {
    add(await checkPublicEndpoint(connection, publicEndpoint, http, world));
    if (publicEndpoint !== connection.endpoint) add(...(await publicProxyChecks(call, publicEndpoint)));
  } else add(...plainHttpCheck(connection));
  const bucket = flags.text('bucket');
  if (bucket !== undefined) add(...(await checkBucket(client, bucket, flags.text('origin'), http)));
}

function plainHttpCheck({ endpoint }: Connection): Check[] {
  const isLocal = /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(endpoint);
  if (isLocal || endpoint.startsWith('https:')) return [];
  return [{ outcome: 'warning', text: `${endpoint} is plain HTTP: anyone who sees the traffic can read every link` }];
}

/** TIDEGATE_… that no setting reads: the server warns too, but only where it runs. */
async function variableChecks({ world }: Call): Promise<Check[]> {
  if (!Object.keys(world.env).some((name) => name.startsWith('TIDEGATE_'))) return [];
  const { variableFaults } = await import('../../upkeep/serve-flags.ts');
  return variableFaults(world.env).map((text) => ({ outcome: 'warning', text }));
}
