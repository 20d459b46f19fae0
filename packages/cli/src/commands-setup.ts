import type { Command } from './command.ts';
import { shells } from './shells.ts';

const folder = { name: 'DATA', text: 'data folder (./data)', presence: 'optional' } as const;
const config = { name: 'config', value: 'FILE', text: 'settings file', defaultText: 'DATA/tidegate.toml' } as const;

/** The commands for settings, profiles and the shell. */
export const setupCommands: readonly Command[] = [
  {
    path: ['config', 'show'],
    summary: 'Shows every setting a server would start with, and where it came from.',
    arguments: [folder],
    flags: [config],
    examples: [
      ['tidegate config show ./data', 'all of them'],
      ['tidegate config show --config /etc/tidegate/tidegate.toml', 'of that file'],
      ['tidegate config show --json=setting,value', 'for a script'],
    ],
    notes: ['Secrets are never shown: (set, from file).'],
    load: () => import('./commands/config-show.ts'),
  },
  {
    path: ['config', 'check'],
    summary: 'Tells whether a server would start with these settings.',
    arguments: [folder],
    flags: [config],
    examples: [
      ['tidegate config check ./data', 'DATA/tidegate.toml and environment'],
      ['tidegate config check --config new.toml', 'before it is put in place'],
      ['TIDEGATE_LISTN=x tidegate config check', 'finds the name that is wrong'],
    ],
    notes: ['Exit code 2: it would not start, or something is set that nothing reads.'],
    load: () => import('./commands/config-check.ts'),
  },
  {
    path: ['config', 'init'],
    summary: 'Writes a settings file with every setting and its default, commented out.',
    arguments: [folder],
    flags: [{ ...config, text: 'where to write it; -: stdout' }],
    examples: [
      ['tidegate config init ./data', 'to ./data/tidegate.toml'],
      ['tidegate config init --config -', 'to stdout'],
      ['tidegate config init ./data --yes', 'over one that is there'],
    ],
    load: () => import('./commands/config-init.ts'),
  },
  {
    path: ['profiles'],
    summary: "Lists the profiles of the AWS tools' files, and which one holds here.",
    arguments: [],
    flags: [],
    examples: [
      ['tidegate profiles', 'all of them'],
      ['tidegate profiles --json=name,endpoint', 'for a script'],
      ['AWS_PROFILE=work tidegate profiles', 'marks the one named'],
    ],
    load: () => import('./commands/profiles.ts'),
  },
  {
    path: ['profiles', 'add'],
    summary: "Adds a key to the AWS tools' files, so that every S3 program finds the server.",
    arguments: [{ name: 'NAME', text: 'profile (tidegate)', presence: 'optional' }],
    flags: [],
    examples: [
      ['tidegate profiles add', 'the first key of the server in ./data'],
      ['tidegate profiles add files --data /srv/files', 'of another data folder'],
      ['tidegate profiles add team --endpoint-url https://files.example.com', 'AWS_ACCESS_KEY_ID and its secret'],
    ],
    notes: [
      'The file first-key.env in the data folder is removed once its key is in ~/.aws.',
      'A profile of the same name is replaced only after you agree, or with --yes.',
    ],
    load: () => import('./commands/profiles-add.ts'),
  },
  {
    path: ['completion'],
    summary: 'Prints what makes the TAB key know commands, flags, buckets, keys and links.',
    arguments: [{ name: 'SHELL', text: shells.join(', '), presence: 'required' }],
    flags: [],
    examples: [
      ['source <(tidegate completion bash)', 'in ~/.bashrc; zsh: ~/.zshrc'],
      ['tidegate completion fish > ~/.config/fish/completions/tidegate.fish', 'fish'],
      ['tidegate completion powershell | Out-String | Invoke-Expression', 'profile'],
    ],
    load: () => import('./commands/completion.ts'),
  },
];
