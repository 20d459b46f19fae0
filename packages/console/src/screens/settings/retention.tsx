import { type FormEvent, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Facts } from '../../components/facts.tsx';
import { Field } from '../../components/field.tsx';
import { Failure, LoadingRows } from '../../components/states.tsx';
import { say } from '../../components/toast.tsx';
import { ask, fieldFaults } from '../../data/api.ts';
import { readAgain } from '../../data/hooks.ts';
import { formatSpan } from '../../format.ts';
import { Choices } from '../new-link/choices.tsx';
import { Section } from './section.tsx';
import { type ShownSetting, settingOf, sourceWords, useSettings } from './shown-setting.ts';

type Change = Readonly<Record<string, unknown>>;
type Faults = Readonly<Record<string, string>>;

const changeable = ['links.ledger_days', 'links.ledger_max_links', 'links.client_address', 'log.level'] as const;
const fixed = [
  ['Ledger', 'links.ledger'],
  ['Default lifetime of a link', 'links.default_expiry'],
  ['Maximum lifetime of a link', 'links.max_expiry'],
  ['Maximum lifetime of a share', 'shares.max_expiry'],
  ['Page branding', 'shares.name'],
] as const;

/** How long the ledger keeps what, what it keeps of addresses, and what is logged. */
export function RetentionSection() {
  const settings = useSettings();
  const items = settings.data?.items;
  if (settings.isPending) return <LoadingRows rows={6} />;
  if (items === undefined) {
    return <Failure error={settings.error} onRetry={() => void settings.refetch()} what="Can't load settings." />;
  }
  // Another value that was taken meanwhile starts the form anew.
  const version = changeable.map((name) => settingOf(items, name)?.shown).join(' ');
  return (
    <>
      <Kept items={items} key={version} />
      <Section note="Read at startup" title="Links">
        <Facts
          isWide
          rows={fixed.flatMap(([label, name]) => {
            const setting = settingOf(items, name);
            return setting === undefined
              ? []
              : [
                  [
                    label,
                    <>
                      {words(setting)} <span className="text-xs text-muted">{sourceWords(setting)}</span>
                    </>,
                  ] as const,
                ];
          })}
        />
      </Section>
    </>
  );
}

function words({ shown, default: usual }: ShownSetting): string {
  const text = shown === null || shown === '' ? usual : shown;
  const [, seconds] = /^(\d+)s$/.exec(text) ?? [];
  if (seconds !== undefined) return formatSpan(Number(seconds));
  return { true: 'On', false: 'Off' }[text] ?? text;
}

function Kept({ items }: { readonly items: readonly ShownSetting[] }) {
  const [draft, setDraft] = useState<Change>({});
  const [faults, setFaults] = useState<Faults>({});
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const put = (name: string, value: unknown) => {
    setDraft((now) => {
      const { [name]: _, ...rest } = now;
      return String(value) === settingOf(items, name)?.shown ? rest : { ...rest, [name]: value };
    });
  };
  const submit = async (change: Change): Promise<void> => {
    setBusy(true);
    setFaults({});
    try {
      await ask('changeSettings', change);
      say('Saved. It takes effect within a second.');
      await readAgain(['readSettings']);
      setDraft({});
    } catch (error) {
      const faults = fieldFaults(error);
      setFaults(
        faults.length === 0
          ? { '': error instanceof Error ? error.message : 'Something went wrong.' }
          : Object.fromEntries(faults.map(({ field, detail }) => [field, detail])),
      );
      form.current?.querySelector('p')?.focus();
    }
    setBusy(false);
  };
  const one = (name: string) => settingOf(items, name);
  const value = (name: string): string => String(draft[name] ?? one(name)?.shown ?? '');
  const number = (name: string, label: string, note: string) => {
    const setting = one(name);
    if (setting === undefined) return null;
    return (
      <Field
        disabled={!setting.changeable}
        error={faults[name]}
        inputMode="numeric"
        label={label}
        name={name}
        note={<Note note={note} setting={setting} />}
        onChange={({ target }) => put(name, /^\d+$/.test(target.value) ? Number(target.value) : target.value)}
        value={value(name)}
      />
    );
  };
  const choice = (name: string, label: string, entries: readonly (readonly [string, string])[]) => {
    const setting = one(name);
    if (setting === undefined) return null;
    return (
      <div className="flex flex-col gap-1">
        <Choices
          entries={entries}
          error={faults[name]}
          isDisabled={() => !setting.changeable}
          label={label}
          onChoose={(chosen) => put(name, chosen)}
          value={value(name)}
        />
        <p className="text-xs text-muted">
          <Note note={setting.text} setting={setting} />
        </p>
      </div>
    );
  };
  const stored = items.filter(({ source, name }) => source === 'stored' && changeable.some((known) => known === name));
  return (
    <Section note="Can be changed while the server runs" title="Retention">
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void submit(draft);
        }}
        ref={form}
      >
        <p className={faults[''] === undefined ? 'sr-only' : 'text-danger'} role="alert" tabIndex={-1}>
          {faults['']}
        </p>
        <div className="grid gap-4 sm:grid-cols-2">
          {number('links.ledger_days', 'Days in the ledger', 'Counted from the expiration of a link.')}
          {number('links.ledger_max_links', 'Maximum number of links', 'Then the oldest become daily totals.')}
        </div>
        {choice('links.client_address', 'Client addresses', [
          ['full', 'Whole'],
          ['prefix', 'Network only'],
          ['none', 'Not stored'],
        ])}
        {choice('log.level', 'Log', [
          ['debug', 'Debug'],
          ['info', 'Info'],
          ['warn', 'Warnings'],
          ['error', 'Errors'],
        ])}
        <div className="flex flex-wrap gap-2">
          <Button disabled={isBusy || Object.keys(draft).length === 0} kind="primary" type="submit">
            Save
          </Button>
          {stored.length > 0 && (
            <Button
              disabled={isBusy}
              onClick={() => void submit(Object.fromEntries(stored.map(({ name }) => [name, null])))}
            >
              Reset to defaults
            </Button>
          )}
        </div>
      </form>
    </Section>
  );
}

function Note({ setting, note }: { readonly setting: ShownSetting; readonly note: string }) {
  return (
    <>
      {note}{' '}
      {setting.changeable ? setting.source === 'stored' && `Default: ${setting.default}.` : `${sourceWords(setting)}.`}
    </>
  );
}
