import type { FileRequest } from '@tidegate/presign/admin';
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

type ChangeProps = { readonly request: FileRequest; readonly onClose: () => void };

const keep = 'keep';

/** Changes what a request asks. What is not touched stays as it is. */
export function Change({ request, onClose }: ChangeProps) {
  const nowMs = useNow();
  const zone = useZone();
  const [title, setTitle] = useState(request.title ?? '');
  const [note, setNote] = useState(request.note ?? '');
  const [files, setFiles] = useState(request.uses.limit === null ? '' : String(request.uses.limit));
  const [ends, setEnds] = useState(keep);
  const [password, setPassword] = useState('');
  const [failure, setFailure] = useState<string>();
  const summary = useRef<HTMLParagraphElement>(null);
  const life = ends === keep || ends === 'never' ? undefined : lifeSeconds(ends);
  const endsError = life !== undefined && Number.isNaN(life) ? 'Enter a duration such as 36h or 10d.' : undefined;
  const filesError = files === '' || /^[1-9]\d{0,5}$/.test(files) ? undefined : 'Enter a whole number.';
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const input: Input<'changeRequest'> = {
      id: request.id,
      ...(title !== (request.title ?? '') && { title: title === '' ? null : title }),
      ...(note !== (request.note ?? '') && { note: note === '' ? null : note }),
      ...(files !== '' && Number(files) !== request.uses.limit && { maxFiles: Number(files) }),
      ...(ends === 'never' && { expiresAt: null }),
      ...(life !== undefined && { expiresIn: life }),
      ...(password !== '' && { password }),
    };
    try {
      if (endsError !== undefined || filesError !== undefined) throw new Error(endsError ?? filesError);
      if (Object.keys(input).length > 1) await ask('changeRequest', input);
      say('Saved.');
      onClose();
      await readAgain(['readRequest', 'listRequests', 'readLink', 'listLinks']);
    } catch (error) {
      const details = fieldFaults(error).map(({ detail }) => detail);
      setFailure(details.length > 0 ? details.join(' ') : error instanceof Error ? error.message : 'Saving failed.');
      summary.current?.focus();
    }
  };
  const now = request.expiresAt === null ? 'Never' : formatMoment(Date.parse(request.expiresAt), nowMs, zone);
  return (
    <Dialog onClose={onClose} title="Edit file request" width="wide">
      <form className="flex min-h-0 flex-1 flex-col" onSubmit={(event) => void submit(event)}>
        <div className="flex flex-col gap-4 overflow-y-auto p-4">
          <p className={failure === undefined ? 'sr-only' : 'text-danger'} ref={summary} role="alert" tabIndex={-1}>
            {failure}
          </p>
          <Field
            autoFocus
            label="Title"
            maxLength={128}
            onChange={({ target }) => setTitle(target.value)}
            value={title}
          />
          <Field
            label="Note to the sender"
            maxLength={256}
            onChange={({ target }) => setNote(target.value)}
            value={note}
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
            onChoose={setEnds}
            own="36h"
            value={ends}
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <Field
              error={filesError}
              inputMode="numeric"
              label="Maximum files"
              onChange={({ target }) => setFiles(target.value.trim())}
              placeholder="Any"
              value={files}
            />
            <Field
              autoComplete="new-password"
              label={request.password ? 'New password' : 'Password'}
              note={request.password ? 'Leave empty to keep it.' : 'Leave empty for none.'}
              onChange={({ target }) => setPassword(target.value)}
              type="password"
              value={password}
            />
          </div>
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
