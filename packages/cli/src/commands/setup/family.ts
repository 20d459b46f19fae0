import type { Command } from '../../core/command.ts';
import { shells } from '../../help/shells.ts';

const folder = { name: 'DATA', text: 'data folder (./data)', presence: 'optional' } as const;
const config = { name: 'config', value: 'FILE', text: 'settings file', defaultText: 'DATA/tidegate.toml' } as const;

/** The commands for settings, profiles and the shell. */
export const setupCommands: readonly Command[] = [
  {
    path: ['config', 'show'],
    summary: 'Show every setting a server would start with, and where it is set.',
    arguments: [folder],
    flags: [config],
    examples: [
      ['tidegate config show ./data', 'all of them'],
      ['tidegate config show --config /etc/tidegate/tidegate.toml', 'from that file'],
      ['tidegate config show --json=setting,value', 'for a script'],
    ],
    notes: ['Secrets are never shown, only that they are set.'],
    load: () => import('./config-show.ts'),
  },
  {
    path: ['config', 'check'],
    summary: 'Check whether a server would start with these settings.',
    arguments: [folder],
    flags: [config],
    examples: [
      ['tidegate config check ./data', 'DATA/tidegate.toml and environment'],
      ['tidegate config check --config new.toml', 'before you install it'],
      ['TIDEGATE_LISTN=x tidegate config check', 'finds the misspelled name'],
    ],
    notes: ['Exit code 2: it would not start, or a setting is unknown.'],
    load: () => import('./config-check.ts'),
  },
  {
    path: ['config', 'init'],
    summary: 'Write a settings file with every setting and its default, commented out.',
    arguments: [folder],
    flags: [{ ...config, text: 'the file to write; -: stdout' }],
    examples: [
      ['tidegate config init ./data', 'to ./data/tidegate.toml'],
      ['tidegate config init --config -', 'to stdout'],
      ['tidegate config init ./data --yes', 'overwrite an existing file'],
    ],
    load: () => import('./config-init.ts'),
  },
  {
    path: ['profiles'],
    summary: "List the profiles in the AWS tools' files and the one in use.",
    arguments: [],
    flags: [],
    examples: [
      ['tidegate profiles', 'all of them'],
      ['tidegate profiles --json=name,endpoint', 'for a script'],
      ['AWS_PROFILE=work tidegate profiles', 'marks the one in use'],
    ],
    load: () => import('./profiles.ts'),
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
    load: () => import('./profiles-add.ts'),
  },
  {
    path: ['completion'],
    summary: 'Print a shell completion script for commands, flags, buckets, keys and links.',
    arguments: [{ name: 'SHELL', text: shells.join(', '), presence: 'required' }],
    flags: [],
    examples: [
      ['source <(tidegate completion bash)', 'in ~/.bashrc; zsh: ~/.zshrc'],
      ['tidegate completion fish > ~/.config/fish/completions/tidegate.fish', 'fish'],
      ['tidegate completion powershell | Out-String | Invoke-Expression', 'profile'],
    ],
    load: () => import('./completion.ts'),
  },
];
