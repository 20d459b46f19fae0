/** One fenced block of a document. `isRun` is false when a comment before it says `<!-- not run: why -->`. */
export type Block = {
  readonly language: string;
  readonly text: string;
  readonly line: number;
  readonly isRun: boolean;
};

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
const notRun = /<!-- not run: [^>]{10,} -->\s*$/;

/** How a block of a language becomes part of one shell script. What is not here is only read: `text`, `json`. */
const runners: Readonly<Record<string, (text: string) => string>> = {
  sh: (text) => text,
  python: (text) => `/usr/bin/python3 - <<'END_OF_BLOCK'\n${text}END_OF_BLOCK\n`,
  js: (text) => `cat > snippet.mjs <<'END_OF_BLOCK'\n${text}END_OF_BLOCK\nnode snippet.mjs\n`,
};

/** Every fenced block of a Markdown text, in order. */
export function listBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(fence)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: markdown.slice(0, match.index).split('\n').length,
    isRun: !notRun.test(markdown.slice(0, match.index)),
  }));
}

/**
 * All blocks that can run as one bash script, in the order of the document, so that a later one uses what an earlier one
 * set. It ends at the first command that fails, and names the line of each block on stderr before it runs.
 */
export function writeScript(markdown: string): string {
  const parts = listBlocks(markdown).flatMap(({ language, text, line, isRun }) => {
    const runner = runners[language];
    return runner === undefined || !isRun ? [] : [`echo "── line ${line}" >&2\n${runner(text)}`];
  });
  return `set -euo pipefail\n${parts.join('\n')}`;
}
