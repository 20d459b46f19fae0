import { type Answered, askApi } from '../admin-api.ts';
import type { Call } from '../command.ts';
import { copyLink } from '../copy-link.ts';
import { exitCodes, wrongUse } from '../errors.ts';
import { describeClock, describeUntil } from '../format.ts';
import { newPassword } from '../hidden-line.ts';
import { limitWords } from '../link-rows.ts';
import { endOf, sharedLimits } from '../share-fields.ts';
import { checkQr, showQr } from '../show-qr.ts';
import { objectTarget, parseTarget } from '../target.ts';

/** `share create`: a short link that the server holds. stdout is the link and nothing else. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  checkQr(call);
  const target = targetOf(args);
  const file = flags.text('upload');
  if (file !== undefined) await upload(call, file, target);
  const title = flags.text('title');
  const note = flags.text('note');
  const password = await newPassword(call);
  const limits = sharedLimits(call);
  const share = await askApi(
    call,
    'createShare',
    {
      ...target,
      ...endOf(call),
      ...(title !== undefined && { title }),
      ...(note !== undefined && { note }),
      ...(password !== undefined && { password }),
      ...(limits !== undefined && { limits }),
    },
    args[0] ?? '',
  );
  if (output.isJson) {
    output.json(share);
    return exitCodes.done;
  }
  output.talk(`  ${output.talkPaint.quiet(shareWords(share, args, call).join(' · '))}`);
  await showQr(call, share.url);
  copyLink(call, share.url);
  output.answer(share.url);
  return exitCodes.done;
}

type Target = {
  readonly bucket: string;
  readonly key?: string;
  readonly prefix?: string;
  readonly keys?: string[];
};

function targetOf(args: readonly string[]): Target {
  const [first = '', ...more] = args;
  if (more.length === 0) {
    const target = parseTarget(first);
    if (target.kind === 'bucket')
      throw wrongUse(`"${first}" names a whole bucket.`, `Name a key, or a prefix:  ${target.bucket}/folder/`);
    const { bucket, key } = objectTarget(first);
    return key.endsWith('/') ? { bucket, prefix: key } : { bucket, key };
  }
  const targets = args.map(objectTarget);
  const [{ bucket } = { bucket: '' }] = targets;
  const other = targets.find((target) => target.bucket !== bucket);
  if (other !== undefined) throw wrongUse(`A share holds one bucket: ${bucket}, or ${other.bucket}.`);
  return { bucket, keys: targets.map(({ key }) => key) };
}

async function upload(call: Call, file: string, { bucket, key }: Target): Promise<void> {
  if (key === undefined) throw wrongUse('--upload puts one file at one key.', 'Name the key that it gets:  bucket/key');
  const { uploadForShare } = await import('../share-upload.ts');
  await uploadForShare(call, file, { bucket, key });
}

/** `q3.pdf · until 24 Dec 2026 10:15 (30 d) · 5 downloads · password · sh_…`. */
function shareWords(share: Answered<'createShare'>, args: readonly string[], { world }: Call): string[] {
  const nowMs = world.nowMs();
  const [first = ''] = args;
  const name =
    args.length > 1
      ? `${args.length} files`
      : (first
          .split('/')
          .filter((part) => part !== '')
          .at(-1) ?? first);
  const end =
    share.expiresAt === null
      ? 'never ends'
      : `until ${describeClock(Date.parse(share.expiresAt), nowMs)} (${describeUntil(Date.parse(share.expiresAt), nowMs)})`;
  return [name, end, ...limitWords(share.limits, 'GET', nowMs), ...(share.password ? ['password'] : []), share.id];
}
