import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { askAdmin, textMember } from '../../s3/admin-client.ts';
import { connect } from '../../s3/connection.ts';
import { clientFor } from '../../s3/s3-call.ts';

/** `keys derive`: the signing key of one day and region, for a program that must sign without the secret. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const id = args[0] ?? connect(flags, world).credentials.accessKeyId;
  const date = flags.text('date');
  const region = flags.text('region');
  const derived = await askAdmin(clientFor(call), {
    method: 'POST',
    path: `/keys/${encodeURIComponent(id)}/derive`,
    document: { ...(date !== undefined && { date }), ...(region !== undefined && { region }) },
    about: `the access key ${id}`,
  });
  const signingKey = derived === undefined ? undefined : textMember(derived, 'signingKey');
  if (derived === undefined || signingKey === undefined) {
    throw new CliError({ exit: exitCodes.unreachable, what: 'Unexpected response: no signing key' });
  }
  if (output.isJson) output.json(derived);
  else {
    const [day, where] = [textMember(derived, 'date') ?? '', textMember(derived, 'region') ?? ''];
    output.talk(`  Signs as ${id} on ${day} (UTC) in ${where}. Never give it to a browser.`);
    output.answer(signingKey);
  }
  return exitCodes.done;
}
