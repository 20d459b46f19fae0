import { useId } from 'react';
import { Field } from '../../components/field.tsx';
import { ruleSentence } from './key-words.ts';
import { noRules, previewOf, type RulesDraft } from './rules-draft.ts';

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
  const text = (name: keyof RulesDraft, label: string, placeholder: string, fault: string, more: object = {}) => (
    <Field
      error={faults[fault]}
      label={label}
      name={name}
      onChange={({ target }) => onChange({ [name]: target.value })}
      placeholder={placeholder}
      spellCheck={false}
      value={String(draft[name])}
      {...more}
    />
  );
  const tick = (name: 'capHttps' | 'requireV4' | 'registeredOnly', label: string) => (
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
        {text('capUses', 'Maximum uses', '1', 'governance.caps.uses')}
        {text('defaultUses', 'Default uses', '1', 'governance.defaults.uses')}
        {text('capRate', 'Speed limit', '10MiB', 'governance.caps.rate')}
        {text('defaultGrace', 'Default grace', '10m', 'governance.defaults.grace')}
        {text('capMaxBytes', 'Maximum file size', '20MB', 'governance.caps.maxBytes')}
        {text('capIp', 'Allowed addresses', '203.0.113.0/24', 'governance.caps.ip')}
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
        {tick('capHttps', 'HTTPS required')}
      </div>
    </fieldset>
  );
}

/** A summary of what the rules in the form mean for every link. */
export function RulesSentence({ draft }: { readonly draft: RulesDraft }) {
  const isEmpty = JSON.stringify(draft) === JSON.stringify(noRules);
  return <span data-sentence>{ruleSentence(isEmpty ? null : previewOf(draft))}</span>;
}
