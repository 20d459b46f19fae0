import type { Command } from '../../core/command.ts';

const config = { name: 'config', value: 'FILE', text: 'settings file', defaultText: 'DATA/tidegate.toml' } as const;

/** The commands that check, back up and restore a data folder. */
export const upkeepCommands: readonly Command[] = [
  {
    path: ['check'],
    summary: 'Scan a data folder for missing, damaged or orphaned files.',
    arguments: [{ name: 'DATA', text: 'data folder; a server may be using it (./data)', presence: 'optional' }],
    flags: [
      { name: 'fast', text: 'check sizes and counts only, not every byte' },
      { name: 'bucket', value: 'BUCKET', text: 'read only the objects of this bucket' },
      {
        name: 'repair',
        text: 'delete orphaned files and quarantine damaged ones; stop the server first',
      },
      config,
    ],
    examples: [
      ['tidegate check ./data', 'every byte'],
      ['tidegate check ./data --fast --json', 'every night'],
      ['tidegate check ./data --repair', 'asks first'],
    ],
    notes: [
      'Exit code 6: problems were found; 5: it could not be checked.',
      'Quarantined files are in DATA/quarantine, with what is known about them.',
    ],
    load: () => import('./check.ts'),
  },
  {
    path: ['backup'],
    summary: 'Back up a data folder, consistently, while its server runs.',
    arguments: [{ name: 'DIR|s3://…', text: 'new or empty, or an earlier backup to update', presence: 'required' }],
    flags: [
      { name: 'since', value: 'DIR|s3://…', text: 'an earlier backup on the same disk, or in the same store' },
      { name: 'verify', text: 'read again what earlier backups contain' },
      { name: 'copy', text: 'no hard links to the data, even on the same disk' },
      config,
    ],
    examples: [
      ['tidegate backup /b/tue --since /b/mon --data ./data', 'one folder a day'],
      ['tidegate backup s3://box/mine --profile far', 'to another store, only new data'],
      ['tidegate backup /backup --data ./data --json=manifestSha256', 'its hash'],
    ],
    notes: [
      'It does not contain the master key: keep DATA/keys/master.key elsewhere.',
      's3://… is in another store. The manifest is written last; without it a backup is not complete.',
      'Exit code 6: it was made, but some objects were missing or damaged.',
    ],
    load: () => import('./backup.ts'),
  },
  {
    path: ['restore'],
    summary: 'Restore a backup to a data folder. Stop the server first.',
    arguments: [{ name: 'DIR|s3://…', text: 'the backup', presence: 'optional' }],
    flags: [
      { name: 'accept-older', text: 'accept links signed before the restore; without a backup: after one' },
      config,
    ],
    examples: [
      ['tidegate restore /backup --data ./data', 'asks if the folder has data'],
      ['tidegate restore s3://box/mine --profile far --yes', 'replaces existing data'],
      ['tidegate restore --accept-older --data ./data', 'later'],
    ],
    notes: [
      'The whole backup is verified before existing data is touched.',
      'Older links are refused, since links revoked after the backup would work again.',
    ],
    load: () => import('./restore.ts'),
  },
];
