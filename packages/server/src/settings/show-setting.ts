import { type SettingName, settings } from './list.ts';
import type { Setting } from './setting.ts';

/** A value as a person writes it. What is not set is an empty text; a secret is never shown. */
export function showSetting(name: SettingName, value: unknown): string {
  const { kind, secret } = declared(name);
  if (value === undefined || value === null) return '';
  return secret ? '(set)' : kind.show(value);
}

/** The line of a settings file that says what holds anyway: `listen = "127.0.0.1:9000"`. Undefined: it has none. */
export function tomlDefault(name: SettingName): string | undefined {
  const one = declared(name);
  if (one.toml === undefined) return undefined;
  const key = one.toml.slice(one.toml.lastIndexOf('.') + 1);
  if (one.secret) return `${key}_file = ""`;
  return `${key} = ${tomlValue(one)}`;
}

function tomlValue({ kind, default: value }: Setting<unknown>): string {
  if (kind.name.startsWith('list of ')) {
    const shown = Array.isArray(value) && value.length > 0 ? kind.show(value).split(', ') : [];
    return `[${shown.map((item) => JSON.stringify(item)).join(', ')}]`;
  }
  if (value === undefined || value === null) return '""';
  const shown = kind.show(value);
  return kind.name === 'number' || typeof value === 'boolean' || /^\d+$/.test(shown) ? shown : JSON.stringify(shown);
}

function declared(name: SettingName): Setting<unknown> {
  // Sound: a Setting<T> is read here only through its own kind, so T cannot be mixed up.
  return settings[name] as unknown as Setting<unknown>;
}
