/**
 * Whether two texts are equal, in time that depends on their length alone (SIG-79). Different lengths differ before any
 * character is compared.
 */
export function equalInConstantTime(left: string, right: string): boolean {
  const length = left.length;
  if (length !== right.length) return false;
  let difference = 0;
  for (let at = 0; at < length; at++) difference |= left.charCodeAt(at) ^ right.charCodeAt(at);
  return difference === 0;
}
