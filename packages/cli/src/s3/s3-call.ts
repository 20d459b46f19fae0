import type { Call } from '../core/command.ts';
import { connect, connectByProfile } from './connection.ts';
import { httpOptions } from './http-options.ts';
import { S3Client } from './s3-client.ts';

/** The client of a call: its credentials, its endpoint, its patience. @throws CliError */
export function clientFor(call: Call): S3Client {
  const connection = connect(call.flags, call.world);
  return new S3Client(connection, httpOptions(call), call.world.nowMs);
}

/** The client of a call that works on the data of `--data` and talks to another store. @throws CliError */
export function clientOfProfile(call: Call): S3Client {
  return new S3Client(connectByProfile(call.flags, call.world), httpOptions(call), call.world.nowMs);
}
