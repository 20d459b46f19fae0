import type { Call } from '../core/command.ts';
import { wrongUse } from '../core/errors.ts';
import { readPreferences } from '../core/preferences.ts';

/** Checks the value of `--qr` before anything is made. @throws CliError */
export function checkQr({ flags }: Call): void {
  const how = flags.text('qr') ?? '';
  if (how !== '' && how !== 'invert') throw wrongUse(`--qr=${how} is not known. Write --qr, or --qr=invert.`);
}

/** Shows a link as a QR code on stderr, with `--qr`. @throws CliError */
export async function showQr({ flags, output, world }: Call, url: string): Promise<void> {
  if (!flags.has('qr')) return;
  const how = flags.text('qr') || (readPreferences(world).qr === 'invert' ? 'invert' : '');
  const { qrLines } = await import('../terminal/qr.ts');
  const lines = qrLines(url, world.stderr.columns ?? 80, how === 'invert');
  for (const line of ['', ...lines, '']) output.talk(line === '' ? '' : `  ${line}`);
}

/**
 * Copies a link to the clipboard, with `--copy`. The terminal itself does it (OSC 52), so it works over SSH and starts no program. A
 * terminal that does not know the sequence shows nothing.
 */
export function copyLink({ flags, output, world }: Call, url: string): void {
  if (!flags.has('copy')) return;
  if (world.stderr.isTTY !== true) {
    output.warn('--copy needs a terminal; nothing was copied.');
    return;
  }
  world.stderr.write(`\u001b]52;c;${Buffer.from(url).toString('base64')}\u0007`);
  output.talk('  Copied, if the terminal lets programs write to its clipboard.');
}

/** Warns that a link whose host is a loopback address works on this machine only. `remedy`: how to get another host. */
export function warnOfLoopback({ output }: Call, url: string, remedy: string): void {
  const host = /^https?:\/\/(\[[^\]]*\]|[^/:?]*)/i.exec(url)?.[1] ?? '';
  if (!/^(?:localhost|127\.[\d.]+|\[::1\]|.*\.localhost)$/i.test(host)) return;
  output.warn(`Works on this machine only: the address is ${host}. ${remedy}`);
}

/** The remedy for links whose address the server chooses: shares and file requests. */
export const serverRemedy = 'Start the server with --public-endpoint URL.';
