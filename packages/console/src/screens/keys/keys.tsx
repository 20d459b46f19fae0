import { useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Empty } from '../../components/states.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { whyForbidden } from '../../data/rights.ts';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { KeyList } from './key-list.tsx';

const NewKey = lazyPart(async () => (await import('./new-key.tsx')).NewKey);
const Temporary = lazyPart(async () => (await import('./temporary.tsx')).Temporary, 'section');

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
          <Empty title={`Can't load keys. ${whyForbidden(session.role, 'administer')}`} />
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
      subtitle="Access keys and the rules for their links"
      title="Keys"
    >
      <Tabs here={isTemporary ? '/keys?tab=temporary' : '/keys'} label="Keys" tabs={tabs} />
      {isTemporary ? (
        <Temporary onSet={set} params={params} />
      ) : (
        <KeyList find={params.get('find') ?? ''} onFind={(text) => set('find', text)} />
      )}
      {params.has('new') && <NewKey onClose={() => set('new', undefined)} />}
    </Page>
  );
}
