/** The memory of bytes that fill it alone. Whether anybody else holds them only their maker knows. */
export function ownMemoryOf({ buffer, byteLength }: Uint8Array): ArrayBuffer | undefined {
  return buffer.byteLength === byteLength && buffer instanceof ArrayBuffer ? buffer : undefined;
}

/**
 * Gives memory back at once. Left to the collector, up to 64 MB of chunks that were stored would lie about: it looks at how many
 * objects there are, and these are few and large.
 */
export function giveBack(memory: ArrayBuffer | undefined): void {
  memory?.transfer(0);
}
