import { type ReadSettings, readSettings, type SettingName, settings } from '@tidegate/server';
import type { Call } from '../core/command.ts';
import { CliError, exitCodes } from '../core/errors.ts';

/**
 * The settings of a server, from flags, environment and file.
 * @throws CliError for what stops a start, with where it stands
 */
export function settingsOrRefuse(
  texts: Partial<Record<SettingName, string>>,
  { flags, world }: Call,
  fix: string,
): ReadSettings {
  try {
    return readSettings({ flags: texts, environment: world.env, configFile: flags.text('config') });
  } catch (error) {
    if (!(error instanceof Error) || !['BadSetting', 'InsecureFile'].includes(error.name)) throw error;
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: error.message,
      fix: error.name === 'InsecureFile' ? 'chmod 600  the file, or set allow_insecure_file_modes = true.' : fix,
      code: error.name,
    });
  }
}

/** The name of every setting that this version has, in the order of their declaration. */
export const settingNames: readonly SettingName[] = Object.keys(settings).filter(
  (name): name is SettingName => isSettingName(name) && settings[name].notBuilt === undefined,
);

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** How a setting is called in the file; the variable for what has no place there. */
export function settingLabel(name: SettingName): string {
  return settings[name].toml ?? settings[name].environment;
}
