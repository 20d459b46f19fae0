import type { ListOptions } from '@tidegate/presign';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { countFlag } from '../../core/flag-values.ts';
import { parseTarget } from '../../core/target.ts';
import { linkBucket } from '../../links/link-bucket.ts';
import { curlCommand, describeLink, setUpLink } from '../../links/presign-link.ts';
import { registerLink } from '../../links/register-link.ts';

/** `presign list`: a link that lists a bucket, or what is under a prefix. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const target = parseTarget(args[0] ?? '');
  if (target.kind !== 'object' && target.kind !== 'bucket')
    throw wrongUse(`"${args[0] ?? ''}" does not name a bucket.`);
  const prefix = target.kind === 'object' ? target.key : undefined;
  const delimiter = flags.text('delimiter');
  const maxKeys = countFlag(flags, 'max-keys', 1, 1000);
  const setup = await setUpLink(call);
  const options: ListOptions = {
    ...setup.options,
    ...(prefix !== undefined && { prefix }),
    ...(delimiter !== undefined && { delimiter }),
    ...(maxKeys !== undefined && { maxKeys }),
  };
  const url = (await linkBucket(target.bucket, setup.config)).presignList(options);
  await registerLink(call, { method: 'GET', url });
  if (output.isJson) output.json({ url, method: 'GET', headers: {} });
  else output.answer(flags.has('curl') ? curlCommand(['-f'], {}, url) : url);
  await describeLink(call, { method: 'LIST', target: `${target.bucket}/${prefix ?? ''}`, url }, setup);
  return exitCodes.done;
}
