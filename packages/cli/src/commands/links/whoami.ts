import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { askApi } from '../../s3/admin-api.ts';
import { connect } from '../../s3/connection.ts';

/** `whoami`: which key this is, what it may, where it came from. */
export async function run(call: Call): Promise<number> {
  const { flags, output, world } = call;
  const { origin, endpoint } = connect(flags, world);
  const me = await askApi(call, 'whoAmI', {}, 'access keys');
  if (output.isJson) {
    output.json({ ...me, origin, endpoint });
    return exitCodes.done;
  }
  if (!output.isForPeople) {
    output.answer([me.accessKeyId, me.role, me.account.name, endpoint].join('\t'));
    return exitCodes.done;
  }
  const reach = [...me.buckets, ...me.prefixes].join(' ');
  output.answer(
    `${me.accessKeyId} · role ${me.role} · account ${me.account.name}${me.note === null ? '' : ` · ${me.note}`}`,
  );
  output.answer(`  reaches ${reach === '' ? 'everything in its account' : reach}`);
  output.answer(`  from ${origin}, at ${endpoint}`);
  return exitCodes.done;
}
