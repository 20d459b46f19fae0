import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { durationFlag } from '../../core/flag-values.ts';
import { askAdmin, textMember } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';

/** `keys rotate`: a new secret beside the old one. It is shown now and never again. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const [id = ''] = args;
  const overlap = durationFlag(flags, 'overlap');
  const key = await askAdmin(clientFor(call), {
    method: 'POST',
    path: `/keys/${encodeURIComponent(id)}/rotate`,
    document: overlap === undefined ? {} : { overlap },
    about: `the access key ${id}`,
  });
  const secret = key === undefined ? undefined : textMember(key, 'secretAccessKey');
  if (key === undefined || secret === undefined) {
    throw new CliError({ exit: exitCodes.unreachable, what: 'Unexpected response: no secret.' });
  }
  if (output.isJson) output.json(key);
  else if (output.isForPeople) {
    output.talk(`  The old secret still works. Retire it:  tidegate keys retire ${id}`);
    output.answer(`access key  ${id}`);
    output.answer(`secret      ${secret}`);
  } else output.answer(`${id}\t${secret}`);
  return exitCodes.done;
}
