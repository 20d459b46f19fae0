import type { IconName } from '../components/icon.tsx';

/** Something that the palette found or can do. */
export type PaletteEntry = {
  readonly id: string;
  readonly text: string;
  readonly note?: string;
  readonly icon: IconName;
  /** With what it is taken while it is not the chosen one. */
  readonly hint?: string;
  /** Words that find it besides its text. */
  readonly also?: string;
  readonly act: () => void;
};
