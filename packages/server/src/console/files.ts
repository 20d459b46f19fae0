import { commonHeaders } from './page-headers.ts';

/** One file of the built console, in memory: nothing is looked up on the disk by what a request says (SEC-512). */
export type ConsoleFile = {
  readonly type: string;
  readonly plain: Uint8Array;
  readonly brotli: Uint8Array | undefined;
  readonly gzip: Uint8Array | undefined;
  /** In quotes. */
  readonly etag: string;
};

/** The built console. */
export type ConsoleFiles = {
  /** The page, with `%NONCE%` where the nonce goes. */
  readonly page: string;
  /** By the path under `/_/`: `assets/index-B3x….js`. Their names change with their content. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
};

/** Media types of what a build holds. */
export const consoleTypes: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** A file as it is answered: `body` is undefined where the reader has it. */
export type FileAnswer = {
  readonly status: 200 | 304;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | undefined;
};

/** A file in the best encoding that the browser takes. */
export function fileAnswer(
  file: ConsoleFile,
  accepts: string | undefined,
  ifNoneMatch: string | undefined,
): FileAnswer {
  const { body, encoding } = choose(file, accepts ?? '');
  const headers: [string, string][] = [
    ['Content-Type', file.type],
    ['Cache-Control', 'public, max-age=31536000, immutable'],
    ['ETag', file.etag],
    ['Vary', 'Accept-Encoding'],
    ...commonHeaders.map(([name, value]): [string, string] => [name, value]),
  ];
  if (ifNoneMatch?.split(',').some((one) => one.trim().replace(/^W\//, '') === file.etag) === true) {
    return { status: 304, headers, body: undefined };
  }
  if (encoding !== undefined) headers.push(['Content-Encoding', encoding]);
  return { status: 200, headers, body };
}

function choose(
  { plain, brotli, gzip }: ConsoleFile,
  accepts: string,
): { readonly body: Uint8Array; readonly encoding: string | undefined } {
  const taken = new Set(
    accepts
      .toLowerCase()
      .split(',')
      .map((one) => one.trim())
      .filter((one) => !/;\s*q=0(?:\.0*)?$/.test(one))
      .map((one) => one.replace(/\s*;.*$/, '')),
  );
  if (brotli !== undefined && taken.has('br')) return { body: brotli, encoding: 'br' };
  if (gzip !== undefined && taken.has('gzip')) return { body: gzip, encoding: 'gzip' };
  return { body: plain, encoding: undefined };
}
