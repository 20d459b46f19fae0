import { type CipherGCM, createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { type ByteRange, StoreFailure } from '@tidegate/protocol';
import type { Random } from '../../world/random.ts';
import type { CustomerKey } from './object-encryption.ts';

/**
 * Bytes that are encrypted together, and so read together. 256 KiB: a small range costs 0.1 ms more, and a body of 5 GiB has
 * 320 KiB of tags beside its row.
 */
const frameBytes = 262_144;

const format = 1;
const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const saltBytes = 32;
const tagBytes = 16;
const noNonce = Buffer.alloc(12);
const headBytes = 2 + saltBytes + keyBytes + tagBytes;

/** What data keys are wrapped under. */
export type WrappingKey =
  | { readonly kind: 'server'; readonly key: Uint8Array }
  | { readonly kind: 'customer'; readonly key: CustomerKey };

/** What a body is bound to: a cipher of another body, or of one of another size, does not open it. */
export type BodyName = { readonly label: string; readonly sizeBytes: number };

/**
 * Encrypts one body under a key of its own (ENC-20). Frames keep their size; their tags, and the wrapped key, are the cipher that is
 * kept beside the body.
 */
export class BodySealer {
  readonly #wrapping: WrappingKey;
  readonly #dataKey: Uint8Array;
  readonly #salt: Uint8Array;
  readonly #tags: Buffer[] = [];
  #frame: CipherGCM | undefined;
  #inFrame = 0;

  constructor(wrapping: WrappingKey, random: Random) {
    this.#wrapping = wrapping;
    this.#dataKey = random.bytes(keyBytes);
    this.#salt = random.bytes(saltBytes);
  }

  /** Encrypts what follows, however much it is. @returns as many bytes, in memory of their own, cut where frames end */
  seal(bytes: Uint8Array): Buffer[] {
    const sealed: Buffer[] = [];
    for (let start = 0; start < bytes.byteLength; ) {
      this.#frame ??= createCipheriv(algorithm, this.#dataKey, nonceOf(this.#tags.length), { authTagLength: tagBytes });
      const part = bytes.subarray(start, start + frameBytes - this.#inFrame);
      sealed.push(this.#frame.update(part));
      start += part.byteLength;
      this.#inFrame += part.byteLength;
      if (this.#inFrame === frameBytes) this.#endFrame(this.#frame);
    }
    return sealed;
  }

  #endFrame(frame: CipherGCM): void {
    frame.final();
    this.#tags.push(frame.getAuthTag());
    this.#frame = undefined;
    this.#inFrame = 0;
  }

  /** What opens the body again. Called when all of it was sealed. */
  finish(name: BodyName): Uint8Array {
    if (this.#frame !== undefined) this.#endFrame(this.#frame);
    const head = Buffer.concat([Uint8Array.of(format, kindCode(this.#wrapping)), this.#salt]);
    const cipher = createCipheriv(algorithm, wrappingKeyOf(this.#wrapping, this.#salt), noNonce, {
      authTagLength: tagBytes,
    });
    cipher.setAAD(boundTo(head, name));
    const wrapped = Buffer.concat([cipher.update(this.#dataKey), cipher.final()]);
    return Buffer.concat([head, wrapped, cipher.getAuthTag(), ...this.#tags]);
  }
}

/** Decrypts frames of one body (ENC-21). */
export interface FrameOpener {
  /** The frames that a range lies in. */
  widen(range: ByteRange): ByteRange;
  /**
   * Decrypts in place bytes that begin with a frame at `position` and end with one, or with the body.
   * @throws StoreFailure when they are not what was sealed; nothing of the bad frame is decrypted then
   */
  open(bytes: Uint8Array, position: number): void;
}

/**
 * Takes a body's key out of its cipher.
 * @param customerKey already compared with what the version keeps of it
 * @throws StoreFailure when cipher, key or name are not those of the body
 */
export function openCipher(
  cipher: Uint8Array,
  serverKey: Uint8Array,
  name: BodyName,
  customerKey: CustomerKey | undefined,
): FrameOpener {
  const bytes = Buffer.from(cipher.buffer, cipher.byteOffset, cipher.byteLength);
  if (bytes.byteLength !== headBytes + Math.ceil(name.sizeBytes / frameBytes) * tagBytes || bytes[0] !== format) {
    throw corrupt(name, 'its cipher is not one of its size');
  }
  const wrapping = wrappingOf(bytes[1], serverKey, customerKey, name);
  const head = bytes.subarray(0, 2 + saltBytes);
  const decipher = createDecipheriv(algorithm, wrappingKeyOf(wrapping, head.subarray(2)), noNonce, {
    authTagLength: tagBytes,
  });
  decipher.setAAD(boundTo(head, name));
  decipher.setAuthTag(bytes.subarray(headBytes - tagBytes, headBytes));
  const wrapped = bytes.subarray(2 + saltBytes, headBytes - tagBytes);
  const dataKey = Buffer.concat([decipher.update(wrapped), verified(() => decipher.final(), name)]);
  return new Frames(dataKey, bytes.subarray(headBytes), name);
}

class Frames implements FrameOpener {
  readonly #dataKey: Uint8Array;
  readonly #tags: Buffer;
  readonly #name: BodyName;

  constructor(dataKey: Uint8Array, tags: Buffer, name: BodyName) {
    this.#dataKey = dataKey;
    this.#tags = tags;
    this.#name = name;
  }

  widen({ start, end }: ByteRange): ByteRange {
    return {
      start: start - (start % frameBytes),
      end: Math.min(end - (end % frameBytes) + frameBytes, this.#name.sizeBytes) - 1,
    };
  }

  open(bytes: Uint8Array, position: number): void {
    for (let start = 0; start < bytes.byteLength; start += frameBytes) {
      const frame = bytes.subarray(start, start + frameBytes);
      const index = (position + start) / frameBytes;
      const decipher = createDecipheriv(algorithm, this.#dataKey, nonceOf(index), { authTagLength: tagBytes });
      decipher.setAuthTag(this.#tags.subarray(index * tagBytes, (index + 1) * tagBytes));
      const plain = decipher.update(frame);
      verified(() => decipher.final(), this.#name);
      frame.set(plain);
    }
  }
}

function kindCode({ kind }: WrappingKey): number {
  return kind === 'server' ? 1 : 2;
}

function wrappingOf(
  code: number | undefined,
  serverKey: Uint8Array,
  customerKey: CustomerKey | undefined,
  name: BodyName,
): WrappingKey {
  if (code === 1) return { kind: 'server', key: serverKey };
  if (code === 2 && customerKey !== undefined) return { kind: 'customer', key: customerKey };
  throw corrupt(name, 'its key is of another kind than its version says');
}

/** A key for only one wrapped key, so that no nonce is used twice under it, however many bodies there are. */
function wrappingKeyOf(wrapping: WrappingKey, salt: Uint8Array): Uint8Array {
  const material = wrapping.kind === 'server' ? wrapping.key : wrapping.key.reveal();
  return new Uint8Array(hkdfSync('sha256', material, salt, `tidegate body ${wrapping.kind}`, keyBytes));
}

function boundTo(head: Uint8Array, { label, sizeBytes }: BodyName): Buffer {
  return Buffer.concat([head, Buffer.from(`${sizeBytes} ${label}`)]);
}

/** The number of the frame; the key is the body's own. */
function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 8);
  return nonce;
}

function verified(final: () => Buffer, name: BodyName): Buffer {
  try {
    return final();
  } catch (error) {
    if (error instanceof Error) throw corrupt(name, 'it is not what was encrypted', error);
    throw error;
  }
}

function corrupt({ label }: BodyName, why: string, cause?: Error): StoreFailure {
  const what = `storage.corrupt: the body ${label} was damaged: ${why}`;
  return new StoreFailure(cause === undefined ? { what, kind: 'broken' } : { what, kind: 'broken', cause });
}
