import type { FileRequest } from '@tidegate/presign/admin';
import type { MarkState } from '../../components/state-mark.tsx';
import { formatCount, plural } from '../../format.ts';
import { capital, wordsOfLimits } from '../../limit-texts.ts';
import { markOf } from '../../link-words.ts';

/** Where a request stands: its mark, and the word beside it. */
export function standingOf(request: FileRequest, nowMs: number): { readonly mark: MarkState; readonly word: string } {
  const mark = markOf(request, nowMs);
  if (mark === 'active' && request.closedAt !== null) return { mark: 'expired', word: 'Closed' };
  const words = {
    active: 'Open',
    'not-yet': 'Not open yet',
    spent: 'Full',
    revoked: 'Revoked',
    expired: 'Expired',
  } as const;
  return { mark, word: words[mark] };
}

/** What its page is called. */
export function nameOf({ title, bucket, key }: Pick<FileRequest, 'title' | 'bucket' | 'key'>): string {
  return title ?? `${bucket}/${key}`;
}

/** What is taken of one file: `at most 2 GiB, only application/pdf`. */
export function fileLimits({ limits: { types, maxBytes, minBytes } }: Pick<FileRequest, 'limits'>): string {
  const parts = wordsOfLimits({
    ...(maxBytes !== undefined && { maxBytes }),
    ...(minBytes !== undefined && { minBytes }),
    ...(types !== undefined && { types }),
  });
  return parts.length === 0 ? 'Any file' : capital(parts.join(', '));
}

/** What is taken in all: `20 files, 5 GiB in total`; empty for no limit. */
export function wholeLimits({ limits: { totalBytes }, uses }: Pick<FileRequest, 'limits' | 'uses'>): string {
  return [
    ...(uses.limit === null ? [] : [plural(uses.limit, 'file')]),
    ...wordsOfLimits(totalBytes === undefined ? {} : { totalBytes }),
  ].join(', ');
}

/** Received files: `14 of 20 files`, `3 files`. */
export function cameWords({ uses }: Pick<FileRequest, 'uses'>): string {
  if (uses.limit === null) return uses.count === 0 ? 'nothing yet' : plural(uses.count, 'file');
  return `${formatCount(uses.count)} of ${plural(uses.limit, 'file')}`;
}
