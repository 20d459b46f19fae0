import { type CheckReport, checkData, type Finding, repairData } from '@tidegate/server';
import type { Call } from '../../core/command.ts';
import { CliError, exitCodes, wrongUse } from '../../core/errors.ts';
import { confirm } from '../../terminal/ask.ts';
import { describeBytes, describeCount } from '../../terminal/format.ts';
import { printable } from '../../terminal/style.ts';
import { onData, type Upkeep } from '../../upkeep/upkeep.ts';

type Repaired = Awaited<ReturnType<typeof repairData>>;

/** `check`: scans a data folder, and with `--repair` fixes what can be fixed safely. */
export async function run(call: Call): Promise<number> {
  const { args, flags, output } = call;
  if (args[0] !== undefined && flags.has('data'))
    throw wrongUse('The data folder is given twice, as an argument and with --data.');
  const { report, repaired } = await checked(call, args[0] ?? flags.text('data'));
  const { findings, ...facts } = report;
  const items = findings.map(({ kind, subject, detail, holders }) => ({ kind, subject, detail, holders }));
  if (output.isJson) output.json({ ok: items.length === 0, ...facts, repaired: repaired ?? null, items });
  else tell(call, report, repaired);
  return findings.length === 0 ? exitCodes.done : exitCodes.fault;
}

async function checked(call: Call, folder: string | undefined) {
  try {
    return await onData(call, 'check', folder, (upkeep) => scan(call, upkeep));
  } catch (error) {
    // What could not be looked at is neither good nor bad.
    if (!(error instanceof CliError) || error.parts.exit !== exitCodes.notFound) throw error;
    throw new CliError({ ...error.parts, exit: exitCodes.unreachable });
  }
}

async function scan(
  call: Call,
  { settings, world, onBytes }: Upkeep,
): Promise<{ readonly report: CheckReport; readonly repaired: Repaired | undefined }> {
  const { flags } = call;
  const how = {
    depth: flags.has('fast') ? ('fast' as const) : ('deep' as const),
    bucket: flags.text('bucket'),
    onBytes,
  };
  const report = await checkData(settings, world, how);
  if (!flags.has('repair') || report.findings.length === 0) return { report, repaired: undefined };
  await confirm(call, `Repair ${settings.data}, with ${countOf(report.findings.length, 'finding')}?`);
  const repaired = await repairData(settings, world, report);
  return { report: await checkData(settings, world, how), repaired };
}

function tell(call: Call, report: CheckReport, repaired: Repaired | undefined): void {
  const { output } = call;
  if (repaired !== undefined) {
    const { removed, counts, modes, quarantined, accessKeys, refused, place } = repaired;
    output.talk(
      `  Removed ${countOf(removed, 'body', 'bodies')} that nothing named; set ${countOf(counts, 'count')} and ${countOf(modes, 'mode')} right.`,
    );
    for (const { bucket, key } of quarantined) output.talk(`  Quarantined: ${printable(`${bucket}/${key}`)}`);
    if (accessKeys !== undefined) output.talk('  Rewrote the access keys and their indexes.');
    for (const id of accessKeys ?? []) output.talk(`  Quarantined damaged data of access key ${printable(id)}`);
    for (const { bucket, key, why } of refused)
      output.warn(`Not quarantined: ${printable(`${bucket}/${key}`)} (${why})`);
    if (place !== undefined) output.talk(`  Quarantined files are in ${place}`);
  }
  for (const finding of report.findings) tellFinding(call, finding);
  if (report.cut) output.warn('There are more problems; this list is cut off.');
  if (!output.isForPeople) return;
  const depth = report.depth === 'deep' ? `${describeBytes(report.readBytes)} read` : 'no bytes read';
  const size = `${countOf(report.objects, 'object')}, ${countOf(report.files, 'file')}, ${depth}`;
  output.answer(
    report.findings.length === 0
      ? `No problems found: ${size}.`
      : `${countOf(report.findings.length, 'finding')} in ${size}.`,
  );
}

function tellFinding({ output }: Call, { kind, subject, detail, holders }: Finding): void {
  const used = holders.map(({ bucket, key, versionId }) => {
    const version = versionId === undefined || versionId === 'null' ? '' : `?versionId=${versionId}`;
    return printable(`${bucket}/${key}${version}`);
  });
  if (!output.isForPeople) {
    output.answer([kind, printable(subject), printable(detail), used.join(' ')].join('\t'));
    return;
  }
  output.answer(`${output.paint.bad('✗')} ${kind}  ${printable(subject)}: ${printable(detail)}`);
  for (const name of used) output.answer(`    used by ${name}`);
}

function countOf(count: number, noun: string, nouns = `${noun}s`): string {
  return `${describeCount(count)} ${count === 1 ? noun : nouns}`;
}
