import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Field } from '../../../components/field.tsx';
import { say, sayFailed } from '../../../components/toast.tsx';
import { lifecycleSentence } from './sentences.ts';
import type { Configuration, LifecycleRule } from './write.ts';
import { writeLifecycle } from './write.ts';

type LifecycleProps = {
  readonly bucket: string;
  readonly rules: readonly LifecycleRule[];
  readonly versioning: Configuration['versioning'];
};

const empty: LifecycleRule = {
  id: '',
  enabled: true,
  prefix: '',
  tags: [],
  largerThan: null,
  smallerThan: null,
  expireDays: null,
  expireAt: null,
  expireMarkers: false,
  noncurrentDays: null,
  noncurrentKept: null,
  abortUploadsDays: null,
};

/** What ends by itself, in sentences. */
export function Lifecycle({ bucket, rules, versioning }: LifecycleProps) {
  const write = async (next: readonly LifecycleRule[], done: string): Promise<void> => {
    try {
      await writeLifecycle(bucket, next);
      say(done, () => {
        writeLifecycle(bucket, rules).catch(sayFailed);
      });
    } catch (error) {
      sayFailed(error);
    }
  };
  return (
    <section aria-labelledby="lifecycle" className="flex flex-col gap-4">
      <h2 className="text-base font-semibold" id="lifecycle">
        Lifecycle
      </h2>
      {rules.length === 0 ? (
        <p className="text-muted">No rules. Objects are kept until they are deleted.</p>
      ) : (
        <ul className="rounded-md border border-line">
          {rules.map((rule, at) => (
            <li className="flex items-start gap-2 border-b border-line py-2 pr-2 pl-3 last:border-0" key={rule.id}>
              <p className={`min-w-0 flex-1 py-1.5 ${rule.enabled ? '' : 'text-muted'}`}>
                {!rule.enabled && <span className="font-semibold">Off: </span>}
                {lifecycleSentence(rule)}
                <span className="block text-xs text-muted">{rule.id}</span>
              </p>
              <Button
                onClick={() =>
                  void write(
                    rules.map((one, index) => (index === at ? { ...one, enabled: !one.enabled } : one)),
                    rule.enabled ? 'Rule disabled.' : 'Rule enabled.',
                  )
                }
              >
                {rule.enabled ? 'Disable' : 'Enable'}
              </Button>
              <Button
                aria-label={`Remove the rule ${rule.id}`}
                icon="trash"
                kind="quiet"
                onClick={() =>
                  void write(
                    rules.filter((_, index) => index !== at),
                    'Rule removed.',
                  )
                }
              />
            </li>
          ))}
        </ul>
      )}
      <NewRule hasVersions={versioning !== 'off'} onAdd={(rule) => write([...rules, rule], 'Rule added.')} />
    </section>
  );
}

type NewRuleProps = { readonly hasVersions: boolean; readonly onAdd: (rule: LifecycleRule) => Promise<void> };

function NewRule({ hasVersions, onAdd }: NewRuleProps) {
  const [prefix, setPrefix] = useState('');
  const [days, setDays] = useState({ expireDays: '', noncurrentDays: '', abortUploadsDays: '' });
  const read = (text: string): number | null => (/^[1-9]\d{0,4}$/.test(text.trim()) ? Number(text) : null);
  const rule: LifecycleRule = {
    ...empty,
    prefix: prefix.replace(/^\/+/, ''),
    expireDays: read(days.expireDays),
    noncurrentDays: read(days.noncurrentDays),
    abortUploadsDays: read(days.abortUploadsDays),
  };
  const isRule = rule.expireDays !== null || rule.noncurrentDays !== null || rule.abortUploadsDays !== null;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    await onAdd(rule);
    setPrefix('');
    setDays({ expireDays: '', noncurrentDays: '', abortUploadsDays: '' });
  };
  const fields = [
    ['expireDays', 'Delete objects after days'],
    ...(hasVersions ? ([['noncurrentDays', 'Older versions after days']] as const) : []),
    ['abortUploadsDays', 'Unfinished uploads after days'],
  ] as const;
  return (
    <form className="flex flex-col gap-3 rounded-md bg-sunken p-4" onSubmit={(event) => void submit(event)}>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="Under"
          onChange={({ target }) => setPrefix(target.value)}
          placeholder="everything, or logs/"
          spellCheck={false}
          value={prefix}
        />
        {fields.map(([name, label]) => (
          <Field
            inputMode="numeric"
            key={name}
            label={label}
            onChange={({ target }) => setDays({ ...days, [name]: target.value })}
            placeholder="never"
            value={days[name]}
          />
        ))}
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-50 flex-1 text-muted" role="status">
          {isRule ? lifecycleSentence(rule) : ''}
        </p>
        <Button disabled={!isRule} kind="primary" type="submit">
          Add rule
        </Button>
      </div>
    </form>
  );
}
