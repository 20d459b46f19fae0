import { type Accent, accent } from './accent.ts';
import { boolean, duration, text } from './kinds.ts';
import { setting } from './setting.ts';

/** What the server says of every share and file request (`[shares]`). */
export const shareSettings = {
  shareMaxExpiryS: setting<number | undefined>({
    toml: 'shares.max_expiry',
    kind: duration,
    default: undefined,
    defaultText: 'never',
    text: 'Longest life of a share or file request, such as 365d.',
  }),
  shareName: setting({
    toml: 'shares.name',
    kind: text,
    default: '',
    defaultText: 'none',
    text: 'Who the pages of shares and file requests are from, such as "Example Ltd".',
  }),
  shareAccent: setting<Accent | undefined>({
    toml: 'shares.accent',
    kind: accent,
    default: undefined,
    defaultText: 'none',
    text: 'Color of buttons and links on these pages, such as "#0a736c". One that could not be read is refused.',
  }),
  shareFooter: setting({
    toml: 'shares.footer',
    kind: boolean,
    default: true,
    text: 'Whether these pages say that they were sent with Tidegate.',
  }),
} as const;
