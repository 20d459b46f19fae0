import type { FlagGroup } from '../core/command.ts';

/** The limits of a link as flags, one for each `x-link-…`. */
export const limitFlags: FlagGroup = {
  title: 'Limits',
  topic: 'limits',
  flags: [
    { name: 'label', value: 'LABEL', text: 'name of the link: 1 to 64 of A-Z a-z 0-9 . _ ~ -' },
    { name: 'uses', value: 'N', text: 'at most N downloads, or successful writes' },
    { name: 'grace', value: 'TIME', text: 'idle time after which a download counts as finished', defaultText: '10m' },
    { name: 'ip', value: 'CIDR', repeatable: true, text: 'only from these addresses' },
    { name: 'clients', value: 'N', text: 'at most N different clients, the first ones' },
    { name: 'policy', value: 'NAME', text: 'also the limits of this link policy of the server' },
    { name: 'head', text: 'also allow HEAD with the same URL' },
    { name: 'https', text: 'only over TLS' },
    { name: 'not-before', value: 'TIME', text: 'refused before: 2026-11-24T09:00:00Z, or 2h from now' },
    { name: 'max-bytes', value: 'SIZE', text: 'largest body' },
    { name: 'min-bytes', value: 'SIZE', text: 'smallest body' },
    { name: 'types', value: 'TYPE', repeatable: true, text: 'only these media types: image/*,application/pdf' },
    { name: 'sha256', value: 'HEX', text: 'only the body with this SHA-256' },
    { name: 'write-once', text: 'fail if the key exists' },
    { name: 'total-bytes', value: 'SIZE', text: 'at most this many bytes in total, sent and received' },
    { name: 'rate', value: 'SIZE', text: 'speed limit, bytes per second' },
    { name: 'confirm', text: 'confirm before download (link previews use nothing up)' },
    { name: 'grant', text: 'for a target that ends in /: every key with this prefix' },
    { name: 'zip', text: 'with --grant: download the prefix as one ZIP' },
    { name: 'resumable', text: 'one URL for a whole resumable upload' },
  ],
};

/** The flags that put a limit into the URL; a label alone limits nothing, but only a Tidegate knows it too. */
export const limitFlagNames: readonly string[] = limitFlags.flags.map((flag) => flag.name);
