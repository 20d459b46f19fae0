/** The longest name that is kept: a key has 1,024 bytes, a character up to four. */
const mostChars = 120;

/**
 * The last segment of a name that a page gave, without what paths, shells and URLs read otherwise. Its extension stays.
 */
export function tidyName(name: string): string {
  const last = name.toWellFormed().normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const plain = last.replaceAll(/[^\p{L}\p{M}\p{N}._ -]/gu, '_').replace(/^[. ]+|[. ]+$/g, '');
  const chars = [...plain];
  if (chars.length <= mostChars) return plain || 'file';
  const extension = /\.[\w-]{1,16}$/.exec(plain)?.[0] ?? '';
  return chars.slice(0, mostChars - extension.length).join('') + extension;
}
