import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { objectTarget } from '../../core/target.ts';
import type { HttpAnswer } from '../../s3/http-client.ts';
import { nearestKeyHint } from '../../s3/nearest-key.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { Progress } from '../../terminal/progress.ts';
import { downloadTo } from '../../transfer/download.ts';

/** `cat`: the bytes of an object to stdout, all or some. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const target = objectTarget(args[0] ?? '');
  const about = `${target.bucket}/${target.key}`;
  const version = flags.text('version-id');
  const range = rangeOf(flags.text('range'));
  const query = version === undefined ? [] : [['versionId', version] as const];
  const client = clientFor(call);
  let answer: HttpAnswer;
  try {
    const headers: Record<string, string> = range === undefined ? {} : { range: `bytes=${range}` };
    answer = await client.ask({ method: 'GET', ...target, query, headers, about });
  } catch (error) {
    throw await nearestKeyHint(error, target, client);
  }
  const progress = new Progress(world, output, about, Number(answer.headers['content-length'] ?? 0));
  try {
    // A part, or a version, is not asked for again from the middle: a cut one ends with a failure.
    const goesOn = range === undefined && version === undefined;
    await downloadTo(answer, world.stdout, { client, ...target, progress, ...(!goesOn && { isWhole: false }) });
  } finally {
    progress.end();
  }
  return exitCodes.done;
}

/** `0-99`, `100-`, `-100`. @throws CliError */
function rangeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, first, last] = /^(?:bytes=)?(\d*)-(\d*)$/.exec(text) ?? [];
  const isRange = first !== undefined && last !== undefined && `${first}${last}` !== '';
  if (!isRange || (first !== '' && last !== '' && Number(last) < Number(first))) {
    throw wrongUse(`--range "${text}" is not a range. Write 0-99, 100-, -100.`);
  }
  return `${first}-${last}`;
}
