import { askApi } from '../admin-api.ts';
import type { Call } from '../command.ts';
import { exitCodes, wrongUse } from '../errors.ts';
import { linkName } from '../link-names.ts';
import { forEachTarget } from '../several.ts';

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
