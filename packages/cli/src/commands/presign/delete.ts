import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { objectTarget } from '../../core/target.ts';
import { linkBucket } from '../../links/link-bucket.ts';
import { curlCommand, describeLink, setUpLink } from '../../links/presign-link.ts';
import { registerLink } from '../../links/register-link.ts';

/** `presign delete`: a request that deletes one object. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const target = objectTarget(args[0] ?? '');
  const setup = await setUpLink(call);
  const versionId = flags.text('version-id');
  const signed = (await linkBucket(target.bucket, setup.config)).presignDelete(target.key, {
    ...setup.options,
    ...(versionId !== undefined && { versionId }),
  });
  await registerLink(call, signed);
  if (output.isJson)
    output.json({ url: signed.url, method: 'DELETE', headers: signed.headers, expiresAt: signed.expiresAt });
  else output.answer(flags.has('curl') ? curlCommand(['-fX', 'DELETE'], signed.headers, signed.url) : signed.url);
  await describeLink(call, { method: 'DELETE', target: `${target.bucket}/${target.key}`, url: signed.url }, setup);
  return exitCodes.done;
}
