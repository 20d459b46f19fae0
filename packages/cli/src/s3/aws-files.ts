import { join, readFileSync } from '../core/builtins.ts';
import type { World } from '../core/world.ts';

/** The path of one of the two files of the AWS tools. */
export function awsFile(name: 'config' | 'credentials', { env, homeFolder }: World): string {
  const named = env[name === 'config' ? 'AWS_CONFIG_FILE' : 'AWS_SHARED_CREDENTIALS_FILE'];
  return named || join(homeFolder, '.aws', name);
}

/** Names of the profiles in the two files of the AWS tools, for a refusal that names them. */
export function profileNames(world: World): string[] {
  const credentials = sectionsOf(awsFile('credentials', world));
  const config = sectionsOf(awsFile('config', world)).flatMap((name) => {
    if (name === 'default') return [name];
    return name.startsWith('profile ')
      ? [
          name
            .slice('profile '.length)
            .trim()
            .replace(/^"(.*)"$/, '$1'),
        ]
      : [];
  });
  return [...new Set([...credentials, ...config])].sort();
}

function sectionsOf(file: string): string[] {
  return linesOf(file).flatMap((line) => /^\[([^\]]+)\]/.exec(line)?.[1]?.trim() ?? []);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    // A missing or unreadable file counts as empty.
    return [];
  }
}

/** What the files of the AWS tools say of a profile's key: its id, or the kind of program or sign-in that gives one. */
export function profileKey(name: string, world: World): string | undefined {
  const said = new Map([
    ...entriesOf(awsFile('config', world), [`profile ${name}`, `profile "${name}"`]),
    ...(name === 'default' ? entriesOf(awsFile('config', world), ['default']) : []),
    ...entriesOf(awsFile('credentials', world), [name]),
  ]);
  const id = said.get('aws_access_key_id');
  if (id !== undefined) return id;
  if (said.has('credential_process')) return '(a program)';
  if (said.has('sso_session') || said.has('sso_start_url')) return '(single sign-on)';
  return said.has('role_arn') ? '(a role)' : undefined;
}

function entriesOf(file: string, sections: readonly string[]): Map<string, string> {
  const entries = new Map<string, string>();
  let isInside = false;
  for (const line of linesOf(file)) {
    const section = /^\[([^\]]+)\]/.exec(line)?.[1]?.trim();
    if (section !== undefined) isInside = sections.includes(section);
    const [, name, value] = /^([\w]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isInside && name !== undefined && value !== undefined) entries.set(name.toLowerCase(), value);
  }
  return entries;
}
