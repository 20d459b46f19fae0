/** An upload in parts that is not complete. No URL, no signature: whoever reads it can do nothing with it. */
export type Remembered = {
  readonly accessKeyId: string;
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly partBytes: number;
  readonly loadedBytes: number;
};

const rememberedKey = 'tidegate-uploads';
const mostRemembered = 50;

/** Uploads that this browser began with a key and did not end. */
export function readRemembered(accessKeyId: string): readonly Remembered[] {
  return readAll().filter((one) => one.accessKeyId === accessKeyId);
}

/** Whether there may be some, without loading more than this. */
export function hasRemembered(): boolean {
  try {
    return localStorage.getItem(rememberedKey) !== null;
  } catch {
    return false;
  }
}

export function remember(upload: Remembered): void {
  const others = readAll().filter(({ uploadId }) => uploadId !== upload.uploadId);
  write([...others.slice(1 - mostRemembered), upload]);
}

export function forget(uploadId: string): void {
  write(readAll().filter((one) => one.uploadId !== uploadId));
}

function readAll(): readonly Remembered[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(rememberedKey) ?? '[]');
    return Array.isArray(found) ? found.filter(isRemembered) : [];
  } catch {
    return [];
  }
}

function isRemembered(value: unknown): value is Remembered {
  return typeof value === 'object' && value !== null && 'uploadId' in value && 'key' in value && 'partBytes' in value;
}

function write(uploads: readonly Remembered[]): void {
  try {
    if (uploads.length === 0) localStorage.removeItem(rememberedKey);
    else localStorage.setItem(rememberedKey, JSON.stringify(uploads));
  } catch {
    // Without storage an upload goes on as long as its page.
  }
}
