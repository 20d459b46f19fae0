import type { Preview } from '../pages/share-page.ts';
import type { VersionRecord } from '../stores/objects/object-store.ts';
import type { SharedRequest } from './shared-request.ts';

const mostTextBytes = 2048;

/** Types that are shown as they are. None of them runs anything (SEC-501). */
const shown: Readonly<Record<string, 'image' | 'pdf'>> = {
  'image/png': 'image',
  'image/jpeg': 'image',
  'image/gif': 'image',
  'image/webp': 'image',
  'image/avif': 'image',
  'application/pdf': 'pdf',
};
const sounding = /^(audio|video)\/(?:mpeg|mp4|ogg|webm|wav|x-wav|flac|aac|x-m4a)$/;
const readable = /^(?:text\/(?:plain|csv|markdown|x-[\w.-]+)|application\/(?:json|x-ndjson|yaml))$/;

/**
 * SHR-13: what a file's page shows of it. It costs no use, so of a file whose downloads are counted in any way it never gives
 * the whole: of a text the beginning, of anything else nothing.
 */
export async function previewOf(
  shared: SharedRequest,
  record: VersionRecord,
  href: string,
): Promise<Preview | undefined> {
  const type = baseType(record);
  if (readable.test(type)) return await textPreview(shared, record);
  const kind = mediaKind(type);
  return kind === undefined || isCounted(shared) ? undefined : { kind, src: href };
}

/** Whether the very bytes may be shown in a page: `?preview`. */
export function mayShow(shared: SharedRequest, record: VersionRecord): boolean {
  return mediaKind(baseType(record)) !== undefined && !isCounted(shared);
}

function mediaKind(type: string): Exclude<Preview['kind'], 'text'> | undefined {
  const named = shown[type];
  if (named !== undefined) return named;
  const [, medium] = sounding.exec(type) ?? [];
  return medium === 'audio' || medium === 'video' ? medium : undefined;
}

function baseType({ contentType = '' }: VersionRecord): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

function isCounted({ use }: SharedRequest): boolean {
  const { terms } = use;
  if (terms === undefined) return false;
  return terms.uses !== undefined || terms.totalBytes !== undefined || terms.clients !== undefined || terms.confirm;
}

async function textPreview(shared: SharedRequest, record: VersionRecord): Promise<Preview | undefined> {
  const { bucket, key, versionId, sizeBytes } = record;
  if (sizeBytes === 0 || shared.use.terms?.confirm === true) return undefined;
  const most = isCounted(shared) ? Math.floor(sizeBytes / 4) : sizeBytes;
  const lengthBytes = Math.min(mostTextBytes, most);
  if (lengthBytes === 0) return undefined;
  const opened = await shared.server.tools.store.openObject({ bucket, key, versionId });
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of opened.stream({ start: 0, end: Math.min(lengthBytes, opened.record.sizeBytes) - 1 })) {
      chunks.push(Buffer.from(chunk));
    }
    const isWhole = lengthBytes === sizeBytes;
    // A character may be cut at the end; what is no text at all is not shown.
    const text = new TextDecoder('utf-8').decode(Buffer.concat(chunks), { stream: !isWhole });
    return text.includes('\0') || text.includes('\u{FFFD}') ? undefined : { kind: 'text', text, isWhole };
  } finally {
    await opened.close();
  }
}
