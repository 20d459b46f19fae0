import type { SettingsEditor } from '../admin/endpoint.ts';
import type { Log } from '../observe/log.ts';
import type { LiveSettings } from '../settings/live-settings.ts';
import type { AdminStore } from '../stores/admin/admin-store.ts';
import type { Clock } from '../world/clock.ts';
import type { StartOptions } from './parts.ts';

/** How often a process looks at what was stored by another: within a second it holds everywhere (ADM-46). */
const checkEveryMs = 500;

/** The settings as the admin API shows and changes them. */
export function createSettingsEditor(live: LiveSettings, records: Pick<AdminStore, 'changeSettings'>): SettingsEditor {
  return {
    list: () => live.list(),
    unchangeable: (path) => live.unchangeable(path),
    parse: (path, value) => live.parse(path, value),
    async change(values) {
      live.useStored(await records.changeSettings(values));
    },
  };
}

/** Takes stored settings into use, now and whenever they change. Returns what ends it. */
export async function followStoredSettings(
  live: LiveSettings,
  records: Pick<AdminStore, 'readSettings'>,
  clock: Clock,
  log: Log,
): Promise<() => void> {
  let isOver = false;
  let cancel: () => void = () => undefined;
  const check = async (): Promise<void> => {
    live.useStored(await records.readSettings());
  };
  const plan = (): void => {
    if (isOver) return;
    cancel = clock.after(checkEveryMs, () => {
      check()
        .catch((error: unknown) => log.error('the stored settings could not be read', {}, error))
        .then(plan, plan);
    });
  };
  await check();
  plan();
  return () => {
    isOver = true;
    cancel();
  };
}

/** Reads flags, environment and file again. @returns whether anything could be read; the log says why not */
export function readAgain(live: LiveSettings, { readAgain: read }: StartOptions, log: Log): boolean {
  if (read === undefined) return false;
  try {
    const { settings, sources } = read();
    live.useReread({ settings, sources });
    log.info('the settings were read again');
    return true;
  } catch (error) {
    log.error('the settings cannot be read again; those in use stay', {}, error);
    return false;
  }
}
