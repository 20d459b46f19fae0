/** A member's name as it is written in headers and parameters: `maxKeys` is `max-keys`. */
export function wireName(member: string): string {
  return member.replace(/[A-Z]/g, '-$&').toLowerCase();
}
