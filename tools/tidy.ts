import { lineAt, readSource } from './source-text.ts';

/** One file of the repository as the tidy rules see it. `text` is undefined for a binary one. */
export type TidyFile = { readonly path: string; readonly sizeBytes: number; readonly text: string | undefined };

/** One breach of a tidy rule. */
export type TidyFault = { readonly rule: string; readonly path: string; readonly line: number; readonly why: string };

/** A breach that is accepted, with its reason. One that no longer happens is itself a fault, so the list only shrinks. */
export type TidyException = { readonly rule: string; readonly path: string; readonly reason: string };

/** A rule reads one file; `paths` is every file and folder of the repository, for questions about neighbours. */
type TidyRule = (file: TidyFile, paths: ReadonlySet<string>) => readonly (readonly [line: number, why: string])[];

const maxSourceLines = 400;
const maxBlobBytes = 256 * 1024;
const sourceFile = /\.(?:ts|tsx|mjs|cjs|js|py|sh|c)$/;
const bannedFileNames = /^(?:utils?|helpers?|common|misc|types)(?:\.|$)/;
/** Words that say nothing about what a thing is. `service`, `data` and `item` are words of S3 and of SigV4, and stay. */
const bannedWords = new Set([
  'manager',
  'provider',
  'factory',
  'processor',
  'helper',
  'helpers',
  'util',
  'utils',
  'misc',
  'obj',
  'tmp',
]);
// Written in pieces, so that this file does not break its own rules.
const unfinishedMarks = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
const machinePaths = new RegExp(
  `(?<![\\w.-])/(?:${['wo' + 'rk', 'fa' + 'rm', 'ho' + 'me', 'ro' + 'ot', 'Us' + 'ers'].join('|')})/[\\w.-]+|/t` +
    'mp/[\\w-]+/',
);
const registryHosts = new RegExp(
  ['registry\\.npm' + 'js', 'npm' + 'mirror', 'deb\\.deb' + 'ian', 'pypi\\.o' + 'rg', 'proxy\\.gol' + 'ang'].join('|'),
);
const codeFence = /^(```|~~~)[\s\S]*?^\1/gm;
const declaredName =
  /\b(?:export\s+(?:default\s+)?(?:async\s+)?(?:function\*?|const|let|type|interface|class)|class|interface)\s+([A-Za-z_$][\w$]*)/g;

/** Every rule by its id. */
export const tidyRules: Readonly<Record<string, TidyRule>> = {
  'file-length': ({ path, text }) => {
    if (text === undefined || !sourceFile.test(path)) return [];
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    return lines > maxSourceLines ? [[lines, `${lines} lines; at most ${maxSourceLines}`]] : [];
  },
  'file-name': ({ path }) => {
    const name = path.split('/').at(-1) ?? '';
    const inFolder = path
      .split('/')
      .slice(0, -1)
      .find((part) => bannedFileNames.test(part));
    const isCode = sourceFile.test(path);
    if (isCode && (bannedFileNames.test(name) || inFolder !== undefined))
      return [[1, `${inFolder ?? name} names no idea`]];
    return [];
  },
  'declared-name': ({ path, text }) => {
    if (text === undefined || !/\.(?:ts|tsx)$/.test(path)) return [];
    const { code } = readSource(text);
    return [...code.matchAll(declaredName)].flatMap((match): [number, string][] => {
      const name = match[1] ?? '';
      const word = wordsOf(name).find((part) => bannedWords.has(part));
      if (word !== undefined) return [[lineAt(code, match.index), `${name}: "${word}" says nothing`]];
      if (/interface\s/.test(match[0]) && /^I[A-Z][a-z]/.test(name))
        return [[lineAt(code, match.index), `${name}: no I-prefix`]];
      return [];
    });
  },
  'private-name': ({ path, text }) => {
    if (text === undefined || !/\.(?:ts|tsx|mjs)$/.test(path)) return [];
    return linesWith(
      readSource(text).code,
      /\bthis\._\w|\b(?:private|protected)\s+(?!constructor\b)\w/,
      'use a #private member',
    );
  },
  'unfinished-mark': ({ path, text }) => {
    if (text === undefined || path === 'package-lock.json' || isVector(path)) return [];
    return linesWith(text, unfinishedMarks, 'finish it, or say it in an issue');
  },
  'machine-path': ({ path, text }) => {
    if (text === undefined || path === 'package-lock.json' || isVector(path)) return [];
    return linesWith(text, machinePaths, 'a path of one machine');
  },
  'registry-host': ({ text }) =>
    text === undefined ? [] : linesWith(text, registryHosts, 'a host that packages come from'),
  'lock-host': ({ path, text }) => {
    if (text === undefined || !path.endsWith('package-lock.json')) return [];
    return linesWith(text, /"resolved":\s*"(?!packages\/)[^"]*"/, 'the lock names no place');
  },
  // SEC-1002, SEC-1003.
  'lock-entry': ({ path, text }) => (path === 'package-lock.json' && text !== undefined ? checkLock(text) : []),
  'big-blob': ({ sizeBytes }) => (sizeBytes > maxBlobBytes ? [[1, `${sizeBytes} bytes; at most ${maxBlobBytes}`]] : []),
  'test-name': ({ path, text }) => {
    if (/[._](?:spec|test)\.(?:js|mjs|cjs|tsx)$|[._]spec\.ts$|_test\.ts$/.test(path))
      return [[1, 'tests are named x.test.ts']];
    if (text === undefined || !/^(?:packages|tools)\/.*\.ts$/.test(path) || path.endsWith('.test.ts')) return [];
    if (/\/(?:test-support|contract)\//.test(path)) return [];
    return linesWith(
      readSource(text).code,
      /^\s*(?:test|it|describe)\s*\(/,
      'a test in a file that the runner does not read',
    );
  },
  'narrowed-test': ({ path, text }) => {
    if (text === undefined || !/\.test\.ts$/.test(path)) return [];
    return linesWith(
      readSource(text).code,
      /\b(?:test|it|describe|suite)\.only\b|\bonly:\s*true\b/,
      'runs alone and hides the others',
    );
  },
  // What it finds in CI must be found again: one seed for all (docs/adr/0013).
  'own-seed': ({ path, text }) => {
    if (text === undefined || !/^(?:packages|test)\/.*\.test\.ts$/.test(path)) return [];
    const { code } = readSource(text);
    return linesWith(code, /\bDate\.now\(\)\s*[%&]|\bMath\.random\b|\brandomInt\(/, 'readSeed() of test/seed.ts');
  },
  // A reader cannot follow a comment into a document that is not here.
  'absent-document': ({ path, text }, paths) => {
    if (text === undefined || !/\.(?:ts|tsx|mjs|md)$/.test(path)) return [];
    // Links are the next rule's, code blocks are somebody's files.
    const prose = path.endsWith('.md')
      ? text.replace(codeFence, keepLines).replace(/\]\([^)\n]*\)/g, keepLines)
      : readSource(text).comments;
    const names = new Set([...paths].map((known) => known.split('/').at(-1)));
    return [...prose.matchAll(/(?<![\w./-])(?:[\w-]+\/)*([\w-]+\.md)\b/g)].flatMap((match): [number, string][] =>
      names.has(match[1]) ? [] : [[lineAt(prose, match.index), `${match[0]} is not in the repository`]],
    );
  },
  // A path in a document is a promise too. Names with a placeholder or a pattern are not checked.
  'absent-path': ({ path, text }, paths) => {
    if (text === undefined || !path.endsWith('.md')) return [];
    const known = /`((?:packages|spec|tools|test|bench|docs|examples|\.ci|\.github)\/[\w./-]+)`/g;
    const prose = text.replace(codeFence, keepLines);
    return [...prose.matchAll(known)].flatMap((match): [number, string][] => {
      const named = (match[1] ?? '').replace(/\/$/, '');
      return paths.has(named) ? [] : [[lineAt(prose, match.index), `${named} is not there`]];
    });
  },
  'dead-link': ({ path, text }, paths) =>
    text !== undefined && path.endsWith('.md') ? checkLinks(path, text, paths) : [],
};

/** Runs every rule over every file and takes the exceptions off; an exception that nothing needed is a fault. */
export function findFaults(files: readonly TidyFile[], exceptions: readonly TidyException[]): TidyFault[] {
  const paths = new Set(files.flatMap((file) => foldersOf(file.path)));
  const needed = new Set<TidyException>();
  const faults: TidyFault[] = [];
  for (const file of files) {
    for (const [rule, check] of Object.entries(tidyRules)) {
      for (const [line, why] of check(file, paths)) {
        const exception = exceptions.find((entry) => entry.rule === rule && entry.path === file.path);
        if (exception === undefined) faults.push({ rule, path: file.path, line, why });
        else needed.add(exception);
      }
    }
  }
  const stale = exceptions.filter((entry) => !needed.has(entry));
  return [
    ...faults,
    ...stale.map(({ rule, path }) => ({ rule, path, line: 0, why: 'this exception is no longer needed' })),
  ];
}

function linesWith(text: string, pattern: RegExp, why: string): [number, string][] {
  const found: [number, string][] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const match = pattern.exec(line);
    if (match !== null) found.push([index + 1, `${match[0].trim()}: ${why}`]);
  }
  return found;
}

function isVector(path: string): boolean {
  return /\/vectors\/[^/]+\.json$/.test(path);
}

function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
}

/** The path, and every folder above it. */
function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

type LockEntry = {
  readonly integrity?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly version?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
};

function checkLock(text: string): [number, string][] {
  const lock = JSON.parse(text) as { readonly packages: Readonly<Record<string, LockEntry>> }; // the form of every lock of version 3
  return Object.entries(lock.packages).flatMap(([path, entry]): [number, string][] => {
    if (!path.includes('node_modules/') || entry.link === true) return [];
    const faults: [number, string][] = [];
    if (!entry.integrity?.startsWith('sha512-')) faults.push([1, `${path} has no sha512`]);
    const isFsevents = path.endsWith('node_modules/fsevents'); // macOS only, optional, and not in allowScripts
    if (entry.hasInstallScript === true && path !== 'node_modules/node' && !isFsevents)
      faults.push([1, `${path} runs a script`]);
    return faults;
  });
}

const markdownLink = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)/g;

function checkLinks(path: string, text: string, paths: ReadonlySet<string>): [number, string][] {
  const withoutCode = text.replace(codeFence, keepLines).replace(/`[^`\n]*`/g, keepLines);
  return [...withoutCode.matchAll(markdownLink)].flatMap((match): [number, string][] => {
    const link = match[1] ?? '';
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return [];
    const [target = '', anchor] = link.split('#');
    const line = lineAt(withoutCode, match.index);
    const resolved = target === '' ? path : resolveLink(path, decodeURIComponent(target));
    if (resolved !== '' && !paths.has(resolved)) return [[line, `${link} does not exist`]];
    const isOwnAnchor = target === '' && anchor !== undefined;
    return isOwnAnchor && !anchorsOf(text).has(anchor) ? [[line, `#${anchor} is no heading of this page`]] : [];
  });
}

function keepLines(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function resolveLink(from: string, target: string): string {
  const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** The anchors that headings get where the pages are read: lower case, punctuation dropped, blanks to hyphens. */
function anchorsOf(text: string): Set<string> {
  const headings = text.match(/^#{1,6}\s+.*$/gm) ?? [];
  const slugs = headings.map((heading) =>
    heading
      .replace(/^#+\s+/, '')
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
  return new Set(slugs);
}
