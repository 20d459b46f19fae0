/** The files `~/.aws/config` and `~/.aws/credentials`, read as AWS's tools read them. */

/** Settings of one section, names in lower case; nested ones (`s3 =` and indented lines) as `s3.addressing_style`. */
export type ProfileSection = ReadonlyMap<string, string>;

/**
 * Sections of an INI text by their header's text. Comments are whole lines with `#` or `;`; a value ends with its line; an indented line
 * belongs to the setting above it. A section that comes twice is one.
 */
export function parseSections(text: string): ReadonlyMap<string, ProfileSection> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let parent = '';
  for (const line of text.split(/\r\n|\r|\n/)) {
    const content = line.trim();
    if (!content || /^[#;]/.test(content)) continue;
    const header = /^\[(.*)\]\s*(?:[#;].*)?$/.exec(line);
    if (header) {
      const name = header[1]?.trim() ?? '';
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
      parent = '';
      continue;
    }
    const cut = content.search(/[=:]/);
    if (!section || cut < 1) continue;
    const name = content.slice(0, cut).trim().toLowerCase();
    const value = content.slice(cut + 1).trim();
    const nested = /^\s/.test(line) && parent !== '';
    section.set(nested ? `${parent}.${name}` : name, value);
    if (!nested) parent = value ? '' : name;
  }
  return sections;
}

/** A word of a shell's line, as POSIX shells quote: the way AWS's tools cut `credential_process` and quoted profile names. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"\\])+/gs;
  for (const [word] of line.matchAll(pattern)) {
    words.push(
      word.replaceAll(
        /\\(.)|'([^']*)'|"((?:\\.|[^"\\])*)"/gs,
        (_, escaped?: string, single?: string, double?: string) => {
          return escaped ?? single ?? (double ?? '').replaceAll(/\\(["\\])/g, '$1');
        },
      ),
    );
  }
  return words;
}

/** The profile `name` of both files: `[profile name]` (or `[default]`) of the first, `[name]` of the second, which wins. */
export function findProfile(configText: string, credentialsText: string, name: string): ProfileSection | undefined {
  const config = parseSections(configText);
  const credentials = parseSections(credentialsText).get(name);
  let ofConfig = name === 'default' ? config.get('default') : undefined;
  for (const [header, section] of config) {
    const [kind, quoted, ...more] = splitWords(header);
    if (kind === 'profile' && quoted === name && !more.length) ofConfig = section;
  }
  if (!ofConfig && !credentials) return undefined;
  return new Map([...(ofConfig ?? []), ...(credentials ?? [])]);
}

/** The section `[services name]` of the config file, which holds endpoints by service: `s3.endpoint_url`. */
export function findServices(configText: string, name: string): ProfileSection | undefined {
  for (const [header, section] of parseSections(configText)) {
    const [kind, quoted] = splitWords(header);
    if (kind === 'services' && quoted === name) return section;
  }
  return undefined;
}
