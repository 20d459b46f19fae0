import type { Flag } from './command.ts';

/** Flags that every command has. */
export const globalFlags: readonly Flag[] = [
  { name: 'profile', value: 'NAME', text: 'profile of ~/.aws/config and credentials' },
  { name: 'endpoint-url', alias: 'endpoint', value: 'URL', text: 'where the store is' },
  { name: 'region', value: 'REGION', text: 'region that is signed for' },
  { name: 'data', value: 'DIR', text: 'on the server itself: use the key kept in DIR' },
  { name: 'json', value: 'FIELDS', valueOptional: true, text: 'JSON, or these fields of it' },
  { name: 'quiet', short: 'q', text: 'no talk, the answer alone' },
  { name: 'verbose', short: 'v', text: 'tell each request' },
  { name: 'no-color', text: 'no colours' },
  { name: 'no-input', text: 'never ask' },
  { name: 'yes', short: 'y', text: 'yes to what would be asked' },
  { name: 'timeout', value: 'TIME', text: 'give up after this long without a byte', defaultText: '30s' },
  { name: 'help', short: 'h', text: 'this help' },
  { name: 'version', text: 'the version' },
];
