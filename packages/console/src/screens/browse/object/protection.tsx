import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Facts } from '../../../components/facts.tsx';
import { Field } from '../../../components/field.tsx';
import { useNow, useZone } from '../../../components/time.tsx';
import { say } from '../../../components/toast.tsx';
import { useAsk } from '../../../data/hooks.ts';
import { s3 } from '../../../data/s3.ts';
import { formatExact } from '../../../format.ts';
import { useSession } from '../../../frame/session-context.ts';
import { readObjectsAgain } from '../changes.ts';
import type { Head } from '../objects.ts';
import { Part } from './part.tsx';

type ProtectionProps = {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string | undefined;
  readonly head: Head;
};

type Mode = 'GOVERNANCE' | 'COMPLIANCE';
const modes: Readonly<Record<Mode, readonly [name: string, says: string]>> = {
  GOVERNANCE: ['Governance', 'Keys with bypass permission can shorten it'],
  COMPLIANCE: ['Compliance', 'Nobody can shorten it or delete the version before it expires'],
};
const xmlType = { 'content-type': 'application/xml' };

function isMode(text: string | undefined): text is Mode {
  return text === 'GOVERNANCE' || text === 'COMPLIANCE';
}

/** How long a version cannot be deleted: in buckets that were made with object lock. */
export function Protection({ bucket, objectKey, versionId, head }: ProtectionProps) {
  const { session } = useSession();
  const [isOpen, setOpen] = useState(false);
  const zone = useZone();
  const nowMs = useNow();
  const isOwner = session.role === 'owner';
  const { data } = useAsk('readBucketConfiguration', { id: bucket }, { enabled: isOwner });
  const { retention, hasLegalHold } = head;
  const untilMs = retention === undefined ? 0 : Date.parse(retention.until);
  if (data?.objectLock !== true && retention === undefined && !hasLegalHold) return null;
  return (
    <Part
      actions={
        isOwner && <Button aria-label="Edit protection" icon="edit" kind="quiet" onClick={() => setOpen(true)} />
      }
      title="Protection"
    >
      <Facts
        pad=""
        rows={[
          [
            'Retention',
            retention === undefined
              ? 'None'
              : `${isMode(retention.mode) ? modes[retention.mode][0] : retention.mode}, ${untilMs > nowMs ? 'until' : 'ended'} ${formatExact(untilMs, zone)}`,
          ],
          ['Legal hold', hasLegalHold ? 'On' : 'Off'],
        ]}
      />
      {isOpen && (
        <ProtectionDialog
          bucket={bucket}
          head={head}
          objectKey={objectKey}
          onClose={() => setOpen(false)}
          versionId={versionId ?? head.versionId}
        />
      )}
    </Part>
  );
}

/** `2027-01-31` in the reader's own day. */
function dayOf(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

const dayMs = 86_400_000;

function ProtectionDialog({
  bucket,
  objectKey,
  versionId,
  head,
  onClose,
}: ProtectionProps & { readonly onClose: () => void }) {
  const nowMs = useNow();
  const known = head.retention;
  const knownMs = known === undefined ? 0 : Date.parse(known.until);
  const [mode, setMode] = useState<Mode | ''>(isMode(known?.mode) ? known.mode : '');
  const [day, setDay] = useState(dayOf(knownMs > nowMs ? knownMs : nowMs + 30 * dayMs));
  const [hasHold, setHold] = useState(head.hasLegalHold);
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const isFixed = known?.mode === 'COMPLIANCE' && knownMs > nowMs;
  // To the end of the day that was named.
  const untilMs = day === dayOf(knownMs) && mode === known?.mode ? knownMs : Date.parse(`${day}T23:59:59`);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    const of = (subresource: string) => ({
      bucket,
      key: objectKey,
      query: { [subresource]: '', ...(versionId !== undefined && { versionId }) },
    });
    try {
      if (mode !== (known?.mode ?? '') || (mode !== '' && untilMs !== knownMs)) {
        const body =
          mode === ''
            ? '<Retention/>'
            : `<Retention><Mode>${mode}</Mode><RetainUntilDate>${new Date(untilMs).toISOString()}</RetainUntilDate></Retention>`;
        const bypass = known?.mode === 'GOVERNANCE' && { 'x-amz-bypass-governance-retention': 'true' };
        await s3({ method: 'PUT', ...of('retention'), headers: { ...xmlType, ...bypass }, body });
      }
      if (hasHold !== head.hasLegalHold) {
        const body = `<LegalHold><Status>${hasHold ? 'ON' : 'OFF'}</Status></LegalHold>`;
        await s3({ method: 'PUT', ...of('legal-hold'), headers: xmlType, body });
      }
      await readObjectsAgain();
      say('Protection changed.');
      onClose();
    } catch (error) {
      setBusy(false);
      setFailure(error instanceof Error ? error.message : 'Something went wrong.');
      await readObjectsAgain();
    }
  };
  const isDay = Number.isFinite(untilMs) && untilMs > nowMs;
  return (
    <Dialog onClose={onClose} title="Protection">
      <form className="flex flex-col gap-4 p-4" onSubmit={(event) => void submit(event)}>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 font-medium">Retention of this version</legend>
          {(['', 'GOVERNANCE', 'COMPLIANCE'] as const).map((one) => (
            <label className="flex items-start gap-2" key={one}>
              <input
                checked={mode === one}
                className="mt-1 accent-accent"
                disabled={isFixed && one !== 'COMPLIANCE'}
                name="mode"
                onChange={() => setMode(one)}
                type="radio"
              />
              <span>
                {one === '' ? 'None' : modes[one][0]}
                {one !== '' && <span className="block text-xs text-muted">{modes[one][1]}</span>}
              </span>
            </label>
          ))}
        </fieldset>
        {mode !== '' && (
          <Field
            label="Until the end of"
            min={dayOf(isFixed ? knownMs : nowMs)}
            onChange={({ target }) => setDay(target.value)}
            type="date"
            value={day}
          />
        )}
        <label className="flex items-start gap-2">
          <input
            checked={hasHold}
            className="check mt-0.75"
            onChange={({ target }) => setHold(target.checked)}
            type="checkbox"
          />
          <span>
            Legal hold
            <span className="block text-xs text-muted">The version can't be deleted until the hold is removed.</span>
          </span>
        </label>
        {failure !== undefined && (
          <p className="text-danger" role="alert">
            {failure}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={isBusy || (mode !== '' && !isDay)} kind="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
