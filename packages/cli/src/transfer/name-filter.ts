import type { FlagValues } from '../core/command.ts';

/** Which names below a folder are selected: those that match an `--include`, or all, without those that match an `--exclude`. */
export type NameFilter = (name: string) => boolean;

/** The filter of `--include` and `--exclude`. A pattern is for the name below the folder; `*` also matches `/`, as in aws cli. */
export function nameFilter(flags: FlagValues): NameFilter {
  const included = flags.list('include').map(patternOf);
  const excluded = flags.list('exclude').map(patternOf);
  return (name) =>
    (included.length === 0 || included.some((pattern) => pattern.test(name))) &&
    !excluded.some((pattern) => pattern.test(name));
}

/** `*` any characters, `?` one, `[abc]` and `[!abc]` one of them or of all others. */
function patternOf(glob: string): RegExp {
  return globPattern(glob, '.');
}

/** A pattern for whole paths, as shells have it: `*` and `?` stop at `/`, `**` does not. */
export function pathPattern(glob: string): RegExp {
  return globPattern(glob, '[^/]');
}

function globPattern(glob: string, any: '.' | '[^/]'): RegExp {
  const source = glob.replace(
    /\*\*\/?|\[(!?)([^\]]+)\]|[*?]|[\\^$.+()|{}[\]]/g,
    (found, not?: string, set?: string) => {
      // `a/**/b` also means `a/b`.
      if (found === '**/' && any !== '.') return '(?:.*/)?';
      if (found.startsWith('**')) return found.endsWith('/') ? '.*/' : '.*';
      if (found === '*') return `${any}*`;
      if (found === '?') return any;
      if (set === undefined) return `\\${found}`;
      return `[${not === '!' ? '^' : ''}${set.replace(/[\\^[\]]/g, '\\$&')}]`;
    },
  );
  return new RegExp(`^${source}$`, 'su');
}
