/** Segment lists that readers hold: the trash lets them be until the last one has closed (SEC-709). */
export class Pins {
  readonly #counts = new Map<number, number>();

  /** @returns lets go again; only the first call counts */
  pin(list: number): () => void {
    this.#counts.set(list, (this.#counts.get(list) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#counts.get(list) ?? 1) - 1;
      if (left === 0) this.#counts.delete(list);
      else this.#counts.set(list, left);
    };
  }

  isPinned(list: number): boolean {
    return this.#counts.has(list);
  }
}
