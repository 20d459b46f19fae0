import { fromProfile } from '@tidegate/presign/node';
import type { Call } from '../../core/command.ts';
import { exitCodes, failureOf } from '../../core/errors.ts';
import { profileKey, profileNames } from '../../s3/aws-files.ts';
import { type Cell, type Column, pathCut, showTable } from '../../terminal/table.ts';

const columns: readonly Column[] = [
  { name: 'PROFILE' },
  { name: 'KEY' },
  { name: 'ENDPOINT', cut: pathCut },
  { name: 'REGION' },
  { name: 'SIGNS' },
];

type Row = {
  readonly name: string;
  readonly isUsed: boolean;
  readonly accessKeyId: string | null;
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly signatureVersion: string | null;
  readonly fault: string | null;
};

/** `profiles`: those of the AWS tools' files, and which one holds here. Runs no program and asks nobody. */
export function run(call: Call): number {
  const { flags, output, world } = call;
  const hasKeyVariables = world.env['AWS_ACCESS_KEY_ID'] !== undefined && flags.text('profile') === undefined;
  const named = flags.text('profile') ?? world.env['AWS_PROFILE'] ?? world.env['AWS_DEFAULT_PROFILE'] ?? 'default';
  const rows = profileNames(world).map((name) => rowOf(name, !hasKeyVariables && name === named, call));
  if (output.isJson) {
    output.json({ items: rows.map(({ isUsed, ...row }) => ({ ...row, used: isUsed })) });
    return exitCodes.done;
  }
  showTable(output, columns, rows.map(cellsOf));
  if (rows.length === 0) output.talk('No profiles yet. Create one:  tidegate profiles add');
  else if (hasKeyVariables) output.talk('AWS_ACCESS_KEY_ID is set and takes precedence over profiles.');
  return exitCodes.done;
}

function rowOf(name: string, isUsed: boolean, { world }: Call): Row {
  const base = { name, isUsed, accessKeyId: profileKey(name, world) ?? null };
  try {
    // The variables of the environment would speak for every profile: each shows what its files say.
    const { endpoint, region, signatureVersion } = fromProfile(name, {
      env: filesOnly(world.env),
      home: world.homeFolder,
    });
    return {
      ...base,
      endpoint: endpoint ?? null,
      region: region ?? null,
      signatureVersion: signatureVersion ?? null,
      fault: null,
    };
  } catch (error) {
    return { ...base, endpoint: null, region: null, signatureVersion: null, fault: failureOf(error).what };
  }
}

function filesOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const names = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'];
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.includes(name)));
}

function cellsOf({ name, isUsed, accessKeyId, endpoint, region, signatureVersion, fault }: Row): Cell[] {
  const cell = (text: string | null): Cell => ({ shown: text ?? '–', plain: text ?? '' });
  return [
    { shown: `${isUsed ? '▸' : ' '} ${name}`, plain: name },
    cell(accessKeyId),
    cell(fault ?? endpoint),
    cell(region),
    cell(signatureVersion),
  ];
}
