import { type ReadSettings, type SettingName, settings, showSetting } from '@tidegate/server';
import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { type Cell, type Column, showTable, textCut } from '../../terminal/table.ts';
import { settingLabel, settingNames, settingsOrRefuse } from '../../upkeep/server-settings.ts';

const columns: readonly Column[] = [{ name: 'SETTING' }, { name: 'VALUE', cut: textCut }, { name: 'FROM' }];

/** `config show`: every setting as a server would start with it, and where each came from. Secrets are not shown. */
export function run(call: Call): number {
  const { args, output } = call;
  const [folder] = args;
  const read = settingsOrRefuse(folder === undefined ? {} : { data: folder }, call, 'tidegate config check');
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(read.settings));
  const rows = settingNames.map((name) => {
    const value = showSetting(name, values.get(name));
    const from = sourceOf(name, read, call);
    return { setting: settingLabel(name), value: secretText(name, value, from), from };
  });
  if (output.isJson) output.json({ file: read.configFile ?? null, items: rows });
  else {
    showTable(
      output,
      columns,
      rows.map(({ setting, value, from }): Cell[] => [
        setting,
        { shown: value === '' ? '–' : value, plain: value },
        from,
      ]),
    );
    if (output.isForPeople)
      output.talk(read.configFile === undefined ? 'No settings file.' : `File: ${read.configFile}`);
  }
  for (const warning of read.warnings) output.warn(warning);
  return exitCodes.done;
}

/** Where a value came from, as one looks for it: the variable, the file, or that nobody set it. */
function sourceOf(name: SettingName, { sources, configFile }: ReadSettings, { args, world }: Call): string {
  const source = sources[name];
  if (source === 'flag') return name === 'data' && args.length > 0 ? 'argument' : 'flag';
  if (source === 'file') return configFile ?? 'file';
  if (source === 'default') return 'default';
  const { environment } = settings[name];
  return (world.env[environment] ?? '') === '' ? `${environment}_FILE` : environment;
}

function secretText(name: SettingName, value: string, from: string): string {
  if (!settings[name].secret || value === '') return value;
  return /^(?:TIDEGATE_.*_FILE)$/.test(from) || !from.startsWith('TIDEGATE_') ? '(set, from file)' : '(set)';
}
