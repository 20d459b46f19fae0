import { integer } from './kinds.ts';
import { setting } from './setting.ts';

/** How lifecycle rules of buckets are carried out (`[lifecycle]`). */
export const lifecycleSettings = {
  lifecycleEveryS: setting({
    toml: 'lifecycle.every_s',
    kind: integer(1, 604_800),
    default: 3600,
    text: 'From one pass through the buckets with lifecycle rules to the next, in seconds.',
  }),
  lifecycleDayS: setting({
    toml: 'lifecycle.day_s',
    kind: integer(1, 86_400),
    default: 86_400,
    text: 'Length of a day of lifecycle rules in seconds. Another one than 86400 is for tests: it is not rounded to midnight.',
  }),
} as const;
