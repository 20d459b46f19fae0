import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { countFlag } from '../../core/flag-values.ts';
import { parseTarget } from '../../core/target.ts';
import { limitWords } from '../../links/link-rows.ts';
import { checkQr, copyLink, serverRemedy, showQr, warnOfLoopback } from '../../links/made-link.ts';
import { describeEnd, endOf, sharedLimits } from '../../links/share-fields.ts';
import { askApi } from '../../s3/admin-api.ts';
import { newPassword } from '../../terminal/hidden-line.ts';

/** `request create`: makes a URL where others upload files. stdout is only the URL. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  checkQr(call);
  const [place = ''] = args;
  const target = parseTarget(place);
  if (target.kind !== 'object' && target.kind !== 'bucket')
    throw wrongUse(`"${place}" is not a bucket or a prefix.`, 'Write  bucket/folder/');
  const prefix = target.kind === 'object' ? target.key : '';
  if (prefix !== '' && !prefix.endsWith('/'))
    throw wrongUse(`"${place}" is a key, not a prefix.`, `Did you mean  ${place}/ ?`);
  const title = flags.text('title');
  const note = flags.text('note');
  const maxFiles = countFlag(flags, 'max-files', 1, 1_000_000);
  const password = await newPassword(call);
  const limits = sharedLimits(call);
  const notify = flags.list('notify');
  const request = await askApi(
    call,
    'createRequest',
    {
      bucket: target.bucket,
      prefix,
      ...endOf(call),
      ...(title !== undefined && { title }),
      ...(note !== undefined && { note }),
      ...(maxFiles !== undefined && { maxFiles }),
      ...(password !== undefined && { password }),
      ...(limits !== undefined && { limits }),
      ...(notify.length > 0 && { notify: [...notify] }),
    },
    place,
  );
  if (output.isJson) {
    output.json(request);
    warnOfLoopback(call, request.url, serverRemedy);
    return exitCodes.done;
  }
  const nowMs = world.nowMs();
  const end = describeEnd(request.expiresAt, nowMs);
  const { uses: _, ...others } = request.limits;
  const files = maxFiles === undefined ? [] : [`${maxFiles} file${maxFiles === 1 ? '' : 's'}`];
  const notified = notify.length === 0 ? [] : [`notifies ${notify.join(', ')}`];
  const words = [`into ${target.bucket}/${prefix}`, end, ...files, ...limitWords(others, 'PUT', nowMs), ...notified];
  output.talk(
    `  ${output.talkPaint.quiet([...words, ...(request.password ? ['password'] : []), request.id].join(' · '))}`,
  );
  warnOfLoopback(call, request.url, serverRemedy);
  await showQr(call, request.url);
  copyLink(call, request.url);
  output.answer(request.url);
  return exitCodes.done;
}
