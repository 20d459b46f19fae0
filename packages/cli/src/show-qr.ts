import type { Call } from './command.ts';
import { wrongUse } from './errors.ts';
import { readPreferences } from './preferences.ts';

/** Refuses a `--qr=…` that is not known, before anything is made that it should show. @throws CliError */
export function checkQr({ flags }: Call): void {
  const how = flags.text('qr') ?? '';
  if (how !== '' && how !== 'invert') throw wrongUse(`--qr=${how} is not known. Write --qr, or --qr=invert.`);
}

/** Shows a link as a QR code beside the answer, where `--qr` asks for it. @throws CliError */
export async function showQr({ flags, output, world }: Call, url: string): Promise<void> {
  if (!flags.has('qr')) return;
  const how = flags.text('qr') || (readPreferences(world).qr === 'invert' ? 'invert' : '');
  const { qrLines } = await import('./qr.ts');
  const lines = qrLines(url, world.stderr.columns ?? 80, how === 'invert');
  for (const line of ['', ...lines, '']) output.talk(line === '' ? '' : `  ${line}`);
}
