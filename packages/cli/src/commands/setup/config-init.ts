import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type SettingName, settings, tomlDefault } from '@tidegate/server';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { confirm } from '../../terminal/ask.ts';
import { settingNames } from '../../upkeep/server-settings.ts';

/** `config init`: a settings file that says what holds anyway, each line with its sentence, all of it commented out. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const path = flags.text('config') ?? join(args[0] ?? './data', 'tidegate.toml');
  const text = settingsFile();
  if (path === '-') {
    output.answer(text.trimEnd());
    return exitCodes.done;
  }
  try {
    if (args[0] !== undefined || flags.text('config') === undefined)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await writeFile(path, text, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      await confirm(call, `${path} exists. Overwrite it?`);
      await writeFile(path, text, { mode: 0o600 });
    }
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error && 'code' in error)) throw error;
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: `${path} cannot be written (${String(error.code)}).`,
      cause: error,
    });
  }
  if (output.isJson) output.json({ file: path });
  else output.talk(`  Wrote ${path}. Every setting is commented out; remove a # to change one.`);
  return exitCodes.done;
}

/** The file: top level first, then one table after the other. */
export function settingsFile(): string {
  const tables = new Map<string, SettingName[]>([['', []]]);
  for (const name of settingNames) {
    const path = settings[name].toml;
    if (path === undefined) continue;
    const table = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
    tables.set(table, [...(tables.get(table) ?? []), name]);
  }
  const lines = [
    '# Settings of a Tidegate server. Every line here says what holds anyway: take the # away to change it.',
    '# A flag of `tidegate serve` beats a variable (TIDEGATE_…), which beats this file.',
  ];
  for (const [table, names] of tables) {
    if (table !== '') lines.push('', `# [${table}]`);
    for (const name of names) {
      const line = tomlDefault(name);
      if (line === undefined) continue;
      const { text, defaultText, default: value } = settings[name];
      const unset = value === undefined && defaultText !== '' ? ` Not set: ${defaultText}.` : '';
      lines.push('', `# ${text}${unset}`, `# ${line}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
