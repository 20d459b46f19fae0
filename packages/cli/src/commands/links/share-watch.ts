import type { Link, LinkEvent } from '@tidegate/presign/admin';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, Interrupted } from '../../core/errors.ts';
import { linkName } from '../../links/link-names.ts';
import { eventLine } from '../../links/watch-lines.ts';
import { askApi } from '../../s3/admin-api.ts';
import { openEvents } from '../../s3/event-stream.ts';
import { printable } from '../../terminal/style.ts';

/** How long what a link was is shown before it is asked again: a busy link is not asked for at every use. */
const linkKeptMs = 1_000;
const mostLinks = 1_000;

/** `share watch`: what happens, as it happens, until Ctrl-C. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const [argument] = args;
  const link = argument === undefined ? undefined : linkName(argument);
  const types = flags.text('types');
  const links = new Map<string, { readonly link: Link | undefined; readonly atMs: number }>();
  try {
    for await (const event of openEvents(call, { link, types })) {
      // The first use is reported as a use, too.
      if (types === undefined && event.type === 'link.first-used') continue;
      if (output.isJson) output.answer(JSON.stringify(event));
      else output.answer(painted(eventLine(event, await linkOf(call, event, links), world.nowMs()), call));
    }
  } catch (error) {
    if (error instanceof Interrupted || world.interrupt.aborted) return exitCodes.interrupted;
    throw error;
  }
  return exitCodes.done;
}

async function linkOf(
  call: Call,
  event: LinkEvent,
  links: Map<string, { readonly link: Link | undefined; readonly atMs: number }>,
): Promise<Link | undefined> {
  const id = event.link;
  if (id === null) return undefined;
  const nowMs = call.world.monotonicMs();
  const known = links.get(id);
  if (known !== undefined && nowMs - known.atMs < linkKeptMs && event.type !== 'link.spent') return known.link;
  if (links.size >= mostLinks) links.clear();
  const link = await askApi(call, 'readLink', { id }, id).catch((error: unknown) => {
    if (error instanceof CliError && error.parts.exit === exitCodes.notFound) return undefined;
    throw error;
  });
  links.set(id, { link, atMs: nowMs });
  return link;
}

function painted(line: string, { output }: Call): string {
  const shown = printable(line);
  const mark = /[▸■✗⊘○]/.exec(shown)?.[0];
  if (mark === undefined) return shown;
  const colour = mark === '✗' || mark === '⊘' ? output.paint.bad : mark === '■' ? output.paint.warn : output.paint.good;
  return shown.replace(mark, () => colour(mark));
}
