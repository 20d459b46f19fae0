import { lazy, Suspense } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/states.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { KeyList } from './key-list.tsx';

const NewKey = lazy(async () => ({ default: (await import('./new-key.tsx')).NewKey }));
const Temporary = lazy(async () => ({ default: (await import('./temporary.tsx')).Temporary }));

const tabs = [
  ['/keys', 'Keys'],
  ['/keys?tab=temporary', 'Temporary'],
] as const;

/** The access keys: those that last, and those that STS gave out for a while. */
export function Keys() {
  const { session } = useSession();
  const [params, setParams] = useSearchParams();
  const isOwner = session.role === 'owner';
  const set = (name: string, value: string | undefined): void => {
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value === undefined || value === '') next.delete(name);
      else next.set(name, value);
      return next;
    });
  };
  useKey('n', 'New key', () => set('new', '1'), isOwner);
  if (!isOwner) {
    return (
      <Page title="Keys">
        <section className="card">
          <Empty title="Keys are for owners. Yours cannot see them." />
        </section>
      </Page>
    );
  }
  const isTemporary = params.get('tab') === 'temporary';
  return (
    <Page
      actions={
        <Button hint="n" icon="plus" kind="primary" onClick={() => set('new', '1')}>
          New key
        </Button>
      }
      subtitle="Who signs, and what every link of theirs may be"
      title="Keys"
    >
      <Tabs here={isTemporary ? '/keys?tab=temporary' : '/keys'} label="Keys" tabs={tabs} />
      {isTemporary ? (
        <Suspense>
          <Temporary onSet={set} params={params} />
        </Suspense>
      ) : (
        <KeyList find={params.get('find') ?? ''} onFind={(text) => set('find', text)} />
      )}
      <Suspense>{params.has('new') && <NewKey onClose={() => set('new', undefined)} />}</Suspense>
    </Page>
  );
}
