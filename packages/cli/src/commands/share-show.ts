import { type Answered, askApi } from '../admin-api.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../errors.ts';
import { countFlag } from '../flag-values.ts';
import { isUrl, linkName } from '../link-names.ts';
import { linkLines } from '../link-rows.ts';
import { serverRemedy, warnOfLoopback } from '../made-link.ts';
import { printable } from '../style.ts';
import { eventLine } from '../watch-lines.ts';

/** `share show`: one link, with what happened to it. `request show` is the same. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const argument = args[0] ?? '';
  const id = linkName(argument);
  const events = countFlag(flags, 'events', 0, 1000) ?? 10;
  if (flags.has('url')) {
    const { url } = await askApi(call, 'readShareUrl', { id }, id);
    if (output.isJson) output.json({ url });
    else output.answer(url);
    warnOfLoopback(call, url, serverRemedy);
    return exitCodes.done;
  }
  const link = await askApi(call, 'readLink', { id }, isUrl(argument) ? `the link ${id}` : id);
  const page: Answered<'listLinkEvents'> =
    events === 0 ? { items: [], next: null } : await askApi(call, 'listLinkEvents', { id, limit: events }, id);
  if (output.isJson) {
    output.json({ ...link, events: page.items });
    return exitCodes.done;
  }
  for (const line of linkLines(link, world.nowMs())) output.answer(printable(line));
  if (page.items.length > 0) output.answer('');
  // The first use is told as a use, too.
  for (const event of page.items.filter(({ type }) => type !== 'link.first-used').toReversed()) {
    output.answer(`  ${printable(eventLine(event, undefined, world.nowMs()))}`);
  }
  return exitCodes.done;
}
