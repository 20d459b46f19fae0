import { type FormEvent, useId, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../../../components/button.tsx';
import { Field } from '../../../components/field.tsx';
import { Failure, LoadingRows } from '../../../components/states.tsx';
import { say } from '../../../components/toast.tsx';
import { useAsk, useQuestion } from '../../../data/hooks.ts';
import { versionList } from '../objects.ts';
import {
  arnOf,
  eventWords,
  type NotificationRule,
  notificationSentence,
  readNotifications,
  writeNotifications,
} from './notification-rules.ts';

/** Which webhooks receive events of the bucket. */
export function Notifications({ bucket }: { readonly bucket: string }) {
  const [failure, setFailure] = useState<string>();
  const found = useQuestion(`notifications ${JSON.stringify([bucket])}`, versionList, (signal) =>
    readNotifications(bucket, signal),
  );
  const rules = found.data ?? [];
  const write = async (next: readonly NotificationRule[], done: string): Promise<boolean> => {
    try {
      await writeNotifications(bucket, next);
      setFailure(undefined);
      say(done);
      return true;
    } catch (error) {
      setFailure(error instanceof Error ? error.message : 'Something went wrong.');
      return false;
    }
  };
  return (
    <section aria-labelledby="notifications" className="flex flex-col gap-4">
      <div>
        <h2 className="text-base font-semibold" id="notifications">
          Notifications
        </h2>
        <p className="text-muted">Webhooks receive a signed message for each object event in this bucket.</p>
      </div>
      {found.isPending && <LoadingRows rows={2} />}
      {found.isError && (
        <Failure error={found.error} onRetry={() => void found.refetch()} what="Can't load notifications." />
      )}
      {found.isSuccess && rules.length === 0 && <p className="text-muted">No notifications yet.</p>}
      {rules.length > 0 && (
        <ul className="rounded-md border border-line">
          {rules.map((rule, at) => (
            <li className="flex items-start gap-2 border-b border-line py-2 pr-2 pl-3 last:border-0" key={rule.id}>
              <p className="min-w-0 flex-1 py-1.5">
                {notificationSentence(rule)}
                <span className="block text-xs text-muted">{rule.id}</span>
              </p>
              <Button
                aria-label={`Remove the notification ${rule.id}`}
                icon="trash"
                kind="quiet"
                onClick={() =>
                  void write(
                    rules.filter((_, index) => index !== at),
                    'Notification removed.',
                  )
                }
              />
            </li>
          ))}
        </ul>
      )}
      {failure !== undefined && (
        <p className="text-danger" role="alert">
          {failure}
        </p>
      )}
      {found.isSuccess && <NewNotification onAdd={(rule) => write([...rules, rule], 'Notification added.')} />}
    </section>
  );
}

function NewNotification({ onAdd }: { readonly onAdd: (rule: NotificationRule) => Promise<boolean> }) {
  const webhooks = useAsk('listWebhooks', { limit: 1_000 });
  const [events, setEvents] = useState<readonly string[]>(['s3:ObjectCreated:*']);
  const [{ to, prefix, suffix }, setDraft] = useState({ to: '', prefix: '', suffix: '' });
  const toId = useId();
  const targets = (webhooks.data?.items ?? []).filter(({ state }) => state === 'enabled');
  const chosen = to === '' ? (targets[0]?.name ?? targets[0]?.id ?? '') : to.trim();
  const rule: NotificationRule = { kind: 'Queue', id: '', arn: arnOf(chosen), events, prefix, suffix };
  const isRule = chosen !== '' && events.length > 0;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await onAdd(rule)) setDraft({ to: '', prefix: '', suffix: '' });
  };
  if (webhooks.isSuccess && targets.length === 0) {
    return (
      <p className="rounded-md bg-sunken p-4">
        There are no webhooks yet.{' '}
        <Link className="font-semibold text-accent" href="/settings/webhooks?new=webhook">
          New webhook
        </Link>
      </p>
    );
  }
  return (
    <form className="flex flex-col gap-3 rounded-md bg-sunken p-4" onSubmit={(event) => void submit(event)}>
      {webhooks.isError ? (
        // Only the account root sees the webhooks: others name one.
        <Field
          label="Webhook"
          note="Its name or id"
          onChange={({ target }) => setDraft({ to: target.value, prefix, suffix })}
          spellCheck={false}
          value={to}
        />
      ) : (
        <label className="flex flex-col gap-1 font-medium" htmlFor={toId}>
          Webhook
          <select
            className="field"
            id={toId}
            onChange={({ target }) => setDraft({ to: target.value, prefix, suffix })}
            value={chosen}
          >
            {targets.map(({ id, name, url }) => (
              <option key={id} value={name ?? id}>
                {name ?? url}
              </option>
            ))}
          </select>
        </label>
      )}
      <fieldset className="flex flex-wrap gap-x-5 gap-y-1.5">
        <legend className="mb-1 font-medium">Events</legend>
        {eventWords.map(([event, words]) => (
          <label className="flex items-center gap-2" key={event}>
            <input
              checked={events.includes(event)}
              className="check"
              onChange={({ target }) =>
                setEvents(
                  eventWords
                    .map(([one]) => one)
                    .filter((one) => (one === event ? target.checked : events.includes(one))),
                )
              }
              type="checkbox"
            />
            {words}
          </label>
        ))}
      </fieldset>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="Under"
          onChange={({ target }) => setDraft({ to, prefix: target.value, suffix })}
          placeholder="everything, or inbox/"
          spellCheck={false}
          value={prefix}
        />
        <Field
          label="Name ends in"
          onChange={({ target }) => setDraft({ to, prefix, suffix: target.value })}
          placeholder="anything, or .pdf"
          spellCheck={false}
          value={suffix}
        />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-50 flex-1 text-muted" role="status">
          {isRule ? notificationSentence(rule) : ''}
        </p>
        <Button disabled={!isRule} kind="primary" type="submit">
          Add notification
        </Button>
      </div>
    </form>
  );
}
