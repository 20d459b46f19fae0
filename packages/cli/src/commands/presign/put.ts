import { basename } from 'node:path/posix';
import type { PutOptions, SignedRequest } from '@tidegate/presign';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { pairsFlag, sizeFlag } from '../../core/flag-values.ts';
import { objectTarget } from '../../core/target.ts';
import { spacedSize } from '../../links/limit-options.ts';
import { linkBucket } from '../../links/link-bucket.ts';
import { copyLink } from '../../links/made-link.ts';
import { curlCommand, describeLink, setUpLink } from '../../links/presign-link.ts';
import { registerLink } from '../../links/register-link.ts';

/** `presign put`: one request that uploads. The headers it needs are printed on stderr, or included in the output. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const target = objectTarget(args[0] ?? '');
  const forms = ['curl', 'fetch', 'python'].filter((name) => flags.has(name));
  if (forms.length > 1) throw wrongUse(`--${forms.join(' and --')}: use only one.`);
  const type = flags.text('type');
  const size = sizeFlag(flags, 'size');
  const maxSize = sizeFlag(flags, 'max-size');
  const metadata = pairsFlag(flags, 'metadata');
  const setup = await setUpLink(call, ['max-size']);
  const options: PutOptions = {
    ...setup.options,
    ...(type !== undefined && { type }),
    ...(size !== undefined && { size }),
    ...(maxSize !== undefined && { maxSize }),
    ...(metadata !== undefined && { metadata }),
    ...(flags.has('no-overwrite') && { overwrite: false }),
  };
  const put = (await linkBucket(target.bucket, setup.config)).presignPut(target.key, options);
  const fileName = basename(target.key) || 'FILE';
  await registerLink(call, put);
  if (output.isJson) output.json({ url: put.url, method: put.method, headers: put.headers, expiresAt: put.expiresAt });
  else output.answer(written(put, forms[0], fileName));
  if (forms.length === 0 && !output.isJson) {
    for (const [name, value] of Object.entries(put.headers)) output.talk(`  send with it  ${name}: ${value}`);
  }
  const words = [
    ...(type === undefined ? [] : [`only ${type}`]),
    ...(size === undefined ? [] : [`exactly ${spacedSize(size)}`]),
    ...(flags.has('no-overwrite') ? ['never overwrites'] : []),
  ];
  await describeLink(call, { method: 'PUT', target: `${target.bucket}/${target.key}`, url: put.url, words }, setup);
  copyLink(call, put.url);
  return exitCodes.done;
}

function written(put: SignedRequest, form: string | undefined, fileName: string): string {
  const headers = JSON.stringify(put.headers);
  if (form === 'curl') return curlCommand(['-fT', quoted(fileName)], put.headers, put.url);
  if (form === 'fetch')
    return `await fetch(${JSON.stringify(put.url)}, { method: 'PUT', headers: ${headers}, body: file });`;
  if (form === 'python') {
    return `requests.put(${JSON.stringify(put.url)}, data=open(${JSON.stringify(fileName)}, 'rb'), headers=${headers}).raise_for_status()`;
  }
  return put.url;
}

function quoted(fileName: string): string {
  // A name that begins with a dash would be a flag of curl's.
  const safe = fileName.startsWith('-') ? `./${fileName}` : fileName;
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}
