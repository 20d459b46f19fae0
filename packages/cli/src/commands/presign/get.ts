import type { GetOptions } from '@tidegate/presign';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { durationFlag } from '../../core/flag-values.ts';
import { objectTarget } from '../../core/target.ts';
import { linkBucket } from '../../links/link-bucket.ts';
import { checkQr, copyLink, showQr } from '../../links/made-link.ts';
import { curlCommand, describeLink, setUpLink } from '../../links/presign-link.ts';
import { registerLink } from '../../links/register-link.ts';

/** `presign get`: one link to download. stdout is the link and nothing else. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  checkQr(call);
  const target = objectTarget(args[0] ?? '');
  if (flags.has('download') && flags.has('inline')) throw wrongUse('--download and --inline contradict each other.');
  const setup = await setUpLink(call);
  const download = flags.text('download');
  const type = flags.text('type');
  const versionId = flags.text('version-id');
  const stable = durationFlag(flags, 'stable');
  const options: GetOptions = {
    ...setup.options,
    ...(download !== undefined && { download: download === '' ? true : download }),
    ...(type !== undefined && { contentType: type }),
    ...(versionId !== undefined && { versionId }),
    ...(stable !== undefined && { stable }),
    ...(flags.has('inline') && { query: { 'response-content-disposition': 'inline' } }),
  };
  const url = (await linkBucket(target.bucket, setup.config)).presignGet(target.key, options);
  await registerLink(call, { method: 'GET', url });
  if (output.isJson) output.json({ url, method: 'GET', headers: {} });
  else output.answer(flags.has('curl') ? curlCommand(['-fOJ'], {}, url) : url);
  await describeLink(call, { method: 'GET', target: `${target.bucket}/${target.key}`, url }, setup);
  await showQr(call, url);
  copyLink(call, url);
  return exitCodes.done;
}
