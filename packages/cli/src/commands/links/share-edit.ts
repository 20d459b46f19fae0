import { type LimitCarrier, limitMeanings, limitRules } from '@tidegate/presign/internal';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { countFlag } from '../../core/flag-values.ts';
import { isUrl, linkName } from '../../links/link-names.ts';
import { linkLines } from '../../links/link-rows.ts';
import { endOf } from '../../links/share-fields.ts';
import { type Answered, askApi } from '../../s3/admin-api.ts';
import { newPassword } from '../../terminal/hidden-line.ts';
import { printable } from '../../terminal/style.ts';

/** `share edit`: changes a share or file request; a presigned URL can only be narrowed. */
export async function run(call: Call): Promise<number> {
  const { args, output, world } = call;
  const argument = args[0] ?? '';
  const id = linkName(argument);
  const link = id.startsWith('lk_')
    ? await tighten(call, id, isUrl(argument) ? argument : undefined)
    : await change(call, id);
  if (output.isJson) output.json(link);
  else for (const line of linkLines(link, world.nowMs())) output.answer(printable(line));
  return exitCodes.done;
}

const ofSharesOnly = ['password', 'password-stdin', 'no-password', 'title', 'note'] as const;

async function tighten(call: Call, id: string, url: string | undefined): Promise<Answered<'readLink'>> {
  const { flags } = call;
  const flag = ofSharesOnly.find((name) => flags.has(name));
  if (flag !== undefined) throw wrongUse(`--${flag} is for shares and file requests; ${id} is a presigned URL.`);
  const { expiresAt, ...end } = endOf(call);
  if (expiresAt === null) throw wrongUse('A presigned URL expires when it was signed to expire, or sooner.');
  const uses = countFlag(flags, 'uses', 1, 1_000_000);
  const ip = addresses(call);
  const wanted = { ...end, ...(uses !== undefined && { uses }), ...(ip !== undefined && { ip }) };
  if (Object.keys(wanted).length === 0) throw nothingAsked();
  // A link that was never used is not in the ledger yet.
  return await askApi(call, 'tightenLink', { id, ...(url !== undefined && { url }), ...wanted }, id);
}

async function change(call: Call, id: string): Promise<Answered<'readLink'>> {
  const { flags } = call;
  const title = flags.text('title');
  const note = flags.text('note');
  const password = await newPassword(call);
  const uses = countFlag(flags, 'uses', 1, 1_000_000);
  const ip = addresses(call);
  const isShare = id.startsWith('sh_');
  const fields = {
    ...endOf(call),
    ...(title !== undefined && { title: title === '' ? null : title }),
    ...(note !== undefined && { note: note === '' ? null : note }),
    ...(password !== undefined && { password }),
    ...(flags.has('no-password') && { password: null }),
  };
  const narrowed = { ...(uses !== undefined && { uses }), ...(ip !== undefined && { ip }) };
  if (Object.keys(fields).length + Object.keys(narrowed).length === 0) throw nothingAsked();
  // Limits are replaced whole: those that are not named stay.
  const limits =
    Object.keys(narrowed).length === 0
      ? {}
      : {
          limits: {
            ...settable((await askApi(call, 'readLink', { id }, id)).limits, isShare ? 'share' : 'request'),
            ...narrowed,
          },
        };
  return isShare
    ? await askApi(call, 'changeShare', { id, ...fields, ...limits }, id)
    : await askApi(call, 'changeRequest', { id, ...fields, ...limits }, id);
}

/** Limits as they are shown, without what cannot be set on a share or file request: those that let more through. */
function settable(limits: Answered<'readLink'>['limits'], carrier: LimitCarrier): object {
  const isCarried = ([name]: [string, unknown]) =>
    limitRules.some(({ property }) => property === name && limitMeanings[property].carriers.includes(carrier));
  return Object.fromEntries(Object.entries(limits).filter(isCarried));
}

function addresses({ flags }: Call): string[] | undefined {
  const ip = flags.list('ip').flatMap((entry) => entry.split(','));
  return ip.length === 0 ? undefined : ip;
}

function nothingAsked() {
  return wrongUse('Nothing to change.', 'Give --expires, --uses or --ip; for shares also --title, --note, --password.');
}
