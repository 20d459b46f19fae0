import { useId } from 'react';
import { Field } from '../../components/field.tsx';
import { LimitFields } from '../../components/limit-fields.tsx';
import { ruleSentence } from './key-words.ts';
import { keyLimits, noRules, previewOf, type RulesDraft } from './rules-draft.ts';

/** What the server said of single fields, by the member. */
export type Faults = Readonly<Record<string, string>>;

type RulesFormProps = {
  readonly draft: RulesDraft;
  readonly onChange: (change: Partial<RulesDraft>) => void;
  readonly faults: Faults;
};

const operations = ['GetObject', 'PutObject', 'HeadObject', 'DeleteObject', 'ListObjectsV2', 'UploadPart'];

/** Rules for every link that a key signs, and the sentence that says them. */
export function RulesForm({ draft, onChange, faults }: RulesFormProps) {
  const listId = useId();
  const text = (
    name: 'maxExpiry' | 'operations' | 'require',
    label: string,
    placeholder: string,
    fault: string,
    more: object = {},
  ) => (
    <Field
      error={faults[fault]}
      label={label}
      name={name}
      onChange={({ target }) => onChange({ [name]: target.value })}
      placeholder={placeholder}
      spellCheck={false}
      value={draft[name]}
      {...more}
    />
  );
  const tick = (name: 'requireV4' | 'registeredOnly', label: string) => (
    <label className="flex items-center gap-2">
      <input
        checked={draft[name]}
        className="check"
        onChange={({ target }) => onChange({ [name]: target.checked })}
        type="checkbox"
      />
      {label}
    </label>
  );
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-2 font-semibold">Rules for every link this key signs</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {text('maxExpiry', 'Maximum lifetime', '1d', 'governance.maxExpiry')}
        {text('operations', 'Operations', 'GetObject, PutObject', 'governance.operations', { list: listId })}
        <LimitFields
          faultOf={(name) => faults[`governance.caps.${name}`]}
          names={keyLimits}
          onChange={(caps) => onChange({ caps })}
          texts={draft.caps}
        />
        {text('require', 'Required limits', 'uses, id', 'governance.require')}
      </div>
      <datalist id={listId}>
        {operations.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {tick('requireV4', 'Refuse SigV2')}
        {tick('registeredOnly', 'Registered links only')}
      </div>
      <details>
        <summary className="font-medium">Limits for links that set none</summary>
        <div className="grid gap-3 pt-3 sm:grid-cols-2">
          <LimitFields
            faultOf={(name) => faults[`governance.defaults.${name}`]}
            names={keyLimits}
            onChange={(defaults) => onChange({ defaults })}
            texts={draft.defaults}
          />
        </div>
      </details>
    </fieldset>
  );
}

/** A summary of what the rules in the form mean for every link. */
export function RulesSentence({ draft }: { readonly draft: RulesDraft }) {
  const isEmpty = JSON.stringify(draft) === JSON.stringify(noRules);
  return <span data-sentence>{ruleSentence(isEmpty ? null : previewOf(draft))}</span>;
}
