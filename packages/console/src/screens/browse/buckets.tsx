import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Command } from '../../components/command.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { FilterHead } from '../../components/table/filter-head.tsx';
import { useRowList } from '../../components/table/row-list.ts';
import { Ago } from '../../components/time.tsx';
import { say } from '../../components/toast.tsx';
import { useAsk, useQuestion } from '../../data/hooks.ts';
import { whyForbidden } from '../../data/rights.ts';
import { formatBytes, formatCount, plural } from '../../format.ts';
import { useRowPx } from '../../frame/density.ts';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { makeBucket, readObjectsAgain } from './changes.ts';
import { type Bucket, bucketList, listBuckets } from './objects.ts';
import { folderHref, usePlace } from './place.ts';

const heights = { wide: 48, compact: 36, stacked: 48 };
/** Of so many buckets at most is counted what is in them. */
const mostCounted = 20;

/** The buckets that the key sees. */
export function Buckets() {
  const { session } = useSession();
  const [{ find }, change] = usePlace();
  const [isNew, setNew] = useState(false);
  const buckets = useQuestion(bucketList, bucketList, (signal) => listBuckets(signal));
  const shown = (buckets.data ?? []).filter(({ name }) => name.includes(find));
  const canMake = whyForbidden(session.role, 'administer') === undefined;
  useKey('n', 'New bucket', () => setNew(true), canMake);
  return (
    <Page
      actions={
        canMake && (
          <Button hint="n" icon="plus" kind="primary" onClick={() => setNew(true)}>
            New bucket
          </Button>
        )
      }
      subtitle="What is stored"
      title="Browse"
    >
      <div className="card overflow-hidden">
        <FilterHead
          find={find}
          label="Name of a bucket"
          onFind={(text) => change({ find: text.trim() })}
          status={buckets.isSuccess ? plural(shown.length, 'bucket') : ''}
        />
        {buckets.isError && (
          <Failure error={buckets.error} onRetry={() => void buckets.refetch()} what="Can't load buckets." />
        )}
        {buckets.isPending && <LoadingRows rowHeightPx={heights.wide} />}
        {buckets.isSuccess && shown.length === 0 && (
          <Empty title={find === '' ? 'No buckets yet' : `No bucket name contains “${find}”`}>
            {find === '' && canMake && (
              <div className="w-full max-w-100 text-left">
                <Command label="aws cli" text={`aws --endpoint-url ${session.endpoint} s3 mb s3://files`} />
              </div>
            )}
          </Empty>
        )}
        {shown.length > 0 && <BucketTable buckets={shown} isCounted={canMake && shown.length <= mostCounted} />}
      </div>
      {isNew && <NewBucket onClose={() => setNew(false)} />}
    </Page>
  );
}

const columns = 'grid grid-cols-[minmax(0,1fr)_auto] sm:grid-cols-[minmax(0,1fr)_110px_110px_130px]';

function BucketTable({ buckets, isCounted }: { readonly buckets: readonly Bucket[]; readonly isCounted: boolean }) {
  const rowPx = useRowPx(heights);
  const { place, first, end, active } = useRowList({ rows: buckets, keyOf: ({ name }) => name, rowPx });
  return (
    <div aria-label="Buckets" aria-rowcount={buckets.length + 1} role="table">
      <div
        aria-rowindex={1}
        className={`h-8.75 items-center border-b border-line px-4 text-xs font-medium text-muted max-sm:sr-only ${columns}`}
        role="row"
      >
        <span role="columnheader">Name</span>
        <span className="text-right" role="columnheader">
          Objects
        </span>
        <span className="text-right" role="columnheader">
          Size
        </span>
        <span className="text-right" role="columnheader">
          Created
        </span>
      </div>
      <div className="relative" ref={place} role="rowgroup" style={{ height: buckets.length * rowPx - 1 }}>
        {buckets.slice(first, end).map(({ name, createdAt }, index) => {
          const at = first + index;
          return (
            <div
              aria-rowindex={at + 2}
              className={`absolute inset-x-0 top-0 items-center border-b border-line px-4 ${columns} ${at === active ? 'bg-tint/40' : 'hover:bg-tint/40'}`}
              data-row={at}
              key={name}
              role="row"
              style={{ height: rowPx, transform: `translateY(${at * rowPx}px)` }}
            >
              <span className="flex min-w-0 items-center gap-2.5" role="cell">
                <span className="text-accent">
                  <Icon name="browse" />
                </span>
                <Link
                  className="truncate text-base font-semibold after:absolute after:inset-0"
                  href={folderHref(name)}
                  title={name}
                >
                  {name}
                </Link>
              </span>
              <Counted bucket={name} isOn={isCounted} />
              <span className="text-right text-muted max-sm:hidden" role="cell">
                <Ago at={createdAt} />
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Counted({ bucket, isOn }: { readonly bucket: string; readonly isOn: boolean }) {
  const { data } = useAsk('readBucketUsage', { id: bucket }, { enabled: isOn });
  const more = data?.complete === false ? '+' : '';
  return (
    <>
      <span className="text-right" role="cell">
        {data === undefined ? '–' : `${formatCount(data.objects)}${more}`}
        <span className="text-muted sm:hidden">{data !== undefined && ` · ${formatBytes(data.bytes)}${more}`}</span>
      </span>
      <span className="text-right max-sm:hidden" role="cell">
        {data === undefined ? '–' : `${formatBytes(data.bytes)}${more}`}
      </span>
    </>
  );
}

function NewBucket({ onClose }: { readonly onClose: () => void }) {
  const [, go] = useLocation();
  const [name, setName] = useState('');
  const [hasLock, setLock] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await makeBucket(name.trim(), hasLock);
      await readObjectsAgain();
      say(`Bucket ${name.trim()} created.`);
      onClose();
      go(folderHref(name.trim()));
    } catch (error) {
      setBusy(false);
      setFailure(error instanceof Error ? error.message : 'Something went wrong.');
    }
  };
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name.trim());
  return (
    <Dialog onClose={onClose} title="New bucket">
      <form className="flex flex-col gap-4 p-4" onSubmit={(event) => void submit(event)}>
        <Field
          autoComplete="off"
          error={failure}
          label="Name"
          note="3 to 63 characters: lowercase letters, digits, dots and hyphens. Starts and ends with a letter or digit. It can't be changed later."
          onChange={({ target }) => setName(target.value)}
          spellCheck={false}
          value={name}
        />
        <label className="flex items-start gap-2">
          <input
            checked={hasLock}
            className="check mt-0.75"
            onChange={({ target }) => setLock(target.checked)}
            type="checkbox"
          />
          <span>
            Object lock
            <span className="block text-xs text-muted">
              Object versions can be locked until a date. It can't be turned off later.
            </span>
          </span>
        </label>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button disabled={isBusy || !isName} kind="primary" type="submit">
            Create bucket
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
