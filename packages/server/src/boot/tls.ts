import { readFileSync, statSync } from 'node:fs';
import type { Listener } from '../http/listener.ts';
import type { Log } from '../observe/log.ts';
import type { Settings } from '../settings/list.ts';
import { refuseInsecureMode } from '../settings/toml-file.ts';
import type { Clock } from '../world/clock.ts';
import { StartFailure } from './failure.ts';

/** A certificate chain and its key, PEM. */
export type Certificate = { readonly cert: string; readonly key: string };

/** How often the files are looked at. */
const checkEveryMs = 10_000;

/** Reads the files that the settings name; undefined when TLS is off. @throws StartFailure, InsecureFile */
export function readCertificate(settings: Settings): Certificate | undefined {
  const { tlsCert, tlsKey } = settings;
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  try {
    if (!settings.allowInsecureFileModes) refuseInsecureMode(tlsKey);
    return { cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const hint = 'Name PEM files that this user may read: --tls-cert FILE --tls-key FILE';
    throw new StartFailure('BadSetting', `The certificate cannot be read: ${error.message}.`, hint, error);
  }
}

/** Takes new certificates into use when their files change; `check` does so at once. */
export function followCertificate(
  settings: Settings,
  listeners: readonly Listener[],
  clock: Clock,
  log: Log,
): { readonly check: () => void; readonly stop: () => void } {
  let seen = stampOf(settings);
  let cancel: () => void = () => undefined;
  const check = (): void => {
    cancel();
    const now = stampOf(settings);
    if (now !== seen && now !== '') {
      seen = now;
      try {
        const certificate = readCertificate(settings);
        if (certificate !== undefined) for (const listener of listeners) listener.useCertificate(certificate);
        log.info('the certificate was read again');
      } catch (error) {
        log.error('the new certificate cannot be used; the old one stays', {}, error);
      }
    }
    if (settings.tlsCert !== undefined) cancel = clock.after(checkEveryMs, check);
  };
  if (settings.tlsCert !== undefined) cancel = clock.after(checkEveryMs, check);
  return { check, stop: () => cancel() };
}

/** What changes when one of the files does; empty while one of them is being replaced. */
function stampOf({ tlsCert, tlsKey }: Settings): string {
  try {
    return [tlsCert, tlsKey]
      .filter((path) => path !== undefined)
      .map((path) => {
        const { mtimeMs, ino, size } = statSync(path);
        return `${ino}:${mtimeMs}:${size}`;
      })
      .join(' ');
  } catch {
    return '';
  }
}
