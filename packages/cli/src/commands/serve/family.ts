import type { Command } from '../../core/command.ts';

/** The server itself. */
export const serveCommands: readonly Command[] = [
  {
    path: ['serve'],
    summary: 'Start the server.',
    arguments: [{ name: 'DATA', text: 'data folder; created if new (./data)', presence: 'optional' }],
    flags: [
      { name: 'config', value: 'FILE', text: 'settings file', defaultText: 'DATA/tidegate.toml' },
      { name: 'no-welcome', text: 'do not create a first bucket and link' },
      { name: 'open', text: 'open the console in the browser, signed in' },
    ],
    moreFlags: async () => (await import('../../upkeep/serve-flags.ts')).serveFlags(),
    examples: [
      ['tidegate serve ./data', 'on 127.0.0.1:9000'],
      ['tidegate serve ./data --listen 0.0.0.0:9000', 'for other machines'],
      ['TIDEGATE_LISTEN=127.0.0.1:0 tidegate serve /tmp/x', 'any free port'],
    ],
    notes: ['Each setting can also be set in the environment (TIDEGATE_LISTEN) and in tidegate.toml.'],
    load: () => import('./serve.ts'),
  },
];
