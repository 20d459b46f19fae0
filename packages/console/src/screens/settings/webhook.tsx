import { useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Menu, type MenuEntry } from '../../components/menu.tsx';
import { Absent, Empty, Failure, LoadingRows, More } from '../../components/states.tsx';
import { Ago, Moment } from '../../components/time.tsx';
import { say, sayFailed } from '../../components/toast.tsx';
import { ask, type Operation } from '../../data/api.ts';
import { readAgain, removing, useAsk, useAskPages } from '../../data/hooks.ts';
import { Page } from '../../frame/page.tsx';
import { Section } from './section.tsx';
import { type Delivery, deliveryWords, stateWords, typesWords, type Webhook } from './webhook-words.ts';

const forms = () => import('./webhook-form.tsx');
const WebhookForm = lazyPart(async () => (await forms()).WebhookForm);
const Secret = lazyPart(async () => (await forms()).Secret);

const changed: readonly Operation[] = ['listWebhooks', 'readWebhook', 'listDeliveries'];

/** One webhook: its events and the delivery state of each message. */
export function WebhookDetail() {
  const { id = '' } = useParams();
  const found = useAsk('readWebhook', { id });
  if (found.data !== undefined) return <Shown webhook={found.data} />;
  return (
    <Page backText="Webhooks" backTo="/settings/webhooks" title={id.slice(0, 60)}>
      <section className="card">
        <Absent
          asked={found}
          failed="Can't load this webhook."
          missing={`Webhook ${id.slice(0, 60)} does not exist.`}
        />
      </section>
    </Page>
  );
}

function Shown({ webhook }: { readonly webhook: Webhook }) {
  const { id, name, url, types, state, createdAt, secrets } = webhook;
  const retiring = secrets.find(({ retireAt }) => retireAt !== null)?.retireAt;
  const title = name ?? new URL(url).host;
  return (
    <Page actions={<Actions webhook={webhook} />} backText="Webhooks" backTo="/settings/webhooks" title={title}>
      <Section title="Subscription">
        <Facts
          isWide
          rows={[
            [
              'URL',
              <code className="font-mono text-xs" key="url">
                {url}
              </code>,
            ],
            [
              'State',
              <span className={state === 'enabled' ? 'text-ok' : 'text-warn'} key="state">
                {stateWords[state]}
              </span>,
            ],
            ['Types', types.length > 3 ? `${typesWords(types)}: ${types.join(', ')}` : typesWords(types)],
            [
              'Id',
              <code className="font-mono text-xs" key="id">
                {id}
              </code>,
            ],
            ['Created', <Moment at={createdAt} key="made" />],
            ...(retiring == null
              ? []
              : [
                  [
                    'Secrets',
                    <>
                      Two sign; the one before until <Moment at={retiring} />
                    </>,
                  ] as const,
                ]),
          ]}
        />
      </Section>
      <Deliveries webhook={webhook} />
    </Page>
  );
}

function Actions({ webhook }: { readonly webhook: Webhook }) {
  const { id, state, name, url } = webhook;
  const [, go] = useLocation();
  const [open, setOpen] = useState<'change' | 'delete'>();
  const [secret, setSecret] = useState<string>();
  const close = () => setOpen(undefined);
  const act = (what: () => Promise<string>): void => {
    what().then((text) => {
      say(text);
      void readAgain(changed);
    }, sayFailed);
  };
  const isOn = state === 'enabled';
  const entries: readonly MenuEntry[] = [
    { text: 'Change', icon: 'edit', onChoose: () => setOpen('change') },
    {
      text: 'New secret',
      icon: 'keys',
      note: 'The old one stays valid for a day',
      onChoose: () => {
        ask('rotateWebhook', { id }).then((made) => {
          setSecret(made.secret);
          void readAgain(changed);
        }, sayFailed);
      },
    },
    {
      text: isOn ? 'Disable' : 'Enable',
      icon: isOn ? 'pause' : 'play',
      onChoose: () =>
        act(async () => {
          await ask('changeWebhook', { id, state: isOn ? 'disabled' : 'enabled' });
          return isOn ? 'Disabled. No events are sent.' : 'Enabled. Events from now on are sent.';
        }),
    },
    { text: 'Delete', icon: 'trash', isDanger: true, onChoose: () => setOpen('delete') },
  ];
  return (
    <>
      <Button
        disabled={!isOn}
        icon="play"
        onClick={() =>
          act(async () => {
            await ask('testWebhook', { id });
            return 'Test event queued.';
          })
        }
      >
        Send a test
      </Button>
      <Menu align="end" entries={entries} trigger={<Button aria-label="More" icon="more" />} />

      {open === 'change' && <WebhookForm onClose={close} webhook={webhook} />}
      {secret !== undefined && (
        <Dialog onClose={() => setSecret(undefined)} title="New secret" width="wide">
          <Secret made={{ id, secret }} />
        </Dialog>
      )}

      {open === 'delete' && (
        <Dialog onClose={close} title={`Delete ${name ?? new URL(url).host}?`}>
          <div className="flex flex-col gap-4 p-4">
            <p>No more events are sent. Pending deliveries are dropped.</p>
            <div className="flex justify-end gap-2">
              <Button onClick={close}>Cancel</Button>
              <Button
                data-first
                kind="danger"
                onClick={() =>
                  act(async () => {
                    await removing({ id }, () => ask('deleteWebhook', { id }));
                    go('/settings/webhooks');
                    return 'Deleted.';
                  })
                }
              >
                Delete
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Deliveries({ webhook: { id, state } }: { readonly webhook: Webhook }) {
  const pages = useAskPages('listDeliveries', { id, limit: 50 }, { everyMs: 3_000 });
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section note="Finished deliveries are kept for a week" title="Deliveries">
      {pages.isPending && <LoadingRows rowHeightPx={48} rows={4} />}
      {pages.isError && (
        <Failure error={pages.error} onRetry={() => void pages.refetch()} what="Can't load deliveries." />
      )}
      {pages.isSuccess && items.length === 0 && (
        <Empty title="No deliveries yet">{state === 'enabled' && <p>Send a test to check it.</p>}</Empty>
      )}
      <ol>
        {items.map((delivery) => (
          <DeliveryRow delivery={delivery} id={id} key={delivery.n} />
        ))}
      </ol>
      <More pages={pages} />
    </Section>
  );
}

const colours = { waiting: 'text-warn', delivered: 'text-ok', failed: 'text-danger' } as const;

function DeliveryRow({ delivery, id }: { readonly delivery: Delivery; readonly id: string }) {
  const { n, type, state, createdAt, nextAt, body } = delivery;
  const again = () => {
    ask('retryDelivery', { id, name: String(n) }).then(() => {
      say('Queued again.');
      void readAgain(['listDeliveries']);
    }, sayFailed);
  };
  return (
    <li className="flex flex-wrap items-start gap-x-4 border-b border-line px-4 py-2 last:border-0">
      <span className="w-22 shrink-0 text-muted">
        <Moment at={createdAt} />
      </span>
      <details className="min-w-0 flex-1">
        <summary className="truncate">
          <span className="font-medium">{type}</span> <span className="text-muted">#{n}</span>
        </summary>
        <pre className="mt-1 max-h-60 overflow-auto rounded-md bg-sunken p-2 font-mono text-xs whitespace-pre-wrap">
          {body}
        </pre>
      </details>
      <span className="max-w-80 min-w-0 text-right max-sm:w-full max-sm:text-left">
        <span className={colours[state]}>{deliveryWords(delivery)}</span>
        {nextAt !== null && (
          <span className="block text-xs text-muted">
            next <Ago at={nextAt} />
          </span>
        )}
      </span>
      <Button disabled={state === 'waiting' && delivery.tries === 0} onClick={again}>
        Send again
      </Button>
    </li>
  );
}
