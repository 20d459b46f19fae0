import type { Link } from '@tidegate/presign/admin';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { KeyName, useKeyNotes } from '../../components/key-name.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { restoreLinks } from '../../data/revoking.ts';
import { formatExact, formatMoment, shortKey } from '../../format.ts';

type Rule = NonNullable<Link['revocation']>['rule'];

/** What a rule revokes that is wider than one link; undefined for one link. */
export function ruleWords(rule: Rule): string | undefined {
  if ('id' in rule) return undefined;
  if ('prefix' in rule) return `${rule.bucket}/${rule.prefix}`;
  if ('key' in rule) return `${rule.bucket}/${rule.key}`;
  if ('label' in rule) return `label ${rule.label}`;
  return 'accessKeyId' in rule ? `key ${shortKey(rule.accessKeyId)}` : 'a temporary key';
}

/** Who revoked a link, and by which rule if it is a wider one. */
export function Revoked({ link }: { readonly link: Link }) {
  const nowMs = useNow();
  const zone = useZone();
  const notes = useKeyNotes();
  const [isOpen, setOpen] = useState(false);
  const { revocation } = link;
  if (revocation === null) return null;
  const { at, by, reason, rule } = revocation;
  const wide = ruleWords(rule);
  const moment = formatMoment(Date.parse(at), nowMs, zone);
  return (
    <div className="card flex flex-wrap items-center gap-x-3 gap-y-2 border-danger/40 px-4 py-2.5">
      <p className="min-w-0 flex-1">
        <span className="font-semibold text-danger">Revoked</span>{' '}
        {wide === undefined ? (
          moment
        ) : (
          <>
            by the rule <i>{wide}</i> until {moment},
          </>
        )}{' '}
        by <KeyName id={by} notes={notes} />
        {reason !== null && `: ${reason}`}
      </p>
      {wide !== undefined && <Button onClick={() => setOpen(true)}>Open rule</Button>}
      {isOpen && <RuleDialog link={link} onClose={() => setOpen(false)} words={wide ?? ''} />}
    </div>
  );
}

type RuleDialogProps = { readonly link: Link; readonly words: string; readonly onClose: () => void };

/** A rule that holds more links than the one it was met at: it is lifted for all of them, knowingly. */
function RuleDialog({ link, words, onClose }: RuleDialogProps) {
  const zone = useZone();
  const notes = useKeyNotes();
  const { revocation } = link;
  if (revocation === null) return null;
  const { id, at, by, reason } = revocation;
  const exact = formatExact(Date.parse(at), zone);
  return (
    <Dialog onClose={onClose} title="Rule">
      <Facts
        rows={[
          ['Revokes', `Every link of ${words} signed until ${exact}`],
          ['Created', exact],
          ['By', <KeyName id={by} key="by" notes={notes} />],
          ...(reason === null ? [] : [['Reason', reason] as const]),
          [
            'Name',
            <code className="font-mono text-xs" key="name">
              {id}
            </code>,
          ],
        ]}
      />
      <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line bg-sunken p-4">
        <p className="min-w-60 flex-1">Links revoked only by this rule work again.</p>
        <div className="ml-auto flex gap-2">
          <Button data-first onClick={onClose}>
            Close
          </Button>
          <Button
            icon="restore"
            onClick={() => {
              onClose();
              void restoreLinks([link]);
            }}
          >
            Remove rule
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
