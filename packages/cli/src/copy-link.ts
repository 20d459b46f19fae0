import type { Call } from './command.ts';

/**
 * Puts a link into the clipboard, where `--copy` asks for it: by the terminal itself (OSC 52), so that it works through SSH too and
 * starts no program. A terminal that does not know the sequence shows nothing.
 */
export function copyLink({ flags, output, world }: Call, url: string): void {
  if (!flags.has('copy')) return;
  if (world.stderr.isTTY !== true) {
    output.warn('--copy needs a terminal: nothing was copied.');
    return;
  }
  world.stderr.write(`\u001b]52;c;${Buffer.from(url).toString('base64')}\u0007`);
  output.talk('  Copied, if the terminal lets programs write to its clipboard.');
}
