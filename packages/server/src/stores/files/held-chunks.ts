import { giveBack } from '../upkeep/own-memory.ts';

/** Chunks below this are copied together: to write many small pieces costs more than the copy. */
const smallBytes = 16_384;
/** Room that small chunks are copied into. */
const roomBytes = 65_536;

/** Chunks to be written together. */
type Chunks = {
  readonly pieces: readonly Uint8Array[];
  readonly sizeBytes: number;
  /** Memory of the pieces that nobody else looks at. */
  readonly memories: readonly ArrayBuffer[];
};

/** Chunks of a body that wait to be written together, where they lie. There are few pieces, however small the chunks come. */
export class HeldChunks {
  #pieces: Uint8Array[] = [];
  #memories: ArrayBuffer[] = [];
  #sizeBytes = 0;
  #room: Uint8Array<ArrayBuffer> | undefined;
  /** Bytes of the room that hold chunks, and where the last piece begins there; a chunk that was not copied ends that piece. */
  #filled = 0;
  #pieceStart: number | undefined;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @param memory the chunk's own, where nobody else has it */
  add(chunk: Uint8Array, memory: ArrayBuffer | undefined): void {
    this.#sizeBytes += chunk.byteLength;
    if (chunk.byteLength < smallBytes) {
      this.#copy(chunk);
      giveBack(memory);
      return;
    }
    this.#pieceStart = undefined;
    this.#pieces.push(chunk);
    if (memory !== undefined) this.#memories.push(memory);
  }

  /** What waits; nothing does then. */
  takeAll(): Chunks {
    const taken = { pieces: this.#pieces, sizeBytes: this.#sizeBytes, memories: this.#memories };
    this.#pieces = [];
    this.#memories = [];
    this.#sizeBytes = 0;
    this.#room = undefined;
    this.#pieceStart = undefined;
    return taken;
  }

  #copy(chunk: Uint8Array): void {
    for (let done = 0; done < chunk.byteLength; ) {
      const room = this.#room === undefined || this.#filled === roomBytes ? this.#newRoom() : this.#room;
      const part = chunk.subarray(done, done + roomBytes - this.#filled);
      room.set(part, this.#filled);
      if (this.#pieceStart === undefined) this.#pieceStart = this.#filled;
      else this.#pieces.pop();
      this.#filled += part.byteLength;
      this.#pieces.push(room.subarray(this.#pieceStart, this.#filled));
      done += part.byteLength;
    }
  }

  #newRoom(): Uint8Array<ArrayBuffer> {
    const room = Buffer.allocUnsafeSlow(roomBytes);
    this.#memories.push(room.buffer);
    this.#room = room;
    this.#filled = 0;
    this.#pieceStart = undefined;
    return room;
  }
}
