import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Field } from '../../../components/field.tsx';
import { lazyPart } from '../../../components/lazy-part.tsx';
import { Failure, LoadingRows } from '../../../components/states.tsx';
import { say, sayFailed } from '../../../components/toast.tsx';
import { useAsk } from '../../../data/hooks.ts';
import { formatBytes, formatCount } from '../../../format.ts';
import { Page } from '../../../frame/page.tsx';
import { deleteBucket, readObjectsAgain } from '../changes.ts';
import { BucketTabs, Crumbs } from '../crumbs.tsx';
import { Cors } from './cors.tsx';
import { Lifecycle } from './rules.tsx';
import { Versioning } from './versioning.tsx';

const Notifications = lazyPart(async () => (await import('./notifications.tsx')).Notifications, 'section');
const Policy = lazyPart(async () => (await import('./policy.tsx')).Policy, 'section');

/** The settings of a bucket, one tab each. */
export function BucketSettings({ bucket, tab }: { readonly bucket: string; readonly tab: string }) {
  const [isAsked, setAsked] = useState(false);
  const { data, isError, error, refetch } = useAsk('readBucketConfiguration', { id: bucket });
  return (
    <Page
      actions={
        <Button icon="trash" kind="danger" onClick={() => setAsked(true)}>
          Delete bucket
        </Button>
      }
      backText="Buckets"
      backTo="/browse"
      heading={<Crumbs bucket={bucket} prefix="" />}
      title={bucket}
    >
      <BucketTabs bucket={bucket} />
      {isError && data === undefined && (
        <Failure error={error} onRetry={() => void refetch()} what="Can't load this bucket's settings." />
      )}
      {data === undefined && !isError && <LoadingRows rows={4} />}
      {data !== undefined && (
        <div className="card max-w-200 p-5">
          {tab === 'cors' && <Cors bucket={bucket} rules={data.cors} />}
          {tab === 'versioning' && <Versioning configuration={data} />}
          {tab === 'lifecycle' && <Lifecycle bucket={bucket} rules={data.lifecycle} versioning={data.versioning} />}
          {tab === 'policy' && <Policy bucket={bucket} key={data.policy ?? ''} policy={data.policy} />}
          {tab === 'notifications' && <Notifications bucket={bucket} />}
          {tab === 'usage' && <Usage bucket={bucket} />}
        </div>
      )}
      {isAsked && <DeleteBucket bucket={bucket} onClose={() => setAsked(false)} />}
    </Page>
  );
}

function Usage({ bucket }: { readonly bucket: string }) {
  const { data } = useAsk('readBucketUsage', { id: bucket });
  const more = data?.complete === false ? ' or more' : '';
  return (
    <section aria-labelledby="usage">
      <h2 className="mb-3 text-base font-semibold" id="usage">
        Usage
      </h2>
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3">
        {[
          ['Objects', data && `${formatCount(data.objects)}${more}`],
          ['Size', data && `${formatBytes(data.bytes)}${more}`],
          ['Open uploads', data && formatCount(data.openUploads)],
        ].map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-muted">{name}</dt>
            <dd className="text-xl font-semibold">{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function DeleteBucket({ bucket, onClose }: { readonly bucket: string; readonly onClose: () => void }) {
  const [, go] = useLocation();
  const [typed, setTyped] = useState('');
  const [isBusy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await deleteBucket(bucket);
      onClose();
      go('/browse');
      await readObjectsAgain();
      say(`Bucket ${bucket} deleted.`);
    } catch (error) {
      sayFailed(error);
      onClose();
    }
  };
  return (
    <Dialog onClose={onClose} title={`Delete ${bucket}?`}>
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          void remove();
        }}
      >
        <p>Only an empty bucket can be deleted. Afterwards, another account can take its name.</p>
        <Field
          autoComplete="off"
          label={`Type the bucket's name, ${bucket}`}
          onChange={({ target }) => setTyped(target.value)}
          spellCheck={false}
          value={typed}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={isBusy || typed !== bucket} kind="danger" type="submit">
            Delete bucket
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
