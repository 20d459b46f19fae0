import { useSearchParams } from 'wouter';
import { Tabs } from '../../components/tabs.tsx';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { Audit } from './audit.tsx';
import { Refusals } from './refusals.tsx';
import { RequestLog } from './request-log.tsx';

/** What happened: requests to links as they come, refusals in groups, and who changed what. */
export function Activity() {
  const [params] = useSearchParams();
  const { session } = useSession();
  const tab = params.get('tab') ?? '';
  const tabs = [
    ['/activity', 'Requests'],
    ['/activity?tab=refusals', 'Refusals'],
    ...(session.role === 'owner' ? [['/activity?tab=audit', 'Audit'] as const] : []),
  ] as const;
  return (
    <Page subtitle="What happened with links, the newest first" title="Activity">
      <Tabs here={tab === '' ? '/activity' : `/activity?tab=${tab}`} label="Activity" tabs={tabs} />
      {tab === 'refusals' ? <Refusals /> : tab === 'audit' ? <Audit /> : <RequestLog />}
    </Page>
  );
}
