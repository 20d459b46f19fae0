import { boolean, duration, integer, oneOf } from './kinds.ts';
import { setting } from './setting.ts';

/** What the server says of every link, and what it keeps of them (`[links]`). */
export const linkSettings = {
  linkMaxExpiryS: setting<number | undefined>({
    toml: 'links.max_expiry',
    kind: duration,
    default: undefined,
    defaultText: 'what the signature allows',
    text: 'Longest life of a link, such as 7d; one that was made for longer is refused (LinkTooLong).',
  }),
  linkDefaultExpiryS: setting<number>({
    toml: 'links.default_expiry',
    kind: duration,
    default: 3600,
    defaultText: '1h',
    text: 'Life of a link that the server itself makes, where nobody says another.',
  }),
  linkClientAddress: setting<'full' | 'prefix' | 'none'>({
    toml: 'links.client_address',
    kind: oneOf(['full', 'prefix', 'none']),
    default: 'full',
    text: 'What the ledger keeps of the address of a client: all, its /24 or /48, or nothing.',
  }),
  linkLedger: setting<boolean>({
    toml: 'links.ledger',
    kind: boolean,
    default: true,
    text: 'Whether uses and refusals of links are written down. Limits and revocations hold in any case.',
  }),
  linkLedgerDays: setting<number>({
    toml: 'links.ledger_days',
    kind: integer(1, 3650),
    default: 30,
    text: 'Days that a link and its events are kept after its end.',
  }),
  linkLedgerMaxLinks: setting<number>({
    toml: 'links.ledger_max_links',
    kind: integer(1000, 100_000_000),
    default: 1_000_000,
    text: 'Most links that are kept; past it the oldest ended ones without limits become daily sums.',
  }),
} as const;
