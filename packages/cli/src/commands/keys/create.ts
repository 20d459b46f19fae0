import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { governanceOf } from '../../links/governance-flags.ts';
import { ownerOf } from '../../links/key-record.ts';
import { askAdmin, textMember } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';

/** `keys create`: a new access key. Its secret is shown now and never again. */
export async function run(call: Call): Promise<number> {
  const { flags, output, world } = call;
  const client = clientFor(call);
  const owner = flags.text('owner');
  const role = flags.text('role');
  const note = flags.text('note');
  const buckets = flags.list('bucket');
  const prefixes = flags.list('prefix');
  const governance = governanceOf(flags, world.nowMs());
  const key = await askAdmin(client, {
    method: 'POST',
    path: '/keys',
    document: {
      ...(owner !== undefined && { owner }),
      ...(role !== undefined && { role }),
      ...(note !== undefined && { note }),
      ...(buckets.length > 0 && { buckets }),
      ...(prefixes.length > 0 && { prefixes }),
      ...(governance !== undefined && { governance }),
    },
    about: 'access keys',
  });
  const id = key === undefined ? undefined : textMember(key, 'id');
  const secret = key === undefined ? undefined : textMember(key, 'secretAccessKey');
  if (key === undefined || id === undefined || secret === undefined) {
    throw new CliError({ exit: exitCodes.unreachable, what: 'Unexpected response: no access key.' });
  }
  if (output.isJson) output.json(key);
  else if (output.isForPeople) {
    output.talk(
      `  Role ${textMember(key, 'role') ?? ''}, owner ${ownerOf(key)}. The secret is shown now and never again.`,
    );
    output.answer(`access key  ${id}`);
    output.answer(`secret      ${secret}`);
  } else {
    output.answer(`${id}\t${secret}`);
  }
  return exitCodes.done;
}
