import { createHash } from 'node:crypto';
import { uploadScript } from '#page-scripts';

/** The path of the upload page's script. It contains a digest of the content, so that browsers may cache it forever. */
export const uploadScriptPath = `/s/upload-${createHash('sha256').update(uploadScript).digest('hex').slice(0, 16)}.js`;
