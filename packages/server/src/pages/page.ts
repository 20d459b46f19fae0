import { withoutBidiControls } from '@tidegate/presign/internal';
import { escapeXml } from '@tidegate/protocol';
import { timeScript } from '#page-scripts';
import { pageStyle } from './page-style.ts';
import { hashOf, type PageTheme } from './page-theme.ts';
import { kindOf } from './type-name.ts';
import { fill, type Wording } from './wording.ts';

const ownStyle = hashOf(pageStyle);
const ownScript = hashOf(timeScript);

/** What every page is told besides its content. */
export type PageFrame = {
  readonly theme: PageTheme;
  readonly words: Wording;
};

/** A script of ours that a page loads, with its nonce. */
export type PageScript = { readonly src: string; readonly nonce: string };

/**
 * What every page of a link is answered with: nothing from elsewhere, nothing kept, nothing framed, no style and no script but the
 * page's own (SEC-501, SEC-504).
 * @param nonce of a script that the page loads besides
 */
export function headersOfPage(
  { theme, words }: PageFrame,
  nonce?: string,
): readonly (readonly [name: string, value: string])[] {
  const styles = theme.styleHash === '' ? ownStyle : `${ownStyle} ${theme.styleHash}`;
  const scripts = nonce === undefined ? ownScript : `${ownScript} 'nonce-${nonce}'`;
  const connects = nonce === undefined ? '' : " connect-src 'self';";
  return [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Content-Language', words.locale],
    ['Vary', 'Accept-Language, Accept, User-Agent'],
    [
      'Content-Security-Policy',
      `default-src 'none'; style-src ${styles}; script-src ${scripts};${connects} img-src 'self' data:; media-src 'self'; ` +
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Robots-Tag', 'noindex, nofollow'],
  ];
}

/** Text inside a page. Nothing in a name makes it read other than it is (SEC-515). */
export function text(value: string): string {
  return escapeXml(withoutBidiControls(value), 'replace');
}

/** Names and other words of people: in whatever direction they are written, they leave the text around them as it is. */
export function named(value: string): string {
  return `<bdi>${text(value)}</bdi>`;
}

/**
 * A page: one card. `body` is HTML.
 * @param extra `summary`: type and size for robots that preview a link
 */
export function page(
  title: string,
  body: string,
  { theme, words }: PageFrame,
  extra: { readonly script?: PageScript; readonly summary?: string } = {},
): string {
  const { script, summary } = extra;
  const { texts, locale } = words;
  const about =
    summary === undefined || summary === ''
      ? ''
      : `\n<meta property="og:title" content="${text(title)}">\n<meta property="og:description" content="${text(summary)}">`;
  const loaded =
    script === undefined ? '' : `\n<script src="${text(script.src)}" nonce="${script.nonce}" defer></script>`;
  const brandStyle = theme.style === '' ? '' : `<style>${theme.style}</style>`;
  const footer = footerText({ theme, words });
  return `<!doctype html>
<html lang="${locale}" dir="${texts.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>${about}
<link rel="icon" href="data:,">
<style>${pageStyle}</style>${brandStyle}${loaded}
</head>
<body>
<svg class="water" viewBox="0 0 1280 240" preserveAspectRatio="xMidYMax slice" aria-hidden="true"><path class="far" d="M0 48C160-16 320-16 480 48S800 112 960 48s240-48 320-40v232H0Z"/><path d="M0 100c160-32 280-16 400 24s320 64 480 12 280-68 400-36v140H0Z"/></svg>
<main>
${body}
</main>
${footer === '' ? '' : `<footer>${footer}</footer>\n`}<script>${timeScript}</script>
</body>
</html>
`;
}

/** From whom a page is, and what with it was sent. */
function footerText({ theme: { name, footer }, words: { texts } }: PageFrame): string {
  const from = name === '' ? [] : [fill(text(texts.from), { name: named(name) })];
  return [...from, ...(footer ? [text(texts.sentWith)] : [])].join(' · ');
}

/** A time that the page's script writes in the reader's words and zone; without it in UTC. */
export function timeText(atMs: number, words: Wording): string {
  return `<time datetime="${new Date(atMs).toISOString()}">${text(words.time(atMs))}</time>`;
}

/** The last part of a key, as people see it. */
export function nameOfKey(key: string): string {
  return (
    key
      .split('/')
      .filter((segment) => segment !== '')
      .at(-1) ?? key
  );
}

/** What is known of a thing, on one line: the dots between stand at no end of a line where it needs two. @param facts HTML */
export function factsText(facts: readonly string[]): string {
  const parts = facts.map((fact, at) => `<span>${at === 0 ? '' : '<i> · </i>'}${fact}</span>`);
  return `<p class="muted facts">${parts.join('')}</p>`;
}

const sheet =
  '<svg width="20" height="24" viewBox="0 0 20 24" fill="none" stroke="currentColor" stroke-width="1.6"><path d="M12 1H2v22h16V7zv6h6"/></svg>';

/** On every button that downloads. */
export const arrow =
  '<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8"><path d="M7 1v8M3.5 6 7 9.5 10.5 6M1 12.5h12"/></svg>';

/** The square that says what kind of file it is, where that has a short name. */
export function kindMark(name: string, type: string): string {
  const kind = kindOf(name, type) ?? '';
  return `<span class="kind" aria-hidden="true">${/^[A-Za-z0-9]{1,4}$/.test(kind) ? kind.toUpperCase() : sheet}</span>`;
}
