/**
 * An INI text in which the section `header` has exactly these lines. Everything else stays as it is; a section that was not there is
 * added at the end.
 */
export function withSection(text: string, header: string, lines: readonly string[]): string {
  const section = [`[${header}]`, ...lines];
  const all = text.split('\n');
  const from = all.findIndex((line) => headerOf(line) === header);
  if (from === -1) {
    const before = text === '' ? '' : `${text.replace(/\n*$/, '\n')}\n`;
    return `${before}${section.join('\n')}\n`;
  }
  const next = all.findIndex((line, at) => at > from && headerOf(line) !== undefined);
  const to = next === -1 ? all.length : next;
  const gap = all.slice(from, to).toReversed();
  const blank = gap.findIndex((line) => line.trim() !== '');
  return [...all.slice(0, from), ...section, ...gap.slice(0, blank), ...all.slice(to)].join('\n').replace(/\n*$/, '\n');
}

function headerOf(line: string): string | undefined {
  return /^\[\s*([^\]]*?)\s*\]/.exec(line)?.[1]?.replaceAll('"', '');
}
