import type { Argument, Command, Flag } from './command.ts';
import { governanceFlags, keyLimitFlags } from './governance-flags.ts';

const keyArgument: Argument = { name: 'KEY', text: 'id of an access key', presence: 'required', repeatable: true };

const oneKey: Argument = { name: 'KEY', text: 'id of an access key', presence: 'required' };
const policyName: Argument = { name: 'NAME', text: 'name of the policy', presence: 'required' };
const ofKey: Flag = { name: 'key', value: 'ID', text: 'of this access key', defaultText: 'your own' };

/** The commands that keep access keys. They need the key of an owner. */
export const keyCommands: readonly Command[] = [
  {
    path: ['keys', 'list'],
    summary: 'Lists the access keys, without their secrets.',
    arguments: [],
    flags: [{ name: 'owner', value: 'ACCOUNT', text: 'those of this account alone' }],
    examples: [
      ['tidegate keys list', 'all'],
      ['tidegate keys list --owner billing', 'of one account'],
      ['tidegate keys list --json=id,role,state', 'for a script'],
    ],
    load: () => import('./commands/keys-list.ts'),
  },
  {
    path: ['keys', 'create'],
    summary: 'Makes an access key. Its secret is shown once.',
    arguments: [],
    flags: [
      { name: 'owner', value: 'ACCOUNT', text: 'account that owns it; made when new', defaultText: "the caller's" },
      {
        name: 'role',
        value: 'ROLE',
        choices: ['owner', 'read', 'write', 'link-only'],
        text: 'what it may do',
      },
      { name: 'bucket', value: 'BUCKET', repeatable: true, text: 'only this bucket' },
      { name: 'prefix', value: 'PREFIX', repeatable: true, text: 'only keys that begin so' },
      { name: 'note', value: 'TEXT', text: 'what it is for' },
      ...governanceFlags,
    ],
    flagGroups: [keyLimitFlags],
    examples: [
      ['tidegate keys create --owner billing', 'an account of its own'],
      ['tidegate keys create --role read --bucket reports', 'one bucket'],
      ['tidegate keys create --role link-only --uses 1', 'its links work once'],
    ],
    notes: ['Limits here are caps of every link that the key signs, whatever signs it.'],
    load: () => import('./commands/keys-create.ts'),
  },
  {
    path: ['keys', 'disable'],
    summary: 'Disables access keys: what they signed is refused. Can be undone.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys disable TGAK5QXW7HZR3NMB4C2A', 'at once'],
      ['tidegate keys enable TGAK5QXW7HZR3NMB4C2A', 'undoes it'],
      ['tidegate keys list', 'shows the ids'],
    ],
    load: () => import('./commands/keys-state.ts'),
  },
  {
    path: ['keys', 'enable'],
    summary: 'Enables access keys that were disabled.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys enable TGAK5QXW7HZR3NMB4C2A', 'at once'],
      ['tidegate keys disable TGAK5QXW7HZR3NMB4C2A', 'the other way'],
      ['tidegate keys list', 'shows the ids'],
    ],
    load: () => import('./commands/keys-state.ts'),
  },
  {
    path: ['keys', 'delete'],
    summary: 'Deletes access keys for ever. Asks first, or wants --yes.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys delete TGAK5QXW7HZR3NMB4C2A', 'asks'],
      ['tidegate keys delete TGAK5QXW7HZR3NMB4C2A --yes', 'does not'],
      ['tidegate keys disable TGAK5QXW7HZR3NMB4C2A', 'can be undone'],
    ],
    load: () => import('./commands/keys-delete.ts'),
  },
  {
    path: ['keys', 'show'],
    summary: 'Shows access keys: rights, rules for their links, last use. No secrets.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys show TGAK5QXW7HZR3NMB4C2A', ''],
      ['tidegate keys show TGAK5QXW7HZR3NMB4C2A --json', 'for a script'],
      ['tidegate keys list', 'shows the ids'],
    ],
    load: () => import('./commands/keys-show.ts'),
  },
  {
    path: ['keys', 'edit'],
    summary: 'Changes what access keys may do. What is not named stays.',
    arguments: [keyArgument],
    flags: [
      { name: 'role', value: 'ROLE', choices: ['owner', 'read', 'write', 'link-only'], text: 'what it may do' },
      { name: 'bucket', value: 'BUCKET', repeatable: true, text: 'only these buckets' },
      { name: 'all-buckets', text: 'every bucket' },
      { name: 'prefix', value: 'PREFIX', repeatable: true, text: 'only keys that begin so' },
      { name: 'all-prefixes', text: 'every key' },
      { name: 'note', value: 'TEXT', text: 'what it is for; empty: none' },
      ...governanceFlags,
      { name: 'no-governance', text: 'no rules for its links' },
    ],
    flagGroups: [keyLimitFlags],
    examples: [
      ['tidegate keys edit TGAK5QXW7HZR3NMB4C2A --role read', ''],
      ['tidegate keys edit TGAK5QXW7HZR3NMB4C2A --max-expiry 1d', 'its links end sooner'],
      ['tidegate keys edit TGAK5QXW7HZR3NMB4C2A --no-governance', 'as they are signed'],
    ],
    load: () => import('./commands/keys-edit.ts'),
  },
  {
    path: ['keys', 'rotate'],
    summary: 'Gives an access key a new secret beside the old one. Shown once.',
    arguments: [oneKey],
    flags: [{ name: 'overlap', value: 'TIME', text: 'how long the old one signs', defaultText: '1d' }],
    examples: [
      ['tidegate keys rotate TGAK5QXW7HZR3NMB4C2A', ''],
      ['tidegate keys rotate TGAK5QXW7HZR3NMB4C2A --overlap 7d', 'old links live on'],
      ['tidegate keys retire TGAK5QXW7HZR3NMB4C2A', 'ends the old one'],
    ],
    load: () => import('./commands/keys-rotate.ts'),
  },
  {
    path: ['keys', 'retire'],
    summary: 'Ends the older secret of access keys, and what it signed. Asks first.',
    arguments: [keyArgument],
    flags: [],
    examples: [
      ['tidegate keys retire TGAK5QXW7HZR3NMB4C2A', 'asks'],
      ['tidegate keys retire TGAK5QXW7HZR3NMB4C2A --yes', 'does not'],
      ['tidegate keys show TGAK5QXW7HZR3NMB4C2A', 'was it used lately?'],
    ],
    load: () => import('./commands/keys-retire.ts'),
  },
  {
    path: ['keys', 'rotate-master'],
    summary: 'Seals the secrets of a data folder under another master key. Asks first.',
    arguments: [{ name: 'DATA', text: 'data folder; no server may be using it (./data)', presence: 'optional' }],
    flags: [
      { name: 'to', value: 'FILE', text: 'the new key lies there, outside the folder; made if missing' },
      { name: 'config', value: 'FILE', text: 'settings file', defaultText: 'DATA/tidegate.toml' },
    ],
    examples: [
      ['tidegate keys rotate-master ./data', 'asks'],
      ['tidegate keys rotate-master ./data --yes', 'does not'],
      ['tidegate keys rotate-master ./data --to /etc/tidegate/master-key', 'moves it out'],
    ],
    notes: [
      'A crash leaves the old key or the new, never half of each.',
      'Backups made before open with the old key: keep it with them.',
    ],
    load: () => import('./commands/keys-rotate-master.ts'),
  },
  {
    path: ['keys', 'derive'],
    summary: 'Prints the SigV4 signing key of one day and region: signs without the secret.',
    arguments: [oneKey],
    flags: [{ name: 'date', value: 'DAY', text: 'the day in UTC: 20261124', defaultText: 'today' }],
    examples: [
      ['tidegate keys derive TGAK5QXW7HZR3NMB4C2A', 'today'],
      ['tidegate keys derive TGAK5QXW7HZR3NMB4C2A --date 20261125', 'another day'],
      ['tidegate keys derive TGAK5QXW7HZR3NMB4C2A --json', 'with day and region'],
    ],
    load: () => import('./commands/keys-derive.ts'),
  },
  {
    path: ['policy', 'set'],
    summary: 'Keeps limits on the server under a name that links carry.',
    arguments: [policyName],
    flags: [ofKey],
    flagGroups: [keyLimitFlags],
    examples: [
      ['tidegate policy set mail --uses 1', 'of your own key'],
      ['tidegate presign reports/q3.pdf --policy mail', 'a link that carries it'],
      ['tidegate policy set mail --uses 1 --key TGAK5QXW7HZR3NMB4C2A', 'of another one'],
    ],
    load: () => import('./commands/policy.ts'),
  },
  {
    path: ['policy', 'list'],
    summary: 'Lists the policies of links that an access key has.',
    arguments: [],
    flags: [ofKey],
    examples: [
      ['tidegate policy list', 'of your own key'],
      ['tidegate policy list --key TGAK5QXW7HZR3NMB4C2A', 'of another one'],
      ['tidegate policy list --json', 'for a script'],
    ],
    load: () => import('./commands/policy.ts'),
  },
  {
    path: ['policy', 'rm'],
    summary: 'Removes a policy: links that carry it are refused. Asks first.',
    arguments: [policyName],
    flags: [ofKey],
    examples: [
      ['tidegate policy rm mail', 'asks'],
      ['tidegate policy rm mail --yes', 'does not'],
      ['tidegate policy list', 'shows them'],
    ],
    load: () => import('./commands/policy.ts'),
  },
];
