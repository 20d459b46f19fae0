import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { type KeyDocument, keyColumns, keyRow, keysOf, ownerOf } from '../../links/key-record.ts';
import { askAdmin } from '../../s3/admin-client.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { showTable } from '../../terminal/table.ts';

const pagesMost = 1000;

/** `keys list`: every access key of the server, without secrets. */
export async function run(call: Call): Promise<number> {
  const { flags, output, world } = call;
  const client = clientFor(call);
  const owner = flags.text('owner');
  const keys: KeyDocument[] = [];
  let cursor = '';
  for (let page = 0; page < pagesMost; page += 1) {
    const answer = await askAdmin(client, { method: 'GET', path: `/keys${cursor}`, about: 'access keys' });
    keys.push(...keysOf(answer));
    const next = answer?.get('next');
    if (typeof next !== 'string') break;
    cursor = `?cursor=${encodeURIComponent(next)}`;
  }
  const shown = owner === undefined ? keys : keys.filter((key) => ownerOf(key) === owner);
  if (output.isJson) output.json({ items: shown, next: null });
  else
    showTable(
      output,
      keyColumns,
      shown.map((key) => keyRow(key, world.nowMs())),
    );
  return exitCodes.done;
}
