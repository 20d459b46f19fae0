import { createLog, type Log } from '../observe/log.ts';
import type { Settings } from '../settings/list.ts';
import type { World } from '../world/world.ts';

/** Opens the log of a process on its standard error. */
export function openLog(settings: Settings, { clock, stderr }: Pick<World, 'clock' | 'stderr'>): Log {
  const isText = settings.logFormat === 'text' || (settings.logFormat === 'auto' && stderr.isTerminal);
  return createLog({
    level: settings.logLevel,
    format: isText ? 'text' : 'json',
    write: (text) => stderr.write(text),
    // As the lines of other programs beside it.
    nowMs: () => clock.wallMs?.() ?? clock.nowMs(),
    after: (delayMs, action) => clock.after(delayMs, action),
  });
}
