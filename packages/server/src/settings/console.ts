import { domain, listOf } from './kinds.ts';
import { setting } from './setting.ts';

/** Settings of the web console. */
export const consoleSettings = {
  consoleHosts: setting<readonly string[]>({
    toml: 'console_hosts',
    kind: listOf(domain),
    default: [],
    defaultText: 'none but addresses and localhost',
    text: 'Host names at which the console may be opened; an IP address and localhost always are (SEC-506).',
  }),
} as const;
