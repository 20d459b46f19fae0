import type { Link } from '@tidegate/presign/admin';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { countFlag } from '../../core/flag-values.ts';
import { isUrl, linkName } from '../../links/link-names.ts';
import { linkLines } from '../../links/link-rows.ts';
import { serverRemedy, warnOfLoopback } from '../../links/made-link.ts';
import { eventLine } from '../../links/watch-lines.ts';
import { type Answered, askApi } from '../../s3/admin-api.ts';
import { printable } from '../../terminal/style.ts';

/** `share show`: one link, its limits and its events. `request show` is the same. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const argument = args[0] ?? '';
  const id = linkName(argument);
  const events = countFlag(flags, 'events', 0, 1000) ?? 10;
  const about = isUrl(argument) ? `the link ${id}` : id;
  const link = await askApi(call, 'readLink', { id }, about);
  if (flags.has('url')) {
    const url = await urlOf(call, link);
    if (url === undefined) throw wrongUse(`${link.id} is a presigned URL. ${holderOnly}`);
    if (output.isJson) output.json({ url });
    else output.answer(url);
    warnOfLoopback(call, url, serverRemedy);
    return exitCodes.done;
  }
  const page: Answered<'listLinkEvents'> =
    events === 0 ? { items: [], next: null } : await askApi(call, 'listLinkEvents', { id, limit: events }, id);
  const whole = { ...link, ...(await storedOf(call, link)) };
  if (output.isJson) {
    output.json({ ...whole, events: page.items });
    return exitCodes.done;
  }
  const url = isUrl(argument) && link.kind !== 'link' ? argument : await shownUrl(call, link);
  for (const line of linkLines(whole, world.nowMs(), url)) output.answer(printable(line));
  if (page.items.length > 0) output.answer('');
  // The first use comes as a use, too.
  for (const event of page.items.filter(({ type }) => type !== 'link.first-used').toReversed()) {
    output.answer(`  ${printable(eventLine(event, undefined, world.nowMs()))}`);
  }
  return exitCodes.done;
}

const holderOnly = 'The server does not store it; only its holder has it.';

/** Title and password of a share or file request; the ledger has neither. */
async function storedOf(call: Call, { id, kind }: Link): Promise<{ title?: string | null; password?: boolean }> {
  if (kind === 'link') return {};
  const { title, password } =
    kind === 'share' ? await askApi(call, 'readShare', { id }, id) : await askApi(call, 'readRequest', { id }, id);
  return { title, password };
}

/** The URL of a share or file request. */
async function urlOf(call: Call, { id, kind }: Link): Promise<string | undefined> {
  if (kind === 'link') return undefined;
  const { url } =
    kind === 'share'
      ? await askApi(call, 'readShareUrl', { id }, id)
      : await askApi(call, 'readRequestUrl', { id }, id);
  return url;
}

async function shownUrl(call: Call, link: Link): Promise<string> {
  try {
    return (await urlOf(call, link)) ?? `not known. ${holderOnly}`;
  } catch (error) {
    if (error instanceof CliError && error.parts.exit === exitCodes.refused) return 'not available to this access key';
    throw error;
  }
}
