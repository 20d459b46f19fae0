import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { showAddress } from '../settings/kinds.ts';
import type { Settings } from '../settings/list.ts';
import type { World } from '../world/world.ts';
import { consoleAddressOf, isLoopback } from './listeners.ts';

/** What works and is still worth telling, at every start (SEC-516, SEC-1011). */
export function startWarnings(settings: Settings, environment: World['environment']): string[] {
  const warnings: string[] = [];
  const console = consoleAddressOf(settings);
  const open = [...settings.listen, ...(console === 'off' ? [] : [console])].filter((address) => !isLoopback(address));
  if (open.length > 0 && settings.tlsCert === undefined && !settings.behindTlsProxy) {
    const where = open.map(showAddress).join(', ');
    warnings.push(
      `${where} can be reached from other machines without TLS: links and sessions can be read on the way. ` +
        'Give --tls-cert and --tls-key, or set behind_tls_proxy = true behind a proxy that has them.',
    );
  }
  if (settings.allowInsecureFileModes) warnings.push('allow_insecure_file_modes is on: key files are not checked.');
  if (existsSync(join(settings.data, 'first-key.env'))) {
    warnings.push(
      `${join(settings.data, 'first-key.env')} holds the first key in plain text. Move it to ~/.aws:  tidegate profiles add`,
    );
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major === 24 && minor < 14) warnings.push(`Node ${process.versions.node} lacks security fixes of 24.14.`);
  if (environment['HTTP_PROXY'] !== undefined || environment['HTTPS_PROXY'] !== undefined) {
    warnings.push('HTTP_PROXY and HTTPS_PROXY are not used by this server.');
  }
  return warnings;
}
