import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { Tabs } from '../../components/tabs.tsx';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { Audit } from './audit.tsx';
import { Earlier } from './earlier.tsx';
import { Refusals } from './refusals.tsx';
import { RequestLog } from './request-log.tsx';

/** What happened: requests to links as they come, refusals in groups, who changed what, and what the ledger has let go. */
export function Activity() {
  const [params] = useSearchParams();
  const { session } = useSession();
  const tab = params.get('tab') ?? '';
  const tabs = [
    ['/activity', 'Requests'],
    ['/activity?tab=refusals', 'Refusals'],
    ...(session.role === 'owner' ? [['/activity?tab=audit', 'Audit'] as const] : []),
    ['/activity?tab=earlier', 'Earlier'],
  ] as const;
  return (
    <Page subtitle="Activity of links, newest first" title="Activity">
      <Tabs here={tab === '' ? '/activity' : `/activity?tab=${tab}`} label="Activity" tabs={tabs} />
      {panelOf(tab)}
    </Page>
  );
}

function panelOf(tab: string): ReactNode {
  switch (tab) {
    case 'refusals':
      return <Refusals />;
    case 'audit':
      return <Audit />;
    case 'earlier':
      return <Earlier />;
    default:
      return <RequestLog />;
  }
}
