import { type FormEvent, useId, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { LimitFields } from '../../components/limit-fields.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { ask, fieldFaults } from '../../data/api.ts';
import { readAgain, useAsk } from '../../data/hooks.ts';
import { whyForbidden } from '../../data/rights.ts';
import { useSession } from '../../frame/session-context.ts';
import { limitNames } from '../../limit-texts.ts';
import { Choices } from './choices.tsx';
import {
  type Draft,
  type DraftFaults,
  faultsOf,
  lifeSeconds,
  limitsFor,
  type NewKind,
  presignedMostS,
  presignInput,
  requestInput,
  sentenceOf,
  shareInput,
} from './draft.ts';
import { Made, type MadeLink } from './made.tsx';

const Chooser = lazyPart(async () => (await import('./chooser.tsx')).Chooser);

const titles: Readonly<Record<NewKind, string>> = {
  share: 'New link',
  link: 'New link',
  upload: 'New upload link',
  request: 'New file request',
};

type NewLinkProps = { readonly kind: NewKind; readonly onClose: () => void };

/** One panel for every kind of link. The sentence at its foot says what the fields mean. */
export function NewLink({ kind, onClose }: NewLinkProps) {
  const [made, setMade] = useState<MadeLink>();
  return (
    <Dialog onClose={onClose} title={made === undefined ? titles[kind] : 'Link created'} width="wide">
      {made === undefined ? (
        <DraftForm kind={kind} onClose={onClose} onMade={setMade} />
      ) : (
        <Made made={made} onClose={onClose} />
      )}
    </Dialog>
  );
}

function useDraft(kind: NewKind) {
  const [params] = useSearchParams();
  const [draft, setDraft] = useState<Draft>({
    kind,
    what: [params.get('bucket'), params.get('at')].filter((part) => part !== null).join('/'),
    ends: kind === 'share' || kind === 'request' ? '7d' : '1h',
    limits: {},
    password: '',
    note: '',
    title: '',
  });
  return [draft, (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }))] as const;
}

type DraftFormProps = {
  readonly kind: NewKind;
  readonly onMade: (made: MadeLink) => void;
  readonly onClose: () => void;
};

function DraftForm({ kind, onMade, onClose }: DraftFormProps) {
  const [draft, change] = useDraft(kind);
  const [faults, setFaults] = useState<DraftFaults>({});
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const summary = useRef<HTMLParagraphElement>(null);
  const nowMs = useNow();
  const zone = useZone();
  const [isChoosing, setChoosing] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const found = faultsOf(draft);
    setFaults(found);
    setFailure(undefined);
    if (Object.keys(found).length > 0) {
      summary.current?.focus();
      return;
    }
    setBusy(true);
    try {
      onMade(await make(draft));
      await readAgain(['listLinks', 'listShares', 'listRequests', 'readSummary']);
    } catch (error) {
      setBusy(false);
      setFaults(faultsFrom(error));
      setFailure(error instanceof Error ? error.message : 'Creating the link failed.');
      summary.current?.focus();
    }
  };
  return (
    <>
      <form className="flex min-h-0 flex-1 flex-col" onSubmit={(event) => void submit(event)}>
        <div className="flex flex-col gap-4 overflow-y-auto p-4">
          <p
            className={failure === undefined && Object.keys(faults).length === 0 ? 'sr-only' : 'text-danger'}
            ref={summary}
            role="alert"
            tabIndex={-1}
          >
            {failure ?? Object.values(faults).join(' ')}
          </p>
          <Fields change={change} draft={draft} faults={faults} onChoose={() => setChoosing(true)} />
        </div>
        <div className="flex flex-wrap items-center gap-3 border-t border-line bg-sunken p-4">
          <p className="min-w-60 flex-1" data-sentence>
            {sentenceOf(draft, nowMs, zone)}
          </p>
          <div className="ml-auto flex gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button disabled={isBusy} kind="primary" type="submit">
              Create link
            </Button>
          </div>
        </div>
      </form>
      {isChoosing && (
        <Chooser
          at={draft.what}
          onChoose={(what) => {
            change({ what });
            setChoosing(false);
          }}
          onClose={() => setChoosing(false)}
          takes={takenBy[draft.kind]}
        />
      )}
    </>
  );
}

const takenBy = { share: 'both', link: 'objects', upload: 'both', request: 'folders' } as const;

type FieldsProps = {
  readonly draft: Draft;
  readonly change: (change: Partial<Draft>) => void;
  readonly faults: DraftFaults;
  readonly onChoose: () => void;
};

const lives = [
  ['1h', '1 h'],
  ['1d', '1 d'],
  ['7d', '7 d'],
  ['30d', '30 d'],
  ['never', 'Never'],
] as const;

function Fields({ draft, change, faults, onChoose }: FieldsProps) {
  const { kind } = draft;
  const isSigned = kind === 'link' || kind === 'upload';
  const isRead = kind === 'share' || kind === 'link';
  const { session } = useSession();
  const life = lifeSeconds(draft.ends);
  const isTooLong = life === undefined || life > presignedMostS;
  return (
    <>
      <Place change={change} draft={draft} error={faults.what} onChoose={onChoose} />
      {isRead && (
        <Choices
          entries={[
            ['share', 'Share', 'Short URL, stored on the server'],
            ['link', 'Presigned URL', isTooLong ? 'At most 7 days' : 'X-Amz-…'],
          ]}
          isDisabled={(value) => (value === 'link' ? isTooLong : whyForbidden(session.role, 'share') !== undefined)}
          label="Kind"
          onChoose={(value) => change({ kind: value === 'link' ? 'link' : 'share' })}
          value={kind}
        />
      )}
      <Choices
        entries={lives.map(([value, text]) => [value, text] as const)}
        error={faults.ends}
        isDisabled={(value) => isSigned && !isRead && (value === 'never' || value === '30d')}
        label="Expires"
        onChoose={(ends) => change({ ends, ...(kind === 'link' && isOver(ends) && { kind: 'share' as const }) })}
        own="36h"
        value={draft.ends}
      />
      <Choices
        entries={[
          ['', 'Any'],
          ['1', '1'],
          ['5', '5'],
        ]}
        error={faults.uses}
        label={kind === 'request' ? 'Files' : 'Uses'}
        onChoose={(uses) => change({ limits: { ...draft.limits, uses } })}
        own="20"
        value={draft.limits.uses ?? ''}
      />
      {isRead && <LimitFields names={['confirm']} onChange={(limits) => change({ limits })} texts={draft.limits} />}
      <More change={change} draft={draft} faults={faults} />
    </>
  );
}

function isOver(ends: string): boolean {
  const life = lifeSeconds(ends);
  return life === undefined || life > presignedMostS;
}

type PlaceProps = Omit<FieldsProps, 'faults'> & { readonly error: string | undefined };

function Place({ draft, change, error, onChoose }: PlaceProps) {
  const listId = useId();
  const buckets = useAsk('listBuckets', { limit: 100 });
  const label = draft.kind === 'request' ? 'Into' : 'What';
  return (
    <>
      <Field
        autoFocus
        className="pr-24! font-mono"
        error={error}
        label={label}
        list={listId}
        name="what"
        onChange={({ target }) => change({ what: target.value })}
        placeholder={draft.kind === 'request' ? 'inbox/acme/' : 'reports/q3.pdf'}
        spellCheck={false}
        trailing={
          <Button className="mr-1" kind="quiet" onClick={onChoose}>
            Choose
          </Button>
        }
        value={draft.what}
      />
      <datalist id={listId}>
        {buckets.data?.items.map(({ name }) => (
          <option key={name} value={`${name}/`} />
        ))}
      </datalist>
    </>
  );
}

function More({ draft, change, faults }: Omit<FieldsProps, 'onChoose'>) {
  const { kind } = draft;
  const isHeld = kind === 'share' || kind === 'request';
  const text = (name: 'title' | 'password' | 'note', label: string, more: object = {}) => (
    <Field
      label={label}
      name={name}
      onChange={({ target }) => change({ [name]: target.value })}
      spellCheck={false}
      value={draft[name]}
      {...more}
    />
  );
  return (
    <details>
      <summary className="font-medium">More</summary>
      <div className="grid gap-3 pt-3 sm:grid-cols-2">
        {isHeld && text('title', 'Title', { placeholder: 'Q3 report' })}
        {isHeld && text('password', 'Password', { type: 'password', autoComplete: 'new-password' })}
        <LimitFields
          faultOf={(name) => faults[name]}
          names={limitsFor(kind)}
          onChange={(limits) => change({ limits })}
          texts={draft.limits}
        />
        {text('note', 'Note', { placeholder: 'Only visible here', maxLength: 256 })}
      </div>
    </details>
  );
}

async function make(draft: Draft): Promise<MadeLink> {
  switch (draft.kind) {
    case 'share': {
      const { id } = await ask('createShare', shareInput(draft));
      const { url } = await ask('readShareUrl', { id });
      return { kind: draft.kind, id, url, headers: {} };
    }
    case 'request': {
      const { id } = await ask('createRequest', requestInput(draft));
      const { url } = await ask('readRequestUrl', { id });
      return { kind: draft.kind, id, url, headers: {} };
    }
    default: {
      const { url, headers, link } = await ask('presignLink', presignInput(draft));
      return { kind: draft.kind, id: link.id, url, headers };
    }
  }
}

/** What the server said of single fields, beside those of the form. */
function faultsFrom(error: unknown): DraftFaults {
  const faults = fieldFaults(error);
  const names: Readonly<Record<string, keyof DraftFaults>> = {
    bucket: 'what',
    key: 'what',
    keys: 'what',
    prefix: 'what',
    expiresIn: 'ends',
    maxFiles: 'uses',
    ...Object.fromEntries(limitNames.map((name) => [`limits.${name}`, name])),
  };
  return Object.fromEntries(
    faults.flatMap(({ field, detail }) => {
      const name = names[field];
      return name === undefined ? [] : [[name, detail]];
    }),
  );
}
