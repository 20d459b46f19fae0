type Running = { readonly halt: () => void; readonly ended: Promise<void> };

/** Who writes to which upload in this process: one at a time (LNK-53). */
export class RunningUploads {
  readonly #running = new Map<string, Running>();

  /**
   * Begins to write. `halt` makes the writer keep what it has and end.
   * @returns what to call at its end; undefined: somebody writes already
   */
  begin(linkId: string, halt: () => void): (() => void) | undefined {
    if (this.#running.has(linkId)) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(linkId, { halt, ended: promise });
    return () => {
      this.#running.delete(linkId);
      resolve();
    };
  }

  /** Ends the writer, if there is one: what it was sent is counted when this resolves. */
  async halt(linkId: string): Promise<void> {
    const running = this.#running.get(linkId);
    if (running === undefined) return;
    running.halt();
    await running.ended;
  }
}
