export type PreviewKind = 'picture' | 'drawing' | 'sound' | 'film' | 'text' | 'pdf';

const pictures = /^image\/(?:png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/;
const sounds = /^audio\/(?:mpeg|mp4|aac|ogg|opus|wav|x-wav|flac|webm)$/;
const films = /^video\/(?:mp4|webm|ogg|quicktime)$/;
const texts =
  /^(?:text\/[\w.+-]+|application\/(?:json|xml|yaml|x-yaml|toml|javascript|x-ndjson|sql|x-sh|[\w.-]+\+(?:json|xml|yaml)))$/;

/** How an object may be shown, by its stored type and nothing else (SEC-503); undefined: it is a download. */
export function previewKind(contentType: string): PreviewKind | undefined {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (pictures.test(type)) return 'picture';
  // As a picture alone, where nothing in it runs.
  if (type === 'image/svg+xml') return 'drawing';
  if (sounds.test(type)) return 'sound';
  if (films.test(type)) return 'film';
  if (type === 'application/pdf') return 'pdf';
  return texts.test(type) ? 'text' : undefined;
}
