import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { rotateKeyOfData } from '@tidegate/server';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { confirm } from '../../terminal/ask.ts';
import { describeCount } from '../../terminal/format.ts';
import { onData } from '../../upkeep/upkeep.ts';

/** `keys rotate-master`: another master key for a data folder. Asks first: copies of before open with the old key alone. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  const to = flags.text('to');
  const report = await onData(call, 'rotate', args[0], async ({ settings, world }) => {
    if (settings.masterKey !== undefined && to === undefined) {
      throw wrongUse(
        'The master key is configured outside the data folder.',
        'Name a file for the new one:  --to FILE',
      );
    }
    await confirm(call, `Backups of before open with the old master key alone. Is it kept elsewhere? Change it?`);
    const newKey = to === undefined ? undefined : readOrMake(to);
    return { folder: settings.data, ...(await rotateKeyOfData(settings, world, newKey)) };
  });
  if (output.isJson) output.json({ ...report, masterKey: to ?? null });
  else if (output.isForPeople)
    output.answer(`${describeCount(report.secrets)} secrets are encrypted with the new key.`);
  else output.answer(report.folder);
  if (to !== undefined) output.warn(`Start the server with  TIDEGATE_MASTER_KEY_FILE=${to}`);
  output.talk(
    '  Temporary credentials and sessions of the console ended with the old key. Links and access keys go on.',
  );
  return exitCodes.done;
}

/** The key in a file that only its owner may read; creates the file if it is missing. @throws CliError */
function readOrMake(path: string): Uint8Array {
  try {
    const stats = statSync(path);
    if ((stats.mode & 0o077) !== 0) throw wrongUse(`Other users can read ${path}.`, `chmod 600 ${path}`);
    const text = readFileSync(path, 'utf8').trim();
    const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
    if (key.byteLength === 32) return key;
    throw wrongUse(
      `${path} does not contain a 32-byte key.`,
      'Name a file that does not exist yet; it will be created.',
    );
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      throw error;
  }
  const key = randomBytes(32);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, `${key.toString('hex')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return key;
}
