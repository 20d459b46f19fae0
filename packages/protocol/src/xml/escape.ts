/**
 * What is done with characters that XML 1.0 cannot hold (U+0000 … U+001F but tab, line feed and carriage return,
 * U+FFFE, U+FFFF, lone surrogates). `reference`: a numeric reference, as S3 writes keys in listings, exact for lenient
 * readers (SEC-417). `replace`: U+FFFD, always well-formed, for text that only tells people something (SEC-431).
 */
export type UnwritableCharacters = 'reference' | 'replace';

// Almost every text is plain: one test, and it is written as it is.
const plain = /^[ !#-%'-;=?-~\n\t]*$/;
const special = /[&<>"\ufffe\uffff]|(?![\n\t])\p{Cc}|\p{Cs}/gu;

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for element content and attribute values alike (WIRE-21). */
export function escapeXml(text: string, unwritable: UnwritableCharacters): string {
  if (plain.test(text)) return text;
  return text.replace(special, (character) => {
    const entity = named[character];
    if (entity !== undefined) return entity;
    // A raw carriage return would be read back as a line feed.
    if (character === '\r') return '&#xD;';
    const code = character.codePointAt(0) ?? 0;
    // A surrogate without its partner and NUL are no characters in any XML; U+007F to U+009F are in all.
    if (code === 0 || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
    if (unwritable === 'replace' && (code < 0x20 || code > 0x9f)) return '\ufffd';
    return `&#x${code.toString(16).toUpperCase()};`;
  });
}
