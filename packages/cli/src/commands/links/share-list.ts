import type { Link } from '@tidegate/presign/admin';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { countFlag } from '../../core/flag-values.ts';
import { linkColumns, linkRow } from '../../links/link-rows.ts';
import { askApi } from '../../s3/admin-api.ts';
import { describeCount } from '../../terminal/format.ts';
import { showTable } from '../../terminal/table.ts';

const firstPage = 100;
const pageMost = 1000;
/** Rows that `--all` shows at most: a terminal holds no more. */
const rowsMost = 100_000;

/** `share list`: the ledger. `request list` is the same, of file requests. */
export async function run(call: Call): Promise<number> {
  const { command, flags, output, world } = call;
  const isRequests = command.path[0] === 'request';
  const most = flags.has('all') ? rowsMost : (countFlag(flags, 'limit', 1, rowsMost) ?? firstPage);
  const filters = isRequests ? { kind: 'request' } : filtersOf(call);
  const links: Link[] = [];
  let cursor: string | undefined;
  do {
    const page = await askApi(
      call,
      'listLinks',
      { ...filters, limit: Math.min(pageMost, most - links.length), ...(cursor !== undefined && { cursor }) },
      'links',
    );
    links.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && links.length < most);
  if (output.isJson) {
    output.json({ items: links, next: cursor ?? null });
    return exitCodes.done;
  }
  showTable(
    output,
    linkColumns,
    links.map((link) => linkRow(link, world.nowMs())),
  );
  if (output.isForPeople) await summarise(call, links, cursor !== undefined);
  return exitCodes.done;
}

function filtersOf({ flags }: Call) {
  const text = (flag: string, name: string): Record<string, string> => {
    const value = flags.text(flag);
    return value === undefined ? {} : { [name]: value };
  };
  if (flags.text('label') === '') throw wrongUse('--label is empty.');
  return {
    ...text('state', 'state'),
    ...text('kind', 'kind'),
    ...text('bucket', 'bucket'),
    ...text('prefix', 'prefix'),
    ...text('key', 'accessKeyId'),
    ...text('label', 'label'),
    ...text('sort', 'sort'),
    ...(flags.has('refused') && { refused: 'true' as const }),
  };
}

/** `5 links · 3 active · refused in 24 h: 17`. */
async function summarise(call: Call, links: readonly Link[], isCut: boolean): Promise<void> {
  const { output } = call;
  if (output.isQuiet) return;
  const active = links.filter(({ state }) => state === 'active').length;
  const count = `${describeCount(links.length)}${isCut ? ' shown, there are more (--all)' : ` link${links.length === 1 ? '' : 's'}`}`;
  const parts = [count, `${describeCount(active)} active`];
  const refused = await refusedInADay(call);
  if (refused > 0) parts.push(`refused in 24 h: ${describeCount(refused)} (tidegate share list --refused)`);
  output.talk(parts.join(' · '));
}

/** Refused uses of visible links, as `--refused` lists them; 0 if the caller may not see them. */
async function refusedInADay(call: Call): Promise<number> {
  try {
    return (await askApi(call, 'readSummary', {}, 'the ledger')).refused.count;
  } catch (error) {
    if (error instanceof CliError && error.parts.exit === exitCodes.refused) return 0;
    throw error;
  }
}
