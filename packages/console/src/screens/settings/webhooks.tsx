import { Link, useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { Ago } from '../../components/time.tsx';
import { useAsk } from '../../data/hooks.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { Section } from './section.tsx';
import { stateWords, typesWords, type Webhook } from './webhook-words.ts';

const WebhookForm = lazyPart(async () => (await import('./webhook-form.tsx')).WebhookForm);

/** Webhooks: signed events, retried until they arrive. */
export function WebhooksSection() {
  const [params, setParams] = useSearchParams();
  const webhooks = useAsk('listWebhooks', { limit: 1_000 });
  const isNew = params.get('new') !== null;
  const open = () => setParams({ new: 'webhook' });
  useKey('n', 'New webhook', open);
  const items = webhooks.data?.items ?? [];
  return (
    <Section
      actions={
        <Button hint="n" icon="plus" onClick={open}>
          New webhook
        </Button>
      }
      note="Signed, and retried until delivered"
      title="Webhooks"
    >
      {webhooks.isPending && <LoadingRows rows={3} />}
      {webhooks.isError && (
        <Failure error={webhooks.error} onRetry={() => void webhooks.refetch()} what="Can't load webhooks." />
      )}
      {webhooks.isSuccess && items.length === 0 && (
        <Empty title="No webhooks yet">
          <p className="max-w-120">
            A webhook receives a signed message for each event, such as a refused link, an uploaded file or a new key.
          </p>
        </Empty>
      )}
      <ul>
        {items.map((webhook) => (
          <Row key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      {isNew && <WebhookForm onClose={() => setParams({})} />}
    </Section>
  );
}

function Row({ webhook: { id, name, url, types, state, createdAt } }: { readonly webhook: Webhook }) {
  const { host, pathname } = new URL(url);
  return (
    <li className="relative flex flex-wrap items-baseline gap-x-4 border-b border-line px-4 py-2.5 last:border-0 hover:bg-tint/40">
      <div className="min-w-0 flex-1">
        <Link
          className="block truncate text-base leading-5 font-semibold after:absolute after:inset-0"
          href={`/settings/webhooks/${id}`}
          title={url}
        >
          {name ?? host}
        </Link>
        <p className="truncate text-xs leading-5 text-muted">
          {host}
          {pathname === '/' ? '' : pathname} · {typesWords(types)}
        </p>
      </div>
      <p className="text-right">
        <span className={state === 'enabled' ? 'text-ok' : 'text-warn'}>{stateWords[state]}</span>
        <span className="block text-xs leading-5 text-muted">
          made <Ago at={createdAt} />
        </span>
      </p>
    </li>
  );
}
