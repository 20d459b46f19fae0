import { uriEncode } from '../wire/encode.ts';

/** Characters that turn the direction of what follows: they make `gpj.exe` look like `exe.jpg`. */
const bidiControls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name that people see, without characters that would make it read other than it is (SEC-515). */
export function withoutBidiControls(name: string): string {
  return name.replaceAll(bidiControls, '');
}

/**
 * The value of `Content-Disposition` under which a browser saves an answer as `name`: a plain name for old readers, and where
 * that is not the name, the name itself (RFC 6266, RFC 8187). Nothing in it leads to another folder, ends the header or
 * reads other than it is (SEC-515). Without a name the browser takes the one in the URL.
 */
export function attachment(name = ''): string {
  const safe = withoutBidiControls(name.toWellFormed())
    .replaceAll(/\p{Cc}/gu, '')
    .replaceAll(/[/\\]/g, '_');
  if (safe === '') return 'attachment';
  const plain = safe.replaceAll(/[^ -~]|["%]/gu, '_');
  return `attachment; filename="${plain}"${plain === safe ? '' : `; filename*=UTF-8''${uriEncode(safe)}`}`;
}
