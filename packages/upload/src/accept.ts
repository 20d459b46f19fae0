/** What a file says of itself, as far as `accept` asks. */
type Named = { readonly name: string; readonly type: string };

function essence(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

/** Whether one entry of `accept` (`image/png`, `image/*`, `.pdf`) takes a file: by its media type, or by the end of its name. */
function takes(entry: string, { name, type }: Named): boolean {
  const wanted = entry.trim().toLowerCase();
  if (wanted.startsWith('.')) return name.toLowerCase().endsWith(wanted);
  if (wanted.endsWith('/*')) return essence(type).startsWith(wanted.slice(0, -1));
  return wanted === '*' || essence(type) === wanted;
}

/** Whether `accept` takes a file. Without entries it takes every one. */
export function isAccepted(accept: readonly string[] | undefined, file: Named): boolean {
  return !accept?.length || accept.some((entry) => takes(entry, file));
}

/** Types that a browser runs when it opens them from the store. */
const active =
  /^(?:text\/(?:html|xml|javascript|xsl)|application\/(?:(?:x-)?javascript|xml|xhtml\+xml)|[\w.-]+\/[\w.-]+\+xml)$/;

/**
 * The type that an object is stored with. What would run in the store's origin is stored as bytes, unless `accept` names its very
 * type: `image/*` alone lets no SVG with a script be opened.
 */
export function storedType(accept: readonly string[] | undefined, type: string): string {
  const plain = essence(type);
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(plain)) return 'application/octet-stream';
  const isNamed = accept?.some((entry) => entry.trim().toLowerCase() === plain) ?? false;
  return active.test(plain) && !isNamed ? 'application/octet-stream' : plain;
}
