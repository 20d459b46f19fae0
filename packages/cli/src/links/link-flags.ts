import type { Flag } from '../core/command.ts';

/** Flags that every kind of link has. */
export const linkFlags: readonly Flag[] = [
  { name: 'expires', value: 'TIME', text: 'how long it works: 15m, 36h, 7d, max', defaultText: '15m' },
  { name: 'public-endpoint', value: 'URL', text: 'address at which users of the link reach the server' },
  { name: 'style', value: 'STYLE', choices: ['path', 'virtual'], text: 'bucket in the path or in the host' },
  { name: 'register', text: 'register it with the server before its first use' },
  { name: 'assume-tidegate', text: 'do not check that the server enforces limits' },
];
