import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/** Where one is: the URL is the state. */
export type Place = {
  /** Empty: the list of buckets. */
  readonly bucket: string;
  /** Ends in a slash, or is empty. */
  readonly prefix: string;
  /** Only names with this prefix. */
  readonly find: string;
  /** Shown in the panel. */
  readonly object: string | undefined;
  readonly version: string | undefined;
  /** A tab of the bucket; empty: its objects. */
  readonly tab: string;
  readonly sort: string;
  /** What was deleted, in a bucket with versions. */
  readonly isDeleted: boolean;
};

const names = {
  bucket: 'bucket',
  prefix: 'prefix',
  find: 'find',
  object: 'object',
  version: 'version',
  tab: 'tab',
  sort: 'sort',
  isDeleted: 'deleted',
} as const;

type Change = { readonly [Name in keyof Place]?: Place[Name] | undefined };

/** What the address says, and how to change it. */
export function usePlace(): readonly [Place, (change: Change) => void] {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (wanted: Change) => {
      setParams((now) => {
        const next = new URLSearchParams(now);
        for (const name of Object.keys(wanted)) {
          if (!isName(name)) continue;
          const value = wanted[name];
          if (value === undefined || value === '' || value === false) next.delete(names[name]);
          else next.set(names[name], value === true ? '1' : value);
        }
        return next;
      });
    },
    [setParams],
  );
  const place: Place = {
    bucket: params.get('bucket') ?? '',
    prefix: params.get('prefix') ?? '',
    find: params.get('find') ?? '',
    object: params.get('object') ?? undefined,
    version: params.get('version') ?? undefined,
    tab: params.get('tab') ?? '',
    sort: params.get('sort') ?? '',
    isDeleted: params.has('deleted'),
  };
  return [place, change];
}

function isName(name: string): name is keyof Place {
  return name in names;
}

/** The address of a folder. */
export function folderHref(bucket: string, prefix = ''): string {
  const params = new URLSearchParams({ bucket, ...(prefix !== '' && { prefix }) });
  return `/browse?${params}`;
}

/** Invisible characters, or turn the rest of a name round. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f|^\s|\s$/gu;

/** A name with its invisible characters spelled out as `\u{202e}`, so that no two names look alike. */
export function shownName(name: string): string {
  return name.replace(unseen, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The last part of a key; of a folder with its slash. */
export function baseName(key: string): string {
  return key.slice(key.lastIndexOf('/', key.length - 2) + 1);
}
