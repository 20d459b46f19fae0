import type { Output } from '../../data/api.ts';
import { type Asked, useAsk } from '../../data/hooks.ts';

/** A setting as the server tells it. */
export type ShownSetting = Output<'readSettings'>['items'][number];

/** Every setting of the server. Of the account root alone. */
export function useSettings(): Asked<Output<'readSettings'>> {
  return useAsk('readSettings', {});
}

/** One of them. */
export function settingOf(items: readonly ShownSetting[] | undefined, name: string): ShownSetting | undefined {
  return items?.find((setting) => setting.name === name);
}

/** Where a value comes from, in words. */
export function sourceWords({ setBy, source }: Pick<ShownSetting, 'setBy' | 'source'>): string {
  if (setBy !== null) return `Set by ${setBy}`;
  return source === 'stored' ? 'Set here' : 'Default';
}
