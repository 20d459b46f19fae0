import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readFileSync } from '../../core/builtins.ts';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { awsFile, profileNames } from '../../s3/aws-files.ts';
import { keyFileIn, readKeyFile, usualFolder } from '../../s3/key-file.ts';
import { confirm } from '../../terminal/ask.ts';

type NewProfile = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly endpoint: string;
  readonly region: string;
  /** The file that holds the same key, to be removed. */
  readonly keyFile: string | undefined;
};

/** `profiles add`: a profile of the AWS tools for a key, without the aws cli. */
export async function run(call: Call): Promise<number> {
  const { args, output, world } = call;
  const name = args[0] ?? 'tidegate';
  if (!/^[\w.@+-]+$/.test(name))
    throw wrongUse(`"${name}" is not a profile name.`, 'Use letters, digits and . _ - @ +');
  const profile = findKey(call);
  if (profileNames(world).includes(name)) await confirm(call, `The profile "${name}" exists. Replace it?`);
  const [credentials, config] = [awsFile('credentials', world), awsFile('config', world)];
  writeSection(credentials, name, [
    `aws_access_key_id = ${profile.accessKeyId}`,
    `aws_secret_access_key = ${profile.secretAccessKey}`,
  ]);
  writeSection(config, name === 'default' ? name : `profile ${name}`, [
    `region = ${profile.region}`,
    `endpoint_url = ${profile.endpoint}`,
    'tidegate = true',
    's3 =',
    '    signature_version = s3v4',
    '    addressing_style = path',
  ]);
  if (profile.keyFile !== undefined) rmSync(profile.keyFile);
  if (output.isJson) {
    const { accessKeyId, endpoint, region } = profile;
    output.json({ name, accessKeyId, endpoint, region, files: [credentials, config] });
    return exitCodes.done;
  }
  output.talk(`  Added profile ${name} with key ${profile.accessKeyId} for ${profile.endpoint}.`);
  if (profile.keyFile !== undefined) output.talk(`  Removed ${profile.keyFile}: the key is in ${credentials} now.`);
  if (name !== 'default') output.talk(`  Use it:  export AWS_PROFILE=${name}`);
  return exitCodes.done;
}

/** The key of the environment, else the one that a server keeps in its data folder. @throws CliError */
function findKey({ flags, world }: Call): NewProfile {
  const { env } = world;
  const [accessKeyId, secretAccessKey] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  const flag = flags.text('endpoint-url');
  if (accessKeyId && secretAccessKey && !flags.has('data')) {
    const endpoint =
      flag ?? (env['TIDEGATE_ENDPOINT'] || env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || undefined);
    if (endpoint === undefined)
      throw wrongUse('Which server is the key for?', 'Add  --endpoint-url https://files.example.com');
    const region = flags.text('region') ?? (env['AWS_REGION'] || 'us-east-1');
    return { accessKeyId, secretAccessKey, endpoint, region, keyFile: undefined };
  }
  const folder = flags.text('data') ?? usualFolder;
  if (!flags.has('data') && !existsSync(keyFileIn(folder))) {
    throw wrongUse(
      `There is no key to add: ${keyFileIn(folder)} does not exist.`,
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name the data folder of a server:  --data DIR',
    );
  }
  const kept = readKeyFile(folder);
  return {
    accessKeyId: kept.credentials.accessKeyId,
    secretAccessKey: kept.credentials.secretAccessKey,
    endpoint: flag ?? kept.endpoint ?? 'http://127.0.0.1:9000',
    region: flags.text('region') ?? kept.region ?? 'us-east-1',
    keyFile: keyFileIn(folder),
  };
}

/** Writes one section of a file that only its owner can read, all of it or nothing. */
function writeSection(file: string, header: string, lines: readonly string[]): void {
  if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // A link, as dotfile managers make them, stays one.
  const target = existsSync(file) ? realpathSync(file) : file;
  const text = existsSync(target) ? readFileSync(target, 'utf8') : '';
  const written = `${target}.tidegate-new`;
  writeFileSync(written, withSection(text, header, lines), { mode: 0o600 });
  chmodSync(written, 0o600);
  renameSync(written, target);
}

/**
 * An INI text in which the section `header` has exactly these lines. Everything else stays as it is; a section that was not there is
 * added at the end.
 */
function withSection(text: string, header: string, lines: readonly string[]): string {
  const section = [`[${header}]`, ...lines];
  const all = text.split('\n');
  const from = all.findIndex((line) => headerOf(line) === header);
  if (from === -1) {
    const before = text === '' ? '' : `${text.replace(/\n*$/, '\n')}\n`;
    return `${before}${section.join('\n')}\n`;
  }
  const next = all.findIndex((line, at) => at > from && headerOf(line) !== undefined);
  const to = next === -1 ? all.length : next;
  const gap = all.slice(from, to).toReversed();
  const blank = gap.findIndex((line) => line.trim() !== '');
  return [...all.slice(0, from), ...section, ...gap.slice(0, blank), ...all.slice(to)].join('\n').replace(/\n*$/, '\n');
}

function headerOf(line: string): string | undefined {
  return /^\[\s*([^\]]*?)\s*\]/.exec(line)?.[1]?.replaceAll('"', '');
}
