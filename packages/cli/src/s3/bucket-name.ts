/** The rule for names of new buckets, in one sentence (WIRE-30). */
export const bucketNameRule =
  'A bucket name has 3 to 63 characters: lower-case letters, digits, hyphens and dots. It begins and ends with a letter or a digit.';

/** Which part of the rule a name breaks; undefined: none that is known here. */
export function bucketNameFault(name: string): string | undefined {
  const length = Array.from(name).length;
  if (length < 3) return `it has only ${length} character${length === 1 ? '' : 's'}`;
  if (length > 63) return `it has ${length} characters`;
  const wrong = [...new Set(Array.from(name).filter((character) => !/[a-z0-9.-]/.test(character)))];
  if (wrong.some((character) => /[A-Z]/.test(character))) {
    const others = wrong.filter((character) => !/[A-Z]/.test(character));
    return `it has upper-case letters${others.length === 0 ? '' : ` and ${listed(others)}`}`;
  }
  if (wrong.length > 0) return `it contains ${listed(wrong)}`;
  if (!/^[a-z0-9]/.test(name)) return `it begins with "${name.charAt(0)}"`;
  if (!/[a-z0-9]$/.test(name)) return `it ends with "${name.charAt(name.length - 1)}"`;
  const pair = /\.\.|\.-|-\./.exec(name)?.[0];
  if (pair !== undefined) return `it contains "${pair}"`;
  if (/^\d+(?:\.\d+){3}$/.test(name)) return 'it looks like an IP address';
  const reserved = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.exec(name)?.[0];
  return reserved === undefined ? undefined : `"${reserved}" is reserved`;
}

function listed(characters: readonly string[]): string {
  return characters.map((character) => (character === ' ' ? 'spaces' : `"${character}"`)).join(', ');
}
