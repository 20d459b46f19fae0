import { createLog, type Log } from './observe/log.ts';
import type { Settings } from './settings/list.ts';
import type { World } from './world/world.ts';

/** What one write puts into a pipe without another process's text in between (PIPE_BUF of Linux). */
const wholeBytes = 4096;

/** Opens the log of a process on its standard error. */
export function openLog(settings: Settings, { clock, stderr }: Pick<World, 'clock' | 'stderr'>): Log {
  const isText = settings.logFormat === 'text' || (settings.logFormat === 'auto' && stderr.isTerminal);
  const isShared = settings.workers > 1;
  return createLog({
    level: settings.logLevel,
    format: isText ? 'text' : 'json',
    write: (text) => {
      if (!isShared || text.length <= wholeBytes / 4) stderr.write(text);
      else for (const piece of wholeLines(text)) stderr.write(piece);
    },
    nowMs: () => clock.nowMs(),
    after: (delayMs, action) => clock.after(delayMs, action),
  });
}

/** Lines in pieces that a pipe takes whole; a line that is longer is a piece of its own. */
export function wholeLines(text: string): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let pieceBytes = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const bytes = Buffer.byteLength(line);
    if (pieceBytes > 0 && pieceBytes + bytes > wholeBytes) {
      pieces.push(piece);
      piece = '';
      pieceBytes = 0;
    }
    piece += line;
    pieceBytes += bytes;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
