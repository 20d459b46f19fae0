import { refusal } from '@tidegate/protocol';
import { deniedLink } from './denied-link.ts';
import type { EffectiveTerms } from './effective.ts';
import { checkDigest } from './limited-store.ts';

/** What a link asks of the bytes of an upload while they flow (LNK-25, LNK-27, LNK-28, LNK-30). */
export class WriteBodyRules {
  readonly #terms: EffectiveTerms;
  readonly #reservedBytes: number | undefined;
  readonly #pace: ((bytes: number) => Promise<void>) | undefined;
  #takenBytes = 0;

  constructor(
    terms: EffectiveTerms,
    reservedBytes: number | undefined,
    pace: ((bytes: number) => Promise<void>) | undefined,
  ) {
    this.#terms = terms;
    this.#reservedBytes = reservedBytes;
    this.#pace = pace;
  }

  get wantsDigest(): boolean {
    return this.#terms.sha256.length > 0;
  }

  /** Bytes taken so far. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** @throws S3Error EntityTooLarge; AccessDenied, reason LinkBytesSpent */
  take(chunkBytes: number, soFarBytes: number): Promise<void> | undefined {
    this.#takenBytes = soFarBytes;
    const { maxBytes } = this.#terms;
    if (maxBytes !== undefined && soFarBytes > maxBytes) {
      throw refusal('EntityTooLarge', { ProposedSize: soFarBytes, MaxSizeAllowed: maxBytes });
    }
    if (this.#reservedBytes !== undefined && soFarBytes > this.#reservedBytes) throw deniedLink('LinkBytesSpent', {});
    return this.#pace?.(chunkBytes);
  }

  /** @throws S3Error EntityTooSmall, BadDigest */
  end(sizeBytes: number, sha256: string | undefined): void {
    const { minBytes } = this.#terms;
    if (minBytes !== undefined && sizeBytes < minBytes) {
      throw refusal('EntityTooSmall', { ProposedSize: sizeBytes, MinSizeAllowed: minBytes });
    }
    if (sha256 !== undefined) checkDigest(this.#terms.sha256, sha256);
  }
}

/** Whether a body has to be looked at on its way, or may flow as it comes. */
export function hasBodyRules({ minBytes, maxBytes, sha256, rate, totalBytes }: EffectiveTerms): boolean {
  return (
    minBytes !== undefined ||
    maxBytes !== undefined ||
    sha256.length > 0 ||
    rate !== undefined ||
    totalBytes !== undefined
  );
}
