/** An element of an answer of S3. */
export type XmlElement = { readonly name: string; readonly text: string; readonly children: readonly XmlElement[] };

type Open = { name: string; text: string; children: XmlElement[] };

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads what S3 answers: elements and text. Written out here since the browser's own reader is a place where markup may come
 * in, which the policy of these pages closes (SEC-504).
 * @throws SyntaxError
 */
export function readXml(text: string): XmlElement {
  const root: Open = { name: '', text: '', children: [] };
  const open: Open[] = [root];
  for (const [, closing, name, attributes = '', content] of text.matchAll(
    /<(?:\?[^>]*|(\/?)([\w:.-]+)([^>]*))>|([^<]+)/g,
  )) {
    const inner = open.at(-1);
    if (inner === undefined) break;
    if (content !== undefined) inner.text += decoded(content);
    else if (name !== undefined && closing === '/') {
      if (open.length === 1 || inner.name !== name) throw new SyntaxError(`</${name}> closes nothing.`);
      open.pop();
    } else if (name !== undefined) {
      const element: Open = { name, text: '', children: [] };
      inner.children.push(element);
      if (!attributes.endsWith('/')) open.push(element);
    }
  }
  const [first] = root.children;
  if (first === undefined || open.length !== 1) throw new SyntaxError('Not an XML document.');
  return first;
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
      : (entities[name] ?? whole),
  );
}

/** The children of a name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the first child of a name; empty for none. */
export function textOf(element: XmlElement, name: string): string {
  return element.children.find((child) => child.name === name)?.text ?? '';
}

/** Text as it stands between tags. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
