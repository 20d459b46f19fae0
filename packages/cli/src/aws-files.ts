import { join, readFileSync } from './builtins.ts';
import type { World } from './world.ts';

/** Names of the profiles in the two files of the AWS tools, for a refusal that names them. */
export function profileNames(world: World): string[] {
  const folder = join(world.homeFolder, '.aws');
  const credentials = sectionsOf(world.env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(folder, 'credentials'));
  const config = sectionsOf(world.env['AWS_CONFIG_FILE'] ?? join(folder, 'config')).flatMap((name) => {
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
    // A file that is not there, or not for us, says nothing.
    return [];
  }
}

/** What the files of the AWS tools say of a profile's key: its id, or the kind of program or sign-in that gives one. */
export function profileKey(name: string, world: World): string | undefined {
  const folder = join(world.homeFolder, '.aws');
  const said = new Map([
    ...entriesOf(world.env['AWS_CONFIG_FILE'] ?? join(folder, 'config'), [`profile ${name}`, `profile "${name}"`]),
    ...(name === 'default' ? entriesOf(world.env['AWS_CONFIG_FILE'] ?? join(folder, 'config'), ['default']) : []),
    ...entriesOf(world.env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(folder, 'credentials'), [name]),
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
