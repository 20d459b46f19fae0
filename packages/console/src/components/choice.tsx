import { formatCount } from '../format.ts';
import { Menu, type MenuEntry } from './menu.tsx';

type ChoiceProps = {
  readonly label: string;
  /** By value; the empty one takes the filter away. */
  readonly words: Readonly<Record<string, string>>;
  readonly value: string;
  /** Says its value also where it is the empty one. */
  readonly isNamed?: boolean;
  /** How many there are of each value; the empty value has all of them. */
  readonly counts?: (Readonly<Record<string, number>> & { readonly all: number }) | undefined;
  readonly onChoose: (value: string) => void;
};

/** A filter of a list: a chip that opens what it can be. */
export function Choice({ label, words, value, isNamed = false, counts, onChoose }: ChoiceProps) {
  const entries: readonly MenuEntry[] = Object.entries(words).map(([name, text]) => ({
    text,
    ...(counts !== undefined && { note: formatCount(counts[name === '' ? 'all' : name] ?? 0) }),
    isChosen: name === value,
    onChoose: () => onChoose(name),
  }));
  const isOn = value !== '' || isNamed;
  return (
    <Menu
      entries={entries}
      trigger={
        <button className="chip" data-on={isOn ? '' : undefined} type="button">
          {isOn ? `${label}: ${words[value] ?? value}` : label}
        </button>
      }
    />
  );
}
