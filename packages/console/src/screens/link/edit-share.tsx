import type { Share } from '@tidegate/presign/admin';
import { type FormEvent, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { say } from '../../components/toast.tsx';
import { ask, fieldFaults, type Input } from '../../data/api.ts';
import { readAgain } from '../../data/hooks.ts';
import { formatMoment } from '../../format.ts';
import { Choices } from '../new-link/choices.tsx';
import { lifeSeconds } from '../new-link/draft.ts';

type EditShareProps = { readonly share: Share; readonly onClose: () => void };

const keep = 'keep';

/** Changes a share that is out already. Fields that are not touched stay as they are. */
export function EditShare({ share, onClose }: EditShareProps) {
  const nowMs = useNow();
  const zone = useZone();
  const [draft, setDraft] = useState({
    title: share.title ?? '',
    note: share.note ?? '',
    uses: share.limits.uses === undefined ? '' : String(share.limits.uses),
    ends: keep,
    password: '',
    dropsPassword: false,
    confirm: share.limits.confirm === true,
  });
  const change = (part: Partial<typeof draft>): void => setDraft((now) => ({ ...now, ...part }));
  const [failure, setFailure] = useState<string>();
  const summary = useRef<HTMLParagraphElement>(null);
  const life = draft.ends === keep || draft.ends === 'never' ? undefined : lifeSeconds(draft.ends);
  const endsError = life !== undefined && Number.isNaN(life) ? 'Enter a duration such as 36h or 10d.' : undefined;
  const usesError = /^(?:[1-9]\d{0,5})?$/.test(draft.uses) ? undefined : 'Enter a whole number.';
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      if (endsError !== undefined || usesError !== undefined) throw new Error(endsError ?? usesError);
      const input = inputOf(share, draft, life);
      if (Object.keys(input).length > 1) await ask('changeShare', input);
      say('Saved.');
      onClose();
      await readAgain(['readShare', 'listShares', 'readLink', 'listLinks']);
    } catch (error) {
      const details = fieldFaults(error).map(({ detail }) => detail);
      setFailure(details.length > 0 ? details.join(' ') : error instanceof Error ? error.message : 'Saving failed.');
      summary.current?.focus();
    }
  };
  const now = share.expiresAt === null ? 'Never' : formatMoment(Date.parse(share.expiresAt), nowMs, zone);
  return (
    <Dialog onClose={onClose} title="Edit share" width="wide">
      <form className="flex min-h-0 flex-1 flex-col" onSubmit={(event) => void submit(event)}>
        <div className="flex flex-col gap-4 overflow-y-auto p-4">
          <p className={failure === undefined ? 'sr-only' : 'text-danger'} ref={summary} role="alert" tabIndex={-1}>
            {failure}
          </p>
          <Field
            autoFocus
            label="Title"
            maxLength={128}
            onChange={({ target }) => change({ title: target.value })}
            value={draft.title}
          />
          <Field
            label="Note"
            maxLength={256}
            onChange={({ target }) => change({ note: target.value })}
            value={draft.note}
          />
          <Choices
            entries={[
              [keep, 'Unchanged', now],
              ['1d', '1 d'],
              ['7d', '7 d'],
              ['30d', '30 d'],
              ['never', 'Never'],
            ]}
            error={endsError}
            label="Expires, from now"
            onChoose={(ends) => change({ ends })}
            own="36h"
            value={draft.ends}
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <Field
              error={usesError}
              inputMode="numeric"
              label="Maximum uses"
              onChange={({ target }) => change({ uses: target.value.trim() })}
              placeholder="Any"
              value={draft.uses}
            />
            <Field
              autoComplete="new-password"
              disabled={draft.dropsPassword}
              label={share.password ? 'New password' : 'Password'}
              note={share.password ? 'Leave empty to keep it.' : 'Leave empty for none.'}
              onChange={({ target }) => change({ password: target.value })}
              type="password"
              value={draft.password}
            />
          </div>
          <Check isOn={draft.confirm} onChange={(confirm) => change({ confirm })}>
            Confirm before download (link previews won't use it up)
          </Check>
          {share.password && (
            <Check isOn={draft.dropsPassword} onChange={(dropsPassword) => change({ dropsPassword })}>
              Remove the password
            </Check>
          )}
        </div>
        <div className="flex justify-end gap-2 border-t border-line bg-sunken p-4">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type CheckProps = {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly children: string;
};

function Check({ isOn, onChange, children }: CheckProps) {
  return (
    <label className="flex items-center gap-2">
      <input checked={isOn} className="check" onChange={({ target }) => onChange(target.checked)} type="checkbox" />
      {children}
    </label>
  );
}

type Draft = {
  readonly title: string;
  readonly note: string;
  readonly uses: string;
  readonly ends: string;
  readonly password: string;
  readonly dropsPassword: boolean;
  readonly confirm: boolean;
};

/** Only what differs: the server replaces all limits together. */
function inputOf(share: Share, draft: Draft, life: number | undefined): Input<'changeShare'> {
  const { uses: _uses, confirm: _confirm, ...others } = share.limits;
  const isOther =
    draft.uses !== (share.limits.uses === undefined ? '' : String(share.limits.uses)) ||
    draft.confirm !== (share.limits.confirm === true);
  const limits = {
    ...others,
    ...(draft.uses !== '' && { uses: Number(draft.uses) }),
    ...(draft.confirm && { confirm: true }),
  };
  return {
    id: share.id,
    ...(draft.title !== (share.title ?? '') && { title: draft.title === '' ? null : draft.title }),
    ...(draft.note !== (share.note ?? '') && { note: draft.note === '' ? null : draft.note }),
    // Sound: what a share shows of its limits is what was asked for.
    ...(isOther && { limits: limits as NonNullable<Input<'changeShare'>['limits']> }),
    ...(draft.ends === 'never' && { expiresAt: null }),
    ...(life !== undefined && { expiresIn: life }),
    ...(draft.dropsPassword ? { password: null } : draft.password !== '' && { password: draft.password }),
  };
}
