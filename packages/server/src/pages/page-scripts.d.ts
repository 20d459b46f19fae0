/* The scripts of `browser/`, bundled by `tools/bundle.mjs` into `dist/pages/scripts.js`: each is the text of one script. */

/** For the page of a file request: sends files in pieces. */
export declare const uploadScript: string;
/** For every page, inline: times in the reader's words and zone. */
export declare const timeScript: string;
