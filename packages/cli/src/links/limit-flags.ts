import { type LimitKind, type LimitName, limitMeanings, limitParameter, limitRules } from '@tidegate/presign/internal';
import type { Flag, FlagGroup } from '../core/command.ts';

/** What stands for a value of each kind in help; undefined: the flag is a switch. */
const placeholders: { readonly [Kind in LimitKind]: string | undefined } = {
  label: 'NAME',
  count: 'N',
  bytes: 'SIZE',
  someBytes: 'SIZE',
  duration: 'TIME',
  addresses: 'CIDR',
  flag: undefined,
  time: 'TIME',
  mediaTypes: 'TYPE',
  sha256: 'HEX',
  // The prefix is the target of the command.
  prefix: undefined,
};

/** The flag of a limit: `max-bytes`. */
export function limitFlag(name: LimitName): string {
  return limitMeanings[name].flag ?? limitParameter(name).replace('x-link-', '');
}

function flagOf({ property, kind }: { readonly property: LimitName; readonly kind: LimitKind }): Flag {
  const { help, otherwise } = limitMeanings[property];
  const value = placeholders[kind];
  return {
    name: limitFlag(property),
    text: help,
    ...(value !== undefined && { value }),
    ...((kind === 'addresses' || kind === 'mediaTypes') && { repeatable: true }),
    ...(otherwise !== undefined && { defaultText: otherwise }),
  };
}

/** The limits of a link as flags, one for each `x-link-…`. */
export const limitFlags: FlagGroup = { title: 'Limits', topic: 'limits', flags: limitRules.map(flagOf) };

/** The flags that put a limit into the URL; a label alone limits nothing, but only a Tidegate knows it too. */
export const limitFlagNames: readonly string[] = limitFlags.flags.map((flag) => flag.name);

/** The same flags where only some limits mean something. The others are understood, so that the server says why not. */
export function limitFlagsOf(isShown: (name: LimitName) => boolean): FlagGroup {
  const flags = limitRules.map((rule) =>
    isShown(rule.property) ? flagOf(rule) : { ...flagOf(rule), hidden: true as const },
  );
  return { title: limitFlags.title, topic: limitFlags.topic, flags };
}
