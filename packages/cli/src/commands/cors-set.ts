import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CORSConfiguration, writeDocument } from '@tidegate/protocol';
import type { Call } from '../command.ts';
import { ruleForOrigins, rulesOfFile } from '../cors-rules.ts';
import { CliError, exitCodes, wrongUse } from '../errors.ts';
import { clientFor } from '../s3-call.ts';
import { readAll } from '../stdin.ts';
import { bucketTarget } from '../target.ts';

/** `cors set`: rules of a file, or one rule that lets pages of an origin upload and download. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output, world } = call;
  const bucket = bucketTarget(args[0] ?? '');
  const origins = flags.list('origin');
  const file = flags.text('file');
  if (origins.length > 0 === (file !== undefined)) {
    throw wrongUse(
      'cors set takes either --origin or --file.',
      `Like  tidegate cors set ${bucket} --origin https://app.example.com`,
    );
  }
  const rules =
    file === undefined
      ? [ruleForOrigins(origins)]
      : rulesOfFile(file === '-' ? 'stdin' : file, file === '-' ? await readAll(world.stdin) : await readText(file));
  const body = Buffer.from(writeDocument('CORSConfiguration', CORSConfiguration, { rules }));
  const answer = await clientFor(call).ask({
    method: 'PUT',
    bucket,
    query: [['cors', '']],
    headers: { 'content-md5': createHash('md5').update(body).digest('base64') },
    body,
    about: bucket,
  });
  answer.body.resume();
  const who = [...new Set(rules.flatMap((rule) => rule.allowedOrigins))];
  if (output.isJson) output.json({ bucket, rules: rules.length, origins: who });
  else output.talk(`  Pages of ${who.join(', ')} may use ${bucket}.`);
  return exitCodes.done;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError({ exit: exitCodes.notFound, what: `The file ${file} cannot be read.`, cause });
  }
}
