import { type LimitName, limitMeanings, limitRows } from '@tidegate/presign/internal';
import type { LimitTexts } from '../limit-texts.ts';
import { Field } from './field.tsx';

type LimitFieldsProps = {
  readonly names: readonly LimitName[];
  readonly texts: LimitTexts;
  readonly onChange: (texts: LimitTexts) => void;
  /** What is wrong with a limit. */
  readonly faultOf?: (name: LimitName) => string | undefined;
};

/** One field for each limit, in the grid where it stands: a switch for what is on or off. */
export function LimitFields({ names, texts, onChange, faultOf }: LimitFieldsProps) {
  const isSwitch = (name: LimitName): boolean => limitRows[name].kind === 'flag';
  const set = (name: LimitName, text: string): void => onChange({ ...texts, [name]: text });
  return (
    <>
      {names
        .filter((name) => !isSwitch(name))
        .map((name) => (
          <Field
            error={faultOf?.(name)}
            key={name}
            label={limitMeanings[name].title}
            name={name}
            onChange={({ target }) => set(name, target.value)}
            placeholder={limitMeanings[name].example}
            spellCheck={false}
            value={texts[name] ?? ''}
            {...(limitRows[name].kind === 'time' && { type: 'datetime-local' })}
            {...(limitRows[name].kind === 'count' && { inputMode: 'numeric' as const })}
          />
        ))}
      <div className="flex flex-wrap gap-x-5 gap-y-2 sm:col-span-2">
        {names.filter(isSwitch).map((name) => (
          <label className="flex items-center gap-2" key={name} title={limitMeanings[name].help}>
            <input
              checked={texts[name] === '1'}
              className="check"
              name={name}
              onChange={({ target }) => set(name, target.checked ? '1' : '')}
              type="checkbox"
            />
            {limitMeanings[name].title}
          </label>
        ))}
      </div>
    </>
  );
}
