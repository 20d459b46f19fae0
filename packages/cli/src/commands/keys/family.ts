import type { Argument, Command, Flag } from '../../core/command.ts';
import { governanceFlags, keyLimitFlags } from '../../links/governance-flags.ts';

const keyArgument: Argument = { name: 'KEY', text: 'id of an access key', presence: 'required', repeatable: true };

const oneKey: Argument = { name: 'KEY', text: 'id of an access key', presence: 'required' };
const policyName: Argument = { name: 'NAME', text: 'name of the link policy', presence: 'required' };
const ofKey: Flag = { name: 'key', value: 'ID', text: 'of this access key', defaultText: 'your own' };

/** Commands for access keys and link policies. They need the key of an owner. */
export const keyCommands: readonly Command[] = [
  {
    path: ['keys', 'list'],
    summary: 'List access keys, without their secrets.',
    arguments: [],
    flags: [{ name: 'owner', value: 'ACCOUNT', text: 'only keys of this account' }],
    examples: [
      ['tidegate keys list', 'all'],
      ['tidegate keys list --owner billing', 'of one account'],
      ['tidegate keys list --json=id,role,state', 'for a script'],
    ],
    load: () => import('./list.ts'),
  },
  {
    path: ['keys', 'create'],
    summary: 'Create an access key. Its secret is shown once.',
    arguments: [],
    flags: [
      { name: 'owner', value: 'ACCOUNT', text: 'account that owns it; created if new', defaultText: 'your own' },
      {
        name: 'role',
        value: 'ROLE',
        choices: ['owner', 'read', 'write', 'link-only'],
        text: 'what it may do',
      },
      { name: 'bucket', value: 'BUCKET', repeatable: true, text: 'only this bucket' },
      { name: 'prefix', value: 'PREFIX', repeatable: true, text: 'only keys with this prefix' },
      { name: 'note', value: 'TEXT', text: 'what it is for' },
      ...governanceFlags,
    ],
    flagGroups: [keyLimitFlags],
    examples: [
      ['tidegate keys create --owner billing', 'a new account'],
      ['tidegate keys create --role read --bucket reports', 'one bucket'],
      ['tidegate keys create --role link-only --uses 1', 'its links work once'],
    ],
    notes: ['Limits apply to every link signed with the key, whatever program signs it.'],
    load: () => import('./create.ts'),
  },
  {
    path: ['keys', 'disable'],
    summary: 'Disable access keys: their links are refused. Can be undone.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys disable TGAK5QXW7HZR3NMB4C2A', 'at once'],
      ['tidegate keys enable TGAK5QXW7HZR3NMB4C2A', 'undoes it'],
      ['tidegate keys list', 'shows the ids'],
    ],
    load: () => import('./state.ts'),
  },
  {
    path: ['keys', 'enable'],
    summary: 'Enable access keys that were disabled.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys enable TGAK5QXW7HZR3NMB4C2A', 'at once'],
      ['tidegate keys disable TGAK5QXW7HZR3NMB4C2A', 'the opposite'],
      ['tidegate keys list', 'shows the ids'],
    ],
    load: () => import('./state.ts'),
  },
  {
    path: ['keys', 'delete'],
    summary: 'Delete access keys. Cannot be undone; asks first, or needs --yes.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys delete TGAK5QXW7HZR3NMB4C2A', 'asks first'],
      ['tidegate keys delete TGAK5QXW7HZR3NMB4C2A --yes', 'without asking'],
      ['tidegate keys disable TGAK5QXW7HZR3NMB4C2A', 'can be undone'],
    ],
    load: () => import('./delete.ts'),
  },
  {
    path: ['keys', 'show'],
    summary: 'Show access keys: rights, rules for their links, last use. No secrets.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys show TGAK5QXW7HZR3NMB4C2A', 'one key'],
      ['tidegate keys show TGAK5QXW7HZR3NMB4C2A --json', 'for a script'],
      ['tidegate keys list', 'shows the ids'],
    ],
    load: () => import('./show.ts'),
  },
  {
    path: ['keys', 'edit'],
    summary: 'Change access keys. What you do not name stays as it is.',
    arguments: [keyArgument],
    flags: [
      { name: 'role', value: 'ROLE', choices: ['owner', 'read', 'write', 'link-only'], text: 'what it may do' },
      { name: 'bucket', value: 'BUCKET', repeatable: true, text: 'only these buckets' },
      { name: 'all-buckets', text: 'any bucket' },
      { name: 'prefix', value: 'PREFIX', repeatable: true, text: 'only keys with this prefix' },
      { name: 'all-prefixes', text: 'any key' },
      { name: 'note', value: 'TEXT', text: 'what it is for; empty: none' },
      ...governanceFlags,
      { name: 'no-governance', text: 'remove the rules for its links' },
    ],
    flagGroups: [keyLimitFlags],
    examples: [
      ['tidegate keys edit TGAK5QXW7HZR3NMB4C2A --role read', 'read only'],
      ['tidegate keys edit TGAK5QXW7HZR3NMB4C2A --max-expiry 1d', 'its links expire sooner'],
      ['tidegate keys edit TGAK5QXW7HZR3NMB4C2A --no-governance', 'no rules for its links'],
    ],
    load: () => import('./edit.ts'),
  },
  {
    path: ['keys', 'rotate'],
    summary: 'Rotate the secret of an access key; the old one works for a while.',
    arguments: [oneKey],
    flags: [{ name: 'overlap', value: 'TIME', text: 'how long the old secret still works', defaultText: '1d' }],
    examples: [
      ['tidegate keys rotate TGAK5QXW7HZR3NMB4C2A', 'shows the new secret'],
      ['tidegate keys rotate TGAK5QXW7HZR3NMB4C2A --overlap 7d', 'a longer overlap'],
      ['tidegate keys retire TGAK5QXW7HZR3NMB4C2A', 'retires the old one now'],
    ],
    load: () => import('./rotate.ts'),
  },
  {
    path: ['keys', 'retire'],
    summary: 'Retire the old secret of access keys and its links. Asks first.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys retire TGAK5QXW7HZR3NMB4C2A', 'asks first'],
      ['tidegate keys retire TGAK5QXW7HZR3NMB4C2A --yes', 'without asking'],
      ['tidegate keys show TGAK5QXW7HZR3NMB4C2A', 'when it was last used'],
    ],
    load: () => import('./retire.ts'),
  },
  {
    path: ['keys', 'rotate-master'],
    summary: 'Re-encrypt the secrets of a data folder with a new master key. Asks first.',
    arguments: [{ name: 'DATA', text: 'data folder of a stopped server (./data)', presence: 'optional' }],
    flags: [
      { name: 'to', value: 'FILE', text: 'file for the new key, outside the folder; created if missing' },
      { name: 'config', value: 'FILE', text: 'settings file', defaultText: 'DATA/tidegate.toml' },
    ],
    examples: [
      ['tidegate keys rotate-master ./data', 'asks first'],
      ['tidegate keys rotate-master ./data --yes', 'without asking'],
      ['tidegate keys rotate-master ./data --to /etc/tidegate/master-key', 'outside the folder'],
    ],
    notes: [
      'After a crash, either the old or the new key is in use, never a mix.',
      'Older backups need the old key; keep it with them.',
    ],
    load: () => import('./rotate-master.ts'),
  },
  {
    path: ['keys', 'derive'],
    summary: 'Prints the SigV4 signing key of one day and region: signs without the secret.',
    arguments: [{ ...oneKey, text: 'access key (your own)', presence: 'optional' }],
    flags: [{ name: 'date', value: 'DAY', text: 'the day in UTC: 20261124', defaultText: 'today' }],
    examples: [
      ['tidegate keys derive', 'of your own key, today'],
      ['tidegate keys derive TGAK5QXW7HZR3NMB4C2A --date 20261125', 'another day'],
      ['tidegate keys derive TGAK5QXW7HZR3NMB4C2A --json', 'with day and region'],
    ],
    load: () => import('./derive.ts'),
  },
  {
    path: ['link', 'policy', 'set'],
    summary: 'Store limits on the server under a name that links carry.',
    arguments: [policyName],
    flags: [ofKey],
    flagGroups: [keyLimitFlags],
    examples: [
      ['tidegate link policy set mail --uses 1', 'for your own key'],
      ['tidegate presign reports/q3.pdf --policy mail', 'a link that uses it'],
      ['tidegate link policy set mail --uses 1 --key TGAK5QXW7HZR3NMB4C2A', 'another key'],
    ],
    notes: ['Also applies to existing links with this policy. Access to a bucket: tidegate bucket policy.'],
    load: () => import('./link-policy.ts'),
  },
  {
    path: ['link', 'policy', 'list'],
    summary: 'List the link policies of an access key.',
    arguments: [],
    flags: [ofKey],
    examples: [
      ['tidegate link policy list', 'of your own key'],
      ['tidegate link policy list --key TGAK5QXW7HZR3NMB4C2A', 'of another key'],
      ['tidegate link policy list --json', 'for a script'],
    ],
    load: () => import('./link-policy.ts'),
  },
  {
    path: ['link', 'policy', 'rm'],
    summary: 'Delete a link policy: links that use it are refused. Asks first.',
    arguments: [policyName],
    flags: [ofKey],
    examples: [
      ['tidegate link policy rm mail', 'asks first'],
      ['tidegate link policy rm mail --yes', 'without asking'],
      ['tidegate link policy list', 'shows the names'],
    ],
    load: () => import('./link-policy.ts'),
  },
];
