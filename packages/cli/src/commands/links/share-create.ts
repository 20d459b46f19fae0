import type { AdminOperations } from '@tidegate/presign/admin';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { objectTarget, parseTarget } from '../../core/target.ts';
import { limitWords } from '../../links/link-rows.ts';
import { checkQr, copyLink, serverRemedy, showQr, warnOfLoopback } from '../../links/made-link.ts';
import { describeEnd, endOf, sharedLimits } from '../../links/share-fields.ts';
import { type Answered, askApi } from '../../s3/admin-api.ts';
import { nearestKeyHint } from '../../s3/nearest-key.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { newPassword } from '../../terminal/hidden-line.ts';

/** `share create`: makes a short link that the server stores. stdout is only the URL. */
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
  const share = await create(
    call,
    {
      ...target,
      ...endOf(call),
      ...(flags.has('allow-missing') && { allowMissing: true }),
      ...(title !== undefined && { title }),
      ...(note !== undefined && { note }),
      ...(password !== undefined && { password }),
      ...(limits !== undefined && { limits }),
    },
    target,
  );
  if (output.isJson) {
    output.json(share);
    warnOfLoopback(call, share.url, serverRemedy);
    return exitCodes.done;
  }
  output.talk(`  ${output.talkPaint.quiet(shareWords(share, args, call).join(' · '))}`);
  warnOfLoopback(call, share.url, serverRemedy);
  await showQr(call, share.url);
  copyLink(call, share.url);
  output.answer(share.url);
  return exitCodes.done;
}

/** Makes the share. A key that is missing is named, with the nearest one that exists. @throws CliError */
async function create(
  call: Call,
  input: AdminOperations['createShare']['input'],
  { bucket, key, prefix, keys }: Target,
): Promise<Answered<'createShare'>> {
  const about = `${bucket}/${key ?? prefix ?? keys?.[0] ?? ''}`;
  try {
    return await askApi(call, 'createShare', input, about);
  } catch (error) {
    if (!(error instanceof CliError) || error.parts.code !== 'NoSuchKey') throw error;
    const fix = 'Share it anyway, to upload it later:  --allow-missing';
    const failure = new CliError({ ...error.parts, fix });
    throw key === undefined ? failure : await nearestKeyHint(failure, { bucket, key }, clientFor(call));
  }
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
      throw wrongUse(`"${first}" names a whole bucket.`, `Name a key or a prefix:  ${target.bucket}/folder/`);
    const { bucket, key } = objectTarget(first);
    return key.endsWith('/') ? { bucket, prefix: key } : { bucket, key };
  }
  const targets = args.map(objectTarget);
  const [{ bucket } = { bucket: '' }] = targets;
  const other = targets.find((target) => target.bucket !== bucket);
  if (other !== undefined) throw wrongUse(`A share covers one bucket; these are in ${bucket} and ${other.bucket}.`);
  return { bucket, keys: targets.map(({ key }) => key) };
}

async function upload(call: Call, file: string, { bucket, key }: Target): Promise<void> {
  if (key === undefined) throw wrongUse('--upload uploads one file to one key.', 'Name its key:  bucket/key');
  const { uploadForShare } = await import('../../links/share-upload.ts');
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
  const end = describeEnd(share.expiresAt, nowMs);
  return [name, end, ...limitWords(share.limits, 'GET', nowMs), ...(share.password ? ['password'] : []), share.id];
}
