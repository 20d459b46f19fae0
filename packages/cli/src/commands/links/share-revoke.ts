import type { AdminOperations } from '@tidegate/presign/admin';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { timeFlag } from '../../core/flag-values.ts';
import { forEachTarget } from '../../core/several.ts';
import { cutUrlHint } from '../../core/target.ts';
import { isUrl, linkName } from '../../links/link-names.ts';
import { usageOf, whatOf } from '../../links/link-rows.ts';
import { type Answered, askApi } from '../../s3/admin-api.ts';
import { confirm } from '../../terminal/ask.ts';
import { describeCount, describeSecond } from '../../terminal/format.ts';
import { readSecretLine } from '../../terminal/stdin.ts';

type Revoked = Answered<'revoke'>;
type Match = AdminOperations['revoke']['input']['match'];
type More = Omit<AdminOperations['revoke']['input'], 'match'>;

/** `share revoke`: revokes the links that are named, or everything that a filter matches. */
export async function run(call: Call): Promise<number> {
  const { args, flags, world } = call;
  const filter = await filterOf(call);
  if (args.length > 0 && filter !== undefined) throw wrongUse('Name links or use a filter, not both.');
  const reason = flags.text('reason');
  const before = timeFlag(flags, 'before', world.nowMs());
  const more: More = {
    ...(reason !== undefined && { reason }),
    ...(before !== undefined && { before: before.toISOString() }),
  };
  if (filter !== undefined) return await revokeAll(call, filter, more);
  if (args.length === 0)
    throw wrongUse('share revoke needs a link or a filter.', "Like  tidegate share revoke 'https://…'");
  return await forEachTarget(call, args, (argument) => revokeOne(call, argument, more));
}

/** What to revoke, and how to describe it in messages. */
type Filter = { readonly match: Match; readonly what: string };

async function filterOf({ flags, world }: Call): Promise<Filter | undefined> {
  const label = flags.text('label');
  const bucket = flags.text('bucket');
  const prefix = flags.text('prefix');
  const accessKeyId = flags.text('key');
  const own = accessKeyId === undefined ? {} : { accessKeyId };
  if (flags.has('session-stdin')) {
    const sessionToken = await readSecretLine(world.stdin);
    return { match: { sessionToken, ...own }, what: 'these temporary credentials' };
  }
  if (prefix !== undefined && bucket === undefined) throw wrongUse('--prefix needs --bucket.');
  if (label !== undefined && bucket !== undefined) throw wrongUse('--label and --bucket cannot be combined.');
  if (label !== undefined) return { match: { label, ...own }, what: 'this label' };
  if (bucket !== undefined)
    return { match: { bucket, prefix: prefix ?? '' }, what: prefix === undefined ? 'this bucket' : 'this prefix' };
  return accessKeyId === undefined ? undefined : { match: own, what: 'this key' };
}

async function revokeOne(call: Call, argument: string, more: More): Promise<void> {
  const { flags, output, world } = call;
  const hint = isUrl(argument) ? cutUrlHint(argument) : undefined;
  if (hint !== undefined) throw wrongUse(hint, "Like  tidegate share revoke 'https://…'");
  const id = linkName(argument);
  const match: Match = isUrl(argument) ? { url: argument } : { id };
  const dryRun = flags.has('dry-run');
  const made = await askApi(call, 'revoke', { match, ...more, ...(dryRun && { dryRun }) }, id);
  if (output.isJson) {
    output.json(made);
    return;
  }
  const { link } = made;
  const state = link === null ? 'never used here' : `${whatOf(link)} · ${usageOf(link, world.nowMs())}`;
  if (dryRun) output.answer(`${id} · ${state}. Nothing was changed.`);
  else if (output.isForPeople) output.answer(`Revoked ${id} · ${state}. Undo: tidegate share restore ${id}`);
  else output.answer(`${id}\t${made.id ?? ''}`);
  if (!made.verified) {
    output.warn(
      'The URL was signed with headers it does not contain, so its signature could not be verified. A damaged copy revokes nothing.',
    );
  }
}

/** Counts first; `--dry-run` stops there. */
async function revokeAll(call: Call, { match, what }: Filter, more: More): Promise<number> {
  const { flags, output } = call;
  const counted = await askApi(call, 'revoke', { match, ...more, dryRun: true }, 'revocations');
  const links = `${describeCount(counted.matched)} link${counted.matched === 1 ? '' : 's'}`;
  // Temporary credentials given by their id are revoked themselves, unless a time is given.
  const isWhole = what === 'this key' && match.accessKeyId?.startsWith('TGTS') === true && more.before === undefined;
  const others = isWhole
    ? 'these temporary credentials are refused until they expire.'
    : `links signed for ${what} until now are denied too, even if never used.`;
  const matching = `${links} ${counted.matched === 1 ? 'matches' : 'match'} (${describeCount(counted.active)} active); ${others}`;
  if (flags.has('dry-run')) {
    if (output.isJson) output.json(counted);
    else output.answer(matching);
    return exitCodes.done;
  }
  await confirm(call, `${matching} Revoke?`);
  const made: Revoked = await askApi(call, 'revoke', { match, ...more }, 'revocations');
  if (output.isJson) output.json(made);
  // Credentials that are revoked themselves sign nothing more, so there is no time from which new links work.
  else tellRevoked(call, made, links, isWhole ? null : made.worksFrom);
  return exitCodes.done;
}

/** How many went, from when on links that are signed anew work (ADM-36), and how it is undone. */
function tellRevoked({ output, world }: Call, made: Revoked, links: string, worksFrom: string | null): void {
  const id = made.id ?? '';
  const next =
    worksFrom === null ? [] : [`New links work from ${describeSecond(Date.parse(worksFrom), world.nowMs())} on.`];
  if (output.isForPeople) {
    output.answer([`Revoked ${links}.`, ...next, `Undo: tidegate share restore ${id}`].join(' '));
    return;
  }
  output.answer(`${id}\t${made.matched}`);
  for (const line of next) output.talk(line);
}
