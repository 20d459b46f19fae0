import type { Command } from './command.ts';

const config = { name: 'config', value: 'FILE', text: 'settings file', defaultText: 'DATA/tidegate.toml' } as const;

/** The commands that work on a data folder itself: they check it, copy it, and put a copy back. */
export const upkeepCommands: readonly Command[] = [
  {
    path: ['check'],
    summary: 'Looks a data folder through: what is named and missing, damaged, or left over.',
    arguments: [{ name: 'DATA', text: 'data folder; a server may be using it (./data)', presence: 'optional' }],
    flags: [
      { name: 'fast', text: 'sizes and counts alone, not every byte' },
      { name: 'bucket', value: 'BUCKET', text: "read the bytes of this bucket's objects alone" },
      {
        name: 'repair',
        text: 'remove what nothing names, set aside what is damaged; no server may be using it',
      },
      config,
    ],
    examples: [
      ['tidegate check ./data', 'every byte'],
      ['tidegate check ./data --fast --json', 'every night'],
      ['tidegate check ./data --repair', 'asks'],
    ],
    notes: [
      'Exit code 6: something is wrong; 5: it could not be checked.',
      'What is set aside lies in DATA/quarantine, with what is known of it.',
    ],
    load: () => import('./commands/check.ts'),
  },
  {
    path: ['backup'],
    summary: 'Copies a data folder as it is at one moment, while its server goes on.',
    arguments: [
      { name: 'DIR|s3://…', text: 'new or empty, or an earlier backup to bring up to date', presence: 'required' },
    ],
    flags: [
      { name: 'since', value: 'DIR|s3://…', text: 'an earlier backup on the same disk, or in the same store' },
      { name: 'verify', text: 'read again what earlier backups have' },
      { name: 'copy', text: 'no hard links to the data, even on the same disk' },
      config,
    ],
    examples: [
      ['tidegate backup /b/tue --since /b/mon --data ./data', 'one folder a day'],
      ['tidegate backup s3://box/mine --profile far', 'to another store, only what is new'],
      ['tidegate backup /backup --data ./data --json=manifestSha256', 'its hash'],
    ],
    notes: [
      'The master key is not in it: keep DATA/keys/master.key elsewhere.',
      's3://… is a place in another store; without its manifest, put last, it is none.',
      'Exit code 6: it is made, and bodies were missing or damaged.',
    ],
    load: () => import('./commands/backup.ts'),
  },
  {
    path: ['restore'],
    summary: 'Puts a backup in place of a data folder. No server may be using it.',
    arguments: [{ name: 'DIR|s3://…', text: 'the backup', presence: 'optional' }],
    flags: [
      { name: 'accept-older', text: 'accept links that were signed before the restore; alone: after one' },
      config,
    ],
    examples: [
      ['tidegate restore /backup --data ./data', 'asks, if there are data'],
      ['tidegate restore s3://box/mine --profile far --yes', 'replaces them'],
      ['tidegate restore --accept-older --data ./data', 'later'],
    ],
    notes: [
      'All of a backup is compared before the data that are there are touched.',
      'Links taken back since the backup would work again: so older ones are refused.',
    ],
    load: () => import('./commands/restore.ts'),
  },
];
