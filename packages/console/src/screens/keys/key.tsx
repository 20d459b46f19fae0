import type { Key } from '@tidegate/presign/admin';
import { Link, useLocation, useParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Dotted } from '../../components/dotted.tsx';
import { Facts } from '../../components/facts.tsx';
import { Absent } from '../../components/states.tsx';
import { useNow, useZone } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { formatExact, formatRelative, shortKey } from '../../format.ts';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { Derive } from './derive.tsx';
import { DeleteKey, DisableKey } from './ending.tsx';
import { roles, scopeWords } from './key-words.ts';
import { Policies } from './policies.tsx';
import { Rights } from './rights.tsx';
import { Rules } from './rules.tsx';
import { Secrets } from './secrets.tsx';

/** One access key: what it may, what holds for its links, its secrets, and how it ends. */
export function KeyDetail() {
  const { id = '' } = useParams();
  const found = useAsk('readKey', { id });
  if (found.data !== undefined) return <Shown keyShown={found.data} />;
  return (
    <Page backText="Keys" backTo="/keys" title={id.slice(0, 40)}>
      <section className="card">
        <Absent asked={found} failed="Can't load this key." missing={`Key ${id.slice(0, 40)} does not exist.`} />
      </section>
    </Page>
  );
}

function Shown({ keyShown }: { readonly keyShown: Key }) {
  const { session } = useSession();
  const [, go] = useLocation();
  const { id, note, role, owner, state } = keyShown;
  const isOwn = id === session.accessKeyId;
  useKey('Escape', 'Back to Keys', () => go('/keys'));
  useKey('c', 'Copy the key', () => copyText(id, 'Key'));
  return (
    <Page
      actions={
        <>
          <Button hint="c" icon="copy" onClick={() => copyText(id, 'Key')}>
            Copy
          </Button>
          <DisableKey isOwn={isOwn} keyShown={keyShown} />
          <DeleteKey isOwn={isOwn} keyShown={keyShown} />
        </>
      }
      backText="Keys"
      backTo="/keys"
      title={note ?? shortKey(id)}
    >
      <Dotted
        parts={[
          [
            'state',
            <span className={`font-semibold ${state === 'disabled' ? 'text-danger' : 'text-text'}`} key="state">
              {state === 'disabled' ? 'Disabled' : 'Enabled'}
            </span>,
          ],
          [
            'id',
            <code className="font-mono text-xs" key="id">
              {id}
            </code>,
          ],
          ['role', `${roles[role][0]} of ${owner.name}`],
          ['whose', isOwn ? 'yours' : undefined],
        ]}
      />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_320px] lg:items-start">
        <div className="flex min-w-0 flex-col gap-4">
          <Rules isOwn={isOwn} key={`${id} rules`} keyShown={keyShown} />
          <Secrets keyShown={keyShown} />
          <Policies keyId={id} />
          <Derive keyId={id} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <About keyShown={keyShown} />
          <Rights isOwn={isOwn} key={`${id} rights`} keyShown={keyShown} />
        </div>
      </div>
    </Page>
  );
}

function About({ keyShown }: { readonly keyShown: Key }) {
  const zone = useZone();
  const nowMs = useNow();
  const { id, createdAt, lastUsed, madeBy, disabledAt } = keyShown;
  const at = (time: string): string => formatExact(Date.parse(time), zone);
  const rows: readonly (readonly [string, string])[] = [
    ['Scope', scopeWords(keyShown)],
    ['Created', at(createdAt)],
    ['Created by', madeBy === null ? '–' : shortKey(madeBy)],
    ['Last used', lastUsed == null ? 'never' : formatRelative(Date.parse(lastUsed), nowMs)],
    ...(disabledAt === null ? [] : [['Disabled', at(disabledAt)] as const]),
  ];
  return (
    <section className="card">
      <h2 className="border-b border-line px-4 py-2.5 font-semibold">About</h2>
      <Facts rows={rows} />
      <p className="border-t border-line px-4 py-2.5">
        <Link className="text-accent underline" href={`/links?key=${id}`}>
          Its links
        </Link>
        {' · '}
        <Link className="text-accent underline" href={`/keys?tab=temporary&key=${id}`}>
          Temporary credentials
        </Link>
      </p>
    </section>
  );
}
