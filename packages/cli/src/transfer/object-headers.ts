import type { Call } from '../core/command.ts';
import { wrongUse } from '../core/errors.ts';
import { pairsFlag } from '../core/flag-values.ts';

/** Flags that set a header of an object by its name. */
const headerFlags = ['content-type', 'cache-control', 'content-disposition', 'content-encoding'] as const;

/** The headers that the flags of `cp`, `mv` and `sync` set on objects. @throws CliError */
export function objectHeaders({ flags }: Call): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const name of headerFlags) {
    const value = flags.text(name);
    if (value !== undefined) headers[name] = checked(name, value);
  }
  for (const [name, value] of Object.entries(pairsFlag(flags, 'metadata') ?? {})) {
    if (!/^[a-z0-9!#$%&'*+.^_|~-]+$/i.test(name)) throw wrongUse(`--metadata "${name}" is not a name for metadata.`);
    headers[`x-amz-meta-${name.toLowerCase()}`] = checked('metadata', value);
  }
  return headers;
}

/** Refuses those flags where no object is written. @throws CliError */
export function refuseObjectHeaders({ flags }: Call): void {
  const flag = [...headerFlags, 'metadata'].find((name) => flags.has(name));
  if (flag !== undefined) throw wrongUse(`--${flag} is for uploads and copies, not for downloads.`);
}

/** A header is one line of visible ASCII. */
function checked(flag: string, value: string): string {
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  throw wrongUse(`--${flag} is empty, or has characters that a header cannot have.`, 'Use printable ASCII.');
}
