import { useId, useState } from 'react';

type ChoicesProps = {
  readonly label: string;
  readonly entries: readonly (readonly [value: string, text: string, note?: string])[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
  /** An example of one's own value; absent: only those of the list. */
  readonly own?: string;
  readonly isDisabled?: (value: string) => boolean;
  readonly error?: string | undefined;
};

/** A few values to click, and a field for another. */
export function Choices({ label, entries, value, onChoose, own, isDisabled, error }: ChoicesProps) {
  const name = useId();
  const isListed = entries.some(([one]) => one === value);
  const [isOwn, setOwn] = useState(!isListed);
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium">{label}</legend>
      <div className="flex flex-wrap items-center gap-2">
        {entries.map(([one, text, note]) => {
          const isOff = isDisabled?.(one) === true;
          const isOn = !isOwn && one === value;
          return (
            <label
              className={`chip has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ${isOff ? 'cursor-not-allowed! text-muted' : ''}`}
              data-on={isOn ? '' : undefined}
              key={one}
            >
              <input
                checked={isOn}
                className="sr-only"
                disabled={isOff}
                name={name}
                onChange={() => {
                  setOwn(false);
                  onChoose(one);
                }}
                type="radio"
                value={one}
              />
              {text}
              {note !== undefined && <span className="text-xs font-normal text-muted">{note}</span>}
            </label>
          );
        })}
        {own !== undefined && (
          <input
            aria-label={`${label}, your own`}
            aria-invalid={error === undefined ? undefined : true}
            className="field h-7! w-28!"
            onChange={({ target }) => {
              setOwn(target.value !== '');
              onChoose(target.value === '' ? (entries[0]?.[0] ?? '') : target.value);
            }}
            placeholder={`Own: ${own}`}
            value={isOwn ? value : ''}
          />
        )}
      </div>
      {error !== undefined && <p className="text-danger">{error}</p>}
    </fieldset>
  );
}
