import type { Parsed } from './kinds.ts';
import { limitSettings } from './limits.ts';
import { type SettingName, type Settings, settings } from './list.ts';
import type { SettingSource } from './read-settings.ts';
import type { Setting } from './setting.ts';

/** Settings that the admin API changes while the server runs, by their paths (ADM-46). */
export const changeablePaths = [
  'log.level',
  'links.ledger_days',
  'links.ledger_max_links',
  'links.client_address',
] as const;

/** Values that were stored through the admin API, by path, as JSON has them. */
export type StoredSettings = Readonly<Record<string, unknown>>;

/** Where the value in use comes from. `program`: passed by a program that runs the server in its own process. */
export type LiveSource = SettingSource | 'stored' | 'program';

/** What a process is given at its start and when the file is read again. */
export type GivenSettings = {
  readonly settings: Settings;
  /** Undefined: a program gave the values. What is no default counts as given. */
  readonly sources: Readonly<Record<SettingName, SettingSource>> | undefined;
};

/** Why a path cannot be changed. `unknown`: there is no such setting. */
export type Unchangeable = 'unknown' | 'at the start alone' | { readonly setBy: string };

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

const names = Object.keys(settings).filter((name): name is SettingName => Object.hasOwn(settings, name));
const byPath: ReadonlyMap<string, SettingName> = new Map(names.map((name) => [declared(name).toml ?? name, name]));
/** What SIGHUP reads again from the file (ADM-48). */
const rereadNames: readonly SettingName[] = names.filter(
  (name) => isChangeable(name) || name === 'webhookTargets' || Object.hasOwn(limitSettings, name),
);

/**
 * The settings of a process as they are now. Flags beat environment, file, what was stored through the admin API, and default, in
 * this order: what an operator wrote down is never overruled by a click. Holders of `values` see a change with their next look.
 */
export class LiveSettings {
  readonly #copies: Mutable<Settings>[] = [];
  readonly #watchers: (() => void)[] = [];
  #given: GivenSettings;
  #stored: StoredSettings = {};
  /** The settings in use: one object for the life of the process. */
  readonly values: Settings;

  constructor(given: GivenSettings) {
    this.#given = given;
    this.values = this.with({});
  }

  /** As they were given, without what was stored: what another process of the server starts from. */
  get given(): GivenSettings {
    return this.#given;
  }

  /** The same settings but for some that never change. */
  with(over: Partial<Settings>): Settings {
    const copy = { ...(this.#copies[0] ?? this.#given.settings), ...over };
    this.#copies.push(copy);
    return copy;
  }

  /** Calls back after each change. */
  watch(watcher: () => void): void {
    this.#watchers.push(watcher);
  }

  /** Takes what is stored into use. A value that is none in this version is passed over. */
  useStored(stored: StoredSettings): void {
    this.#stored = stored;
    this.#settle();
  }

  /** Takes what was read again into use; all else stays as it was at the start. */
  useReread({ settings: read, sources }: GivenSettings): void {
    const kept = { ...this.#given.settings };
    const keptSources = this.#given.sources === undefined ? undefined : { ...this.#given.sources };
    for (const name of rereadNames) {
      copyValue(kept, read, name);
      if (keptSources !== undefined && sources !== undefined) keptSources[name] = sources[name];
    }
    this.#given = { settings: kept, sources: keptSources };
    this.#settle();
  }

  /** Why this path cannot be changed now; undefined: it can. */
  unchangeable(path: string): Unchangeable | undefined {
    const name = byPath.get(path);
    if (name === undefined) return 'unknown';
    if (!isChangeable(name)) return 'at the start alone';
    const setBy = this.#setBy(name);
    return setBy === null ? undefined : { setBy };
  }

  /** A JSON value read as the file's would be. */
  parse(path: string, value: unknown): Parsed<unknown> {
    const name = byPath.get(path);
    return name === undefined ? { ok: false, why: 'a setting' } : declared(name).kind.fromToml(value);
  }

  /** Every setting with its value and where that comes from; secrets without (ADM-42). */
  list() {
    return names.map((name) => {
      const { toml, secret, text, flag, environment, kind, defaultText } = declared(name);
      const path = toml ?? name;
      const source = this.#sourceOf(name);
      const value = secret ? null : (this.values[name] ?? null);
      return {
        ...{ name: path, value, shown: value === null ? null : kind.show(value), secret, text },
        ...{ flag: flag ?? null, environment, source, setBy: this.#setBy(name) },
        ...{ changeable: this.unchangeable(path) === undefined, kind: kind.name, default: defaultText },
      };
    });
  }

  #sourceOf(name: SettingName): LiveSource {
    const { settings: given, sources } = this.#given;
    const isDefault = shownOf(name, given[name]) === shownOf(name, settings[name].default);
    const source: LiveSource = sources?.[name] ?? (isDefault ? 'default' : 'program');
    return source === 'default' && this.#storedValue(name) !== undefined ? 'stored' : source;
  }

  #setBy(name: SettingName): string | null {
    const { flag, environment } = declared(name);
    switch (this.#sourceOf(name)) {
      case 'flag':
        return flag ?? 'a flag';
      case 'environment':
        return environment;
      case 'file':
        return 'tidegate.toml';
      case 'program':
        return 'the program that started the server';
      case 'stored':
      case 'default':
        return null;
    }
  }

  #storedValue(name: SettingName): unknown {
    const { toml, kind } = declared(name);
    if (!isChangeable(name) || toml === undefined || !Object.hasOwn(this.#stored, toml)) return undefined;
    const parsed = kind.fromToml(this.#stored[toml]);
    return parsed.ok ? parsed.value : undefined;
  }

  #settle(): void {
    const now: Mutable<Settings> = { ...this.#given.settings };
    for (const name of rereadNames) {
      if (this.#sourceOf(name) === 'stored') Object.assign(now, { [name]: this.#storedValue(name) });
    }
    let isChanged = false;
    for (const copy of this.#copies) {
      for (const name of rereadNames) {
        isChanged ||= copy[name] !== now[name];
        copyValue(copy, now, name);
      }
    }
    if (isChanged) for (const watcher of this.#watchers) watcher();
  }
}

/** As text, by which values are compared: lists came through messages as copies. */
function shownOf(name: SettingName, value: unknown): string | undefined {
  return value === undefined ? undefined : declared(name).kind.show(value);
}

function isChangeable(name: SettingName): boolean {
  const { toml } = declared(name);
  return changeablePaths.some((path) => path === toml);
}

function copyValue(to: Mutable<Settings>, from: Settings, name: SettingName): void {
  Object.assign(to, { [name]: from[name] });
}

function declared(name: SettingName): Setting<unknown> {
  // Sound: a Setting<T> is read here only through its own kind, so T cannot be mixed up.
  return settings[name] as unknown as Setting<unknown>;
}
