import { createHash } from 'node:crypto';
import { uploadPage } from './browser/upload-page.ts';

/** The script of the page for uploads: the functions of `browser/` as they stand, and the call of the last one. */
export const uploadScript = `'use strict';\n${uploadPage.map(String).join('\n')}\n${uploadPage.at(-1)?.name ?? ''}();\n`;

/** Its path: a name that its content gives it, so that it may be kept for ever. */
export const uploadScriptPath = `/s/upload-${createHash('sha256').update(uploadScript).digest('hex').slice(0, 16)}.js`;
