import { readSettings, type SettingName, settings } from '@tidegate/server';
import type { Flag, FlagValues } from '../core/command.ts';
import { failureOf } from '../core/errors.ts';

/** One setting as the flags see it. */
type Declared = {
  readonly name: SettingName;
  readonly flagName: string;
  readonly kindName: string;
  readonly text: string;
  readonly defaultText: string;
  readonly isBuilt: boolean;
};

/** What stands for a value in help, by the kind of a setting. A kind of fixed words has choices instead. */
const valueNames: Readonly<Record<string, string>> = {
  address: 'ADDRESS',
  'address or off': 'ADDRESS',
  domain: 'DOMAIN',
  number: 'N',
  size: 'SIZE',
  text: 'VALUE',
  URL: 'URL',
};

const flagValueNames: Readonly<Record<string, string>> = {
  region: 'REGION',
  'tls-cert': 'FILE',
  'tls-key': 'FILE',
  'trust-proxy': 'CIDR',
};

/** The flags of `serve`: one for each setting of the server that has one. */
export function serveFlags(): readonly Flag[] {
  return declaredSettings().map((setting) => {
    const isList = setting.kindName.startsWith('list of ');
    const kind = setting.kindName.replace(/^list of /, '');
    const { flagName: name, defaultText } = setting;
    const base = { name, text: phrase(setting.text), defaultText, ...(!setting.isBuilt && { hidden: true as const }) };
    if (kind === 'true or false') return { name, text: base.text };
    const words = kind.split(' | ');
    if (words.length > 1) return { ...base, value: 'WORD', choices: words };
    const value = flagValueNames[name] ?? valueNames[kind] ?? 'VALUE';
    return isList ? { ...base, value, repeatable: true } : { ...base, value };
  });
}

/** The texts of the flags that were given, by setting, as the server reads them. */
export function settingTexts(flags: FlagValues, folder: string | undefined): Partial<Record<SettingName, string>> {
  const texts: Partial<Record<SettingName, string>> = {};
  for (const { name, flagName, kindName } of declaredSettings()) {
    if (!flags.has(flagName)) continue;
    if (kindName === 'true or false') texts[name] = 'true';
    else if (kindName.startsWith('list of ')) texts[name] = flags.list(flagName).join(',');
    else texts[name] = flags.text(flagName) ?? '';
  }
  if (folder !== undefined) texts.data = folder;
  return texts;
}

/** What is wrong with the TIDEGATE_… variables: names that no setting has, values that none takes. */
export function variableFaults(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    return readSettings({ flags: {}, environment }).warnings;
  } catch (error) {
    return [failureOf(error).what];
  }
}

function declaredSettings(): Declared[] {
  return Object.entries(settings).flatMap(([name, setting]) => {
    if (setting.flag === undefined || !isSettingName(name)) return [];
    const { kind, text, defaultText, notBuilt } = setting;
    const flagName = setting.flag.replace(/^--/, '');
    return [{ name, flagName, kindName: kind.name, text, defaultText, isBuilt: notBuilt === undefined }];
  });
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** A sentence of the settings as the words behind a flag. That a flag may be repeated is said by help itself. */
function phrase(sentence: string): string {
  const words = sentence.replace(/\.$/, '').replace(/; repeatable(?=$|\.)/, '');
  return /^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}
