import { Secret } from '../../keys/secret.ts';
import type { Metadata } from '../schema/metadata.ts';
import { readMeta, writeMeta } from '../schema/open-metadata.ts';
import { openSecret, sealSecret } from './sealing.ts';

const label = 'tidegate body key';
const name = 'body_key';

/**
 * The key that the keys of encrypted bodies are wrapped under (ENC-22). It rests sealed under the master key: another master key
 * seals this one row anew, and no body.
 * @returns undefined when the row was altered; the master key was compared before
 */
export function readBodyKey(metadata: Metadata, masterKey: Uint8Array): Uint8Array | undefined {
  const kept = readMeta(metadata.sql, name);
  if (kept === undefined) {
    const made = Buffer.from(metadata.random.bytes(32)).toString('base64');
    const sealed = sealSecret(masterKey, label, new Secret(made), metadata.random);
    writeMeta(metadata.sql, name, Buffer.from(sealed).toString('base64'));
    return Buffer.from(made, 'base64');
  }
  const opened = openSecret(masterKey, label, Buffer.from(kept, 'base64'));
  return opened === undefined ? undefined : Buffer.from(opened.reveal(), 'base64');
}
