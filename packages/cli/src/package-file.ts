/** A file of this package. Only from a file directly in `src` is the way to it the same as from the bundle in `dist`. */
export function packageFile(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
