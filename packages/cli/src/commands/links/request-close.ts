import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { forEachTarget } from '../../core/several.ts';
import { linkName } from '../../links/link-names.ts';
import { askApi } from '../../s3/admin-api.ts';

/** `request close`: file requests take no more files. */
export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const done = await forEachTarget(call, args, async (argument) => {
    const id = linkName(argument).replace(/^sh_/, 'rq_');
    if (!id.startsWith('rq_'))
      throw wrongUse(`${id} is not a file request.`, `Revoke a link:  tidegate share revoke ${id}`);
    const request = await askApi(call, 'changeRequest', { id, closed: true }, id);
    if (output.isJson) output.json(request);
    else output.answer(output.isForPeople ? `Closed ${id}. Uploaded files stay.` : id);
  });
  return done === exitCodes.done ? exitCodes.done : done;
}
