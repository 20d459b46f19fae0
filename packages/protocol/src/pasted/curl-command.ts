/** A request as someone pasted it. */
export type PastedRequest = {
  readonly url: string;
  readonly method?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
};

const withValue = new Set(
  'XHTdFoAeubcmxwrKYyCDEQtz'
    .split('')
    .map((letter) => `-${letter}`)
    .concat(
      'request header upload-file data data-raw data-binary data-urlencode data-ascii json form form-string output user-agent referer user cookie cookie-jar max-time connect-timeout resolve connect-to proxy retry retry-delay write-out range config url cacert cert key'
        .split(' ')
        .map((name) => `--${name}`),
    ),
);

/** Reads a pasted `curl` command: URL, method, headers. Nothing of it is run. @returns undefined when it names no URL */
export function readCurlCommand(text: string): PastedRequest | undefined {
  const words = shellWords(text);
  if (!/(?:^|\/)curl(?:\.exe)?$/.test(words[0] ?? '')) return undefined;
  let url: string | undefined;
  let method: string | undefined;
  let implied: string | undefined;
  const headers: (readonly [string, string])[] = [];
  for (const [name, value] of curlOptions(words.slice(1))) {
    if (name === '' || name === '--url') url ??= value;
    else if (name === '-X' || name === '--request') method = value.toUpperCase();
    else if (name === '-H' || name === '--header') headers.push(...headerOf(value));
    else if (name === '-T' || name === '--upload-file') implied = 'PUT';
    else if (name === '-I' || name === '--head') implied = 'HEAD';
    else if (name === '-d' || name === '-F' || /^--(?:data|form|json)/.test(name)) implied ??= 'POST';
    else if (name === '-r' || name === '--range') headers.push(['range', `bytes=${value}`]);
  }
  if (url === undefined) return undefined;
  const known = method ?? implied;
  return { url, headers, ...(known !== undefined && { method: known }) };
}

/** `name: value`; `name:` removes a header of curl's own, which a presigned URL never signs. */
export function headerOf(text: string): (readonly [name: string, value: string])[] {
  const colon = text.indexOf(':');
  if (colon < 1) return [];
  const value = text.slice(colon + 1).trim();
  return value === '' ? [] : [[text.slice(0, colon).trim().toLowerCase(), value]];
}

/** Options with their values; '' names a plain word. Short ones may be joined: `-fsXPUT`. */
function curlOptions(words: readonly string[]): (readonly [name: string, value: string])[] {
  const options: (readonly [string, string])[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-') || word === '-') {
      options.push(['', word]);
    } else if (word.startsWith('--')) {
      const takes = withValue.has(word);
      options.push([word, takes ? (words[at + 1] ?? '') : '']);
      if (takes) at += 1;
    } else {
      for (let letter = 1; letter < word.length; letter += 1) {
        const name = `-${word[letter] ?? ''}`;
        if (!withValue.has(name)) {
          options.push([name, '']);
          continue;
        }
        const joined = word.slice(letter + 1);
        options.push([name, joined === '' ? (words[at + 1] ?? '') : joined]);
        if (joined === '') at += 1;
        break;
      }
    }
  }
  return options;
}

/** Words of a POSIX shell line: quotes, backslashes, line ends behind a backslash. Nothing is expanded. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '\\') {
      at += 1;
      const escaped = text[at] ?? '';
      if (escaped !== '\n') word = (word ?? '') + escaped;
    } else if (character === "'") {
      const end = text.indexOf("'", at + 1);
      word = (word ?? '') + text.slice(at + 1, end === -1 ? text.length : end);
      at = end === -1 ? text.length : end;
    } else if (character === '"') {
      const [quoted, end] = doubleQuoted(text, at + 1);
      word = (word ?? '') + quoted;
      at = end;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function doubleQuoted(text: string, start: number): [quoted: string, end: number] {
  let quoted = '';
  let at = start;
  for (; at < text.length && text[at] !== '"'; at += 1) {
    if (text[at] === '\\' && /["\\$`\n]/.test(text[at + 1] ?? '')) at += 1;
    if (text[at] !== '\n') quoted += text[at] ?? '';
  }
  return [quoted, at];
}
