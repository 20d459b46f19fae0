import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { bucketTarget } from '../../core/target.ts';
import { type CorsRuleJson, rulesOf } from '../../s3/cors-rules.ts';
import { clientFor } from '../../s3/s3-call.ts';
import { type Cell, type Column, showTable, textCut } from '../../terminal/table.ts';

const columns: readonly Column[] = [
  { name: 'ORIGINS', cut: textCut },
  { name: 'METHODS' },
  { name: 'HEADERS' },
  { name: 'SHOWN' },
  { name: 'KEPT', align: 'right' },
];

/** `bucket cors get`: the rules of a bucket. */
export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const bucket = bucketTarget(args[0] ?? '');
  const rules = await readRules(call, bucket);
  if (output.isJson) output.json({ CORSRules: rules });
  else if (rules.length > 0) showTable(output, columns, rules.map(rowOf));
  else {
    output.talk(
      `  Bucket ${bucket} has no CORS rules. To add one:  tidegate bucket cors set ${bucket} --origin https://app.example.com`,
    );
  }
  return exitCodes.done;
}

async function readRules(call: Call, bucket: string): Promise<CorsRuleJson[]> {
  try {
    const root = await clientFor(call).askDocument({ method: 'GET', bucket, query: [['cors', '']], about: bucket });
    return rulesOf(root);
  } catch (error) {
    if (error instanceof CliError && error.parts.code === 'NoSuchCORSConfiguration') return [];
    throw error;
  }
}

function rowOf(rule: CorsRuleJson): Cell[] {
  const list = (values: readonly string[] = []): Cell => ({ shown: values.join(' ') || '–', plain: values.join(' ') });
  const { MaxAgeSeconds: age } = rule;
  return [
    list(rule.AllowedOrigins),
    list(rule.AllowedMethods),
    list(rule.AllowedHeaders),
    list(rule.ExposeHeaders),
    { shown: age === undefined ? '–' : `${age} s`, plain: age === undefined ? '' : String(age) },
  ];
}
