import type { Flag } from './command.ts';

/** Flags that every command has. */
export const globalFlags: readonly Flag[] = [
  { name: 'profile', value: 'NAME', text: 'profile of ~/.aws/config and credentials' },
  { name: 'endpoint-url', alias: 'endpoint', value: 'URL', text: 'URL of the server' },
  { name: 'region', value: 'REGION', text: 'region to sign for' },
  { name: 'data', value: 'DIR', text: 'on the server itself: use the key stored in DIR' },
  { name: 'json', value: 'FIELDS', valueOptional: true, text: 'print JSON, or only these fields' },
  { name: 'wide', text: 'cut nothing in tables' },
  { name: 'quiet', short: 'q', text: 'print only the result' },
  { name: 'verbose', short: 'v', text: 'log each request' },
  { name: 'no-color', text: 'no colors' },
  { name: 'no-input', text: 'never prompt' },
  { name: 'yes', short: 'y', text: 'answer yes to every prompt' },
  { name: 'timeout', value: 'TIME', text: 'give up after this long without data', defaultText: '30s' },
  { name: 'help', short: 'h', text: 'show help' },
  { name: 'version', text: 'show the version' },
];
