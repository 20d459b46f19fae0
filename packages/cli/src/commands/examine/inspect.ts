import { type Inspection, inspect } from '@tidegate/presign';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { cutUrlHint } from '../../core/target.ts';
import { describeLimits } from '../../links/limit-options.ts';
import { describeAgo, describeDuration } from '../../terminal/format.ts';
import { readLines } from '../../terminal/stdin.ts';
import { printable } from '../../terminal/style.ts';

/** `inspect`: what URLs say. Sends nothing, needs no secret. */
export async function run(call: Call): Promise<number> {
  const { args, output, world } = call;
  const urls = args.length === 0 || (args.length === 1 && args[0] === '-') ? await readLines(world.stdin) : args;
  if (urls.length === 0) throw wrongUse('inspect needs a URL.', "Like  tidegate inspect 'https://…'");
  const nowMs = world.nowMs();
  let exit: number = exitCodes.done;
  const inspections = urls.map((url) => inspect(url, { now: new Date(nowMs) }));
  if (output.isJson) output.json(inspections.length === 1 ? inspections[0] : inspections);
  for (const [at, inspection] of inspections.entries()) {
    const hint = cutUrlHint(urls[at] ?? '');
    if (hint !== undefined) output.warn(hint);
    if (
      hint !== undefined ||
      inspection.kind === 'invalid' ||
      inspection.findings.some((one) => one.severity === 'error')
    ) {
      exit = exitCodes.fault;
    }
    if (output.isJson) continue;
    if (at > 0) output.answer('');
    for (const line of inspectionLines(inspection, nowMs, call)) output.answer(line);
  }
  return exit;
}

function inspectionLines(inspection: Inspection, nowMs: number, { output }: Call): string[] {
  const { paint } = output;
  const lines = definitions(inspection, nowMs).map(
    ([name, text]) => `${paint.quiet(name.padEnd(10))}  ${printable(text)}`,
  );
  const marks = { error: paint.bad('✗'), warning: paint.warn('!'), note: '·' };
  for (const finding of inspection.findings) {
    lines.push(`${marks[finding.severity]} ${printable(finding.text)}  ${paint.quiet(finding.code)}`);
    if (finding.fix !== undefined && finding.fix !== '') lines.push(`    ${printable(finding.fix)}`);
  }
  return lines;
}

function definitions(seen: Inspection, nowMs: number): (readonly [name: string, text: string])[] {
  const lines: (readonly [string, string])[] = [['kind', kinds[seen.kind]]];
  const add = (name: string, text: string | undefined) => {
    if (text !== undefined && text !== '') lines.push([name, text]);
  };
  const target = seen.bucket === undefined ? undefined : `${seen.bucket}/${seen.key ?? ''}`;
  add('asks for', [seen.operation, target].filter((part) => part !== undefined).join(' '));
  add('version', seen.versionId);
  add('at', seen.endpoint === undefined ? undefined : `${seen.endpoint} (${seen.style ?? 'path'} style)`);
  add(
    'key',
    [seen.accessKeyId, seen.temporary ? '(temporary)' : undefined, seen.region]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  add('signed', moment(seen.signedAt, nowMs));
  add('ends', moment(seen.expiresAt, nowMs));
  add('lasts', seen.expiresIn === undefined ? undefined : describeDuration(seen.expiresIn));
  add('state', seen.state);
  add('headers', seen.signedHeaders.filter((name) => name !== 'host').join(', '));
  for (const [name, value] of Object.entries(seen.overrides)) add('answers', `${name}: ${value}`);
  const limits = describeLimits(seen.limits, 'GET', nowMs);
  if (seen.kind === 'sigv4') add('limits', limits.length === 0 ? 'none' : limits.join(' · '));
  add('link', seen.fingerprint);
  return lines;
}

const kinds: Readonly<Record<Inspection['kind'], string>> = {
  sigv4: 'presigned URL, SigV4',
  sigv2: 'presigned URL, SigV2',
  share: 'share',
  unsigned: 'URL without a signature',
  invalid: 'not a valid signed URL',
};

function moment(at: Date | undefined, nowMs: number): string | undefined {
  if (at === undefined || Number.isNaN(at.getTime())) return undefined;
  return `${at.toISOString().replace('T', ' ').replace('.000Z', ' UTC')} (${describeAgo(at.getTime(), nowMs)})`;
}
