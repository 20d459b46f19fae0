const none: ReadonlySet<number> = new Set();

/**
 * Whether `text` fits `pattern`, in which `*` is any run of characters and `?` exactly one. Greedy with one point of return:
 * never more steps than the product of both lengths (SEC-429).
 * @param literalAt places of the pattern whose `*` or `?` stands for itself
 */
export function matchesWildcard(pattern: string, text: string, literalAt = none): boolean {
  let at = 0;
  let patternAt = 0;
  let star = -1;
  let starText = 0;
  while (at < text.length) {
    const wanted = pattern[patternAt];
    if (wanted === '*' && !literalAt.has(patternAt)) {
      star = patternAt;
      starText = at;
      patternAt += 1;
    } else if (wanted === text[at] || (wanted === '?' && !literalAt.has(patternAt))) {
      at += 1;
      patternAt += 1;
    } else if (star !== -1) {
      starText += 1;
      at = starText;
      patternAt = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[patternAt] === '*' && !literalAt.has(patternAt)) patternAt += 1;
  return patternAt === pattern.length;
}
