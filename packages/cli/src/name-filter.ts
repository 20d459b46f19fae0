import type { FlagValues } from './command.ts';

/** Which names below a folder are meant: those that an `--include` fits, or all, without those that an `--exclude` fits. */
export type NameFilter = (name: string) => boolean;

/** The filter of `--include` and `--exclude`. A pattern is for the name below the folder; `*` passes `/`, as in aws cli. */
export function nameFilter(flags: FlagValues): NameFilter {
  const included = flags.list('include').map(patternOf);
  const excluded = flags.list('exclude').map(patternOf);
  return (name) =>
    (included.length === 0 || included.some((pattern) => pattern.test(name))) &&
    !excluded.some((pattern) => pattern.test(name));
}

/** `*` any characters, `?` one, `[abc]` and `[!abc]` one of them or of all others. */
function patternOf(glob: string): RegExp {
  const source = glob.replace(/\[(!?)([^\]]+)\]|[*?]|[\\^$.+()|{}[\]]/g, (found, not?: string, set?: string) => {
    if (found === '*') return '.*';
    if (found === '?') return '.';
    if (set === undefined) return `\\${found}`;
    return `[${not === '!' ? '^' : ''}${set.replace(/[\\^[\]]/g, '\\$&')}]`;
  });
  return new RegExp(`^${source}$`, 'su');
}
