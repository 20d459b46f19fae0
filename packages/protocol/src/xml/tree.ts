/** An element of an answer: its local name, its text, its children. */
export type XmlElement = { readonly name: string; readonly text: string; readonly children: readonly XmlElement[] };

type Open = { readonly name: string; text: string; readonly children: XmlElement[] };

const maxDepth = 20;
const maxElements = 200_000;
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads the XML of any store's response, so unknown elements are kept, not refused (the shapes of
 * this package refuse them, as a server must). Attributes, comments and processing instructions are ignored.
 * @returns undefined when it is not well-formed, has a doctype, or passes the bounds
 */
export function readXmlTree(document: string): XmlElement | undefined {
  return new TreeReader(document).read();
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The text of the first child of that name. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text;
}

/** All children of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

class TreeReader {
  readonly #document: string;
  readonly #open: Open[] = [];
  #root: XmlElement | undefined;
  #at = 0;
  #elements = 0;

  constructor(document: string) {
    this.#document = document.startsWith('\ufeff') ? document.slice(1) : document;
  }

  read(): XmlElement | undefined {
    while (this.#at < this.#document.length) {
      const markup = this.#document.indexOf('<', this.#at);
      const end = markup === -1 ? this.#document.length : markup;
      if (!this.#takeText(this.#document.slice(this.#at, end), 'references')) return undefined;
      if (markup === -1) break;
      this.#at = markup;
      if (!this.#takeMarkup()) return undefined;
    }
    return this.#open.length === 0 ? this.#root : undefined;
  }

  #takeMarkup(): boolean {
    const rest = (text: string) => this.#document.startsWith(text, this.#at);
    if (rest('<!--')) return this.#skipPast('-->');
    if (rest('<?')) return this.#skipPast('?>');
    if (rest('<![CDATA[')) {
      const start = this.#at + '<![CDATA['.length;
      return this.#skipPast(']]>') && this.#takeText(this.#document.slice(start, this.#at - 3), 'plain');
    }
    if (rest('<!')) return false;
    return this.#takeTag();
  }

  #skipPast(mark: string): boolean {
    const found = this.#document.indexOf(mark, this.#at);
    if (found === -1) return false;
    this.#at = found + mark.length;
    return true;
  }

  #takeTag(): boolean {
    const end = this.#tagEnd();
    if (end === -1) return false;
    const inside = this.#document.slice(this.#at + 1, end);
    this.#at = end + 1;
    if (inside.startsWith('/')) return this.#close(localName(inside.slice(1).trim()));
    const isEmpty = inside.endsWith('/');
    const name = localName(/^[^\s/]+/.exec(inside)?.[0] ?? '');
    this.#elements += 1;
    if (name === '' || this.#elements > maxElements || this.#open.length >= maxDepth) return false;
    if (this.#open.length === 0 && this.#root !== undefined) return false;
    this.#open.push({ name, text: '', children: [] });
    return isEmpty ? this.#close(name) : true;
  }

  /** A `>` inside a quoted attribute does not end the tag. */
  #tagEnd(): number {
    let quote: string | undefined;
    for (let at = this.#at + 1; at < this.#document.length; at += 1) {
      const character = this.#document[at];
      if (quote !== undefined) {
        if (character === quote) quote = undefined;
      } else if (character === '"' || character === "'") quote = character;
      else if (character === '>') return at;
      else if (character === '<') return -1;
    }
    return -1;
  }

  #close(name: string): boolean {
    const element = this.#open.pop();
    if (element === undefined || element.name !== name) return false;
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
    return true;
  }

  #takeText(raw: string, kind: 'references' | 'plain'): boolean {
    const element = this.#open.at(-1);
    if (element === undefined) return raw.trim() === '';
    const text = kind === 'plain' ? raw : withoutReferences(raw);
    if (text === undefined) return false;
    element.text += text;
    return true;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function withoutReferences(raw: string): string | undefined {
  if (!raw.includes('&')) return raw;
  let isKnown = true;
  const text = raw.replace(/&([^;&]{0,12})(;?)/g, (_, name: string, end: string) => {
    const character = end === ';' ? referenced(name) : undefined;
    if (character === undefined) isKnown = false;
    return character ?? '';
  });
  return isKnown ? text : undefined;
}

function referenced(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? [];
  if (hex === undefined && decimal === undefined) return Object.hasOwn(entities, name) ? entities[name] : undefined;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
