/** Text beyond ASCII in a header, as RFC 2047 writes it: `=?UTF-8?B?w6k=?=`. */
const encodedWord = /=\?([\w-]{1,40})(?:\*[\w-]*)?\?([BQbq])\?([^?\s]*)\?=/g;
/** Blanks between two encoded words are no part of the text. */
const betweenWords = /(\?=)[ \t]+(?==\?[\w-]{1,40}\?[BQbq]\?[^?\s]*\?=)/g;
const printable = /^[\t\x20-\x7e]*$/;
const plainInQ = /[!-<>@-^`-~]/;

/** The text of a header value, one character a byte: encoded words are decoded, other bytes are UTF-8 or else ISO 8859-1. */
export function decodeWords(value: string): string {
  const text = printable.test(value) ? value : textOfBytes(Buffer.from(value, 'latin1'));
  if (!text.includes('=?')) return text;
  return text
    .replace(betweenWords, '$1')
    .replace(encodedWord, (word, charset: string, kind: string, content: string) => {
      const bytes = kind.toUpperCase() === 'B' ? Buffer.from(content, 'base64') : bytesOfQ(content);
      return decode(bytes, charset) ?? word;
    });
}

/** The header value of a text: itself if it is printable ASCII, else one encoded word, in the shorter of its two forms. */
export function encodeWords(text: string): string {
  const isPlain = printable.test(text) && text.trim() === text && decodeWords(text) === text;
  if (isPlain) return text;
  const characters = [...text];
  const ascii = characters.filter((character) => character < '\x80').length;
  const bytes = Buffer.from(text, 'utf8');
  if (ascii <= characters.length - ascii) return `=?UTF-8?B?${bytes.toString('base64')}?=`;
  const q = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (character === ' ') return '_';
    return plainInQ.test(character) ? character : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `=?UTF-8?Q?${q.join('')}?=`;
}

function bytesOfQ(content: string): Buffer {
  const text = content
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

function textOfBytes(bytes: Uint8Array): string {
  return decode(bytes, 'utf-8') ?? Buffer.from(bytes).toString('latin1');
}

/** undefined: bytes that are not of this charset, or a charset that nobody knows. */
function decode(bytes: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}
