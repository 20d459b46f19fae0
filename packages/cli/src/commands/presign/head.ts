import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { objectTarget } from '../../core/target.ts';
import { linkBucket } from '../../links/link-bucket.ts';
import { curlCommand, describeLink, setUpLink } from '../../links/presign-link.ts';
import { registerLink } from '../../links/register-link.ts';

/** `presign head`: a link that answers headers alone. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const target = objectTarget(args[0] ?? '');
  const setup = await setUpLink(call);
  const versionId = flags.text('version-id');
  const url = (await linkBucket(target.bucket, setup.config)).presignHead(target.key, {
    ...setup.options,
    ...(versionId !== undefined && { versionId }),
  });
  await registerLink(call, { method: 'HEAD', url });
  if (output.isJson) output.json({ url, method: 'HEAD', headers: {} });
  else output.answer(flags.has('curl') ? curlCommand(['-fI'], {}, url) : url);
  await describeLink(call, { method: 'HEAD', target: `${target.bucket}/${target.key}`, url }, setup);
  return exitCodes.done;
}
