import type { Call } from '../core/command.ts';

/** Registers a link with the server before printing it, if `--register` is given. @throws CliError */
export async function registerLink(
  call: Call,
  link: { readonly method: string; readonly url: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<void> {
  if (!call.flags.has('register')) return;
  // Loaded where it is needed: a link that asks nobody is made in a moment.
  const { askApi } = await import('../s3/admin-api.ts');
  const { url, method, headers } = link;
  await askApi(
    call,
    'registerLink',
    { url, method, ...(headers !== undefined && { headers: { ...headers } }) },
    'the link',
  );
}
