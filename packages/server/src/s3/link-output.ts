import { attachment } from '@tidegate/presign/internal';
import { ZipBody, type ZipPlan, type ZipStore } from '../links/zip.ts';
import { headersOfPage, type PageFrame } from '../pages/page.ts';
import type { Output } from './operation.ts';

/** A ZIP as a handler returns it: one read of one object, saved as `name`. */
export function zipOutput(store: ZipStore, plan: ZipPlan, prefix: string, name: string): Output<never> {
  return {
    headers: {
      'Content-Type': 'application/zip',
      'Content-Disposition': attachment(`${name}.zip`),
      'Accept-Ranges': 'none',
      ETag: `"${plan.etag}"`,
      'X-Content-Type-Options': 'nosniff',
    },
    stream: {
      body: new ZipBody(store, plan),
      part: { key: prefix, etag: plan.etag, objectBytes: plan.sizeBytes, offset: 0 },
    },
  };
}

/** A page as a handler returns it. */
export function pageOutput(html: string, frame: PageFrame): Output<never> & Required<Pick<Output<never>, 'headers'>> {
  const { 'Content-Type': contentType = 'text/html', ...headers } = Object.fromEntries(headersOfPage(frame));
  return { headers, text: { contentType, text: html } };
}
