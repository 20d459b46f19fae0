import type { Command } from './command.ts';

type Family = { readonly nouns: readonly string[]; readonly load: () => Promise<readonly Command[]> };

/** The tables of commands under the first words that they begin with: a line loads its own table, and help loads all. */
const families: readonly Family[] = [
  { nouns: ['serve'], load: async () => (await import('../commands/serve/family.ts')).serveCommands },
  { nouns: ['presign'], load: async () => (await import('../commands/presign/family.ts')).presignCommands },
  {
    nouns: ['inspect', 'explain', 'health', 'doctor', 'strict', 'console'],
    load: async () => (await import('../commands/examine/family.ts')).examineCommands,
  },
  {
    nouns: ['share', 'request', 'receipt', 'whoami'],
    load: async () => (await import('../commands/links/family.ts')).linkCommands,
  },
  {
    nouns: ['mb', 'rb', 'ls', 'du', 'find', 'cp', 'mv', 'sync', 'rm', 'stat', 'cat', 'tag'],
    load: async () => (await import('../commands/store/family.ts')).storeCommands,
  },
  { nouns: ['bucket'], load: async () => (await import('../commands/bucket/family.ts')).bucketCommands },
  { nouns: ['keys', 'link'], load: async () => (await import('../commands/keys/family.ts')).keyCommands },
  {
    nouns: ['config', 'profiles', 'completion'],
    load: async () => (await import('../commands/setup/family.ts')).setupCommands,
  },
  {
    nouns: ['check', 'backup', 'restore'],
    load: async () => (await import('../commands/upkeep/family.ts')).upkeepCommands,
  },
];

/** Earlier first words: `tidegate cors …` is `tidegate bucket cors …`. */
const movedNouns: Readonly<Record<string, readonly string[]>> = { cors: ['bucket', 'cors'] };

/** The line with its first word as it is called now. */
export function withCurrentNoun(argv: readonly string[], noun: string | undefined): readonly string[] {
  const now = noun !== undefined && Object.hasOwn(movedNouns, noun) ? movedNouns[noun] : undefined;
  const at = argv.indexOf(noun ?? '');
  return now === undefined ? argv : [...argv.slice(0, at), ...now, ...argv.slice(at + 1)];
}

/** `tidegate presign TARGET` is `tidegate presign get TARGET`. */
export const defaultVerbs: Readonly<Record<string, string>> = { presign: 'get' };

/** The commands that begin with this word, or with one of its table; every command where no table has it. */
export async function commandsFor(noun: string | undefined): Promise<readonly Command[]> {
  const family = families.find(({ nouns }) => noun !== undefined && nouns.includes(noun));
  return family === undefined ? (await import('./command-table.ts')).commands : family.load();
}
