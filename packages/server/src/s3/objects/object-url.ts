/**
 * The URL of an object. `bucketUrl` ends with a slash. Slashes of the key stay; everything else that a path cannot hold is
 * percent-encoded (RFC 3986).
 */
export function objectUrl(bucketUrl: string, key: string): string {
  return (
    bucketUrl +
    encodeURIComponent(key)
      .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%2F', '/')
  );
}
