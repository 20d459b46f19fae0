import type { FileRequest } from '@tidegate/presign/admin';
import { lazy, Suspense, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { FilterHead } from '../../components/filter-head.tsx';
import { useMorePages, useRowList } from '../../components/row-list.ts';
import { RowTable } from '../../components/row-table.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import type { Output } from '../../data/api.ts';
import { type AskedPages, useAskPages } from '../../data/hooks.ts';
import { plural } from '../../format.ts';
import { useRowPx } from '../../frame/density.ts';
import { Page } from '../../frame/page.tsx';
import { useKey } from '../../frame/shortcuts.ts';
import { columns, RequestRow } from './request-row.tsx';
import { nameOf } from './request-words.ts';

const NewLink = lazy(async () => ({ default: (await import('../new-link/new-link.tsx')).NewLink }));

const heights = { wide: 58, compact: 40, stacked: 102 };
const headers = ['Request', 'Takes', 'Came', 'Last file', 'Ends'] as const;

/** Pages where others send files: what they ask, and what came. */
export function Requests() {
  const [params, setParams] = useSearchParams();
  const find = params.get('find') ?? '';
  const isNew = params.get('new') !== null;
  const put = (name: 'find' | 'new', value: string): void => {
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      // Each letter is no place to go back to.
      { replace: name === 'find' },
    );
  };
  useKey('n', 'New file request', () => put('new', 'request'));
  const pages = useAskPages('listRequests', { limit: 200 });
  const all = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const rows = useMemo(() => all.filter((request) => fits(request, find)), [all, find]);
  // A filter is over all of them, so all are read.
  useMorePages(pages, find !== '');
  const isEmpty = pages.isSuccess && all.length === 0;
  return (
    <Page
      actions={
        <Button hint="n" icon="plus" kind="primary" onClick={() => put('new', 'request')}>
          New file request
        </Button>
      }
      subtitle="Pages where others send you files"
      title="Requests"
    >
      <section aria-label="File requests" className="card">
        {!isEmpty && (
          <FilterHead
            find={find}
            label="Title, note or place"
            onFind={(text) => put('find', text)}
            status={pages.isSuccess ? `${plural(rows.length, 'request')}${pages.hasNextPage ? ' so far' : ''}` : ''}
          />
        )}
        {pages.isError && (
          <Failure error={pages.error} onRetry={() => void pages.refetch()} what="The requests did not come." />
        )}
        {pages.isPending && <LoadingRows />}
        {isEmpty && (
          <Empty title="Nobody is asked for files yet.">
            <p className="max-w-120">
              A request is a page with limits that hold: who has its address sends files straight into a bucket, and
              gets a receipt. No account, no program.
            </p>
            <Button icon="plus" onClick={() => put('new', 'request')}>
              New file request
            </Button>
          </Empty>
        )}
        {rows.length > 0 && <Table pages={pages} rows={rows} />}
        {!isEmpty && pages.isSuccess && rows.length === 0 && !pages.hasNextPage && (
          <Empty title="No request matches.">
            <Button onClick={() => put('find', '')}>Clear the filter</Button>
          </Empty>
        )}
      </section>
      <Suspense>{isNew && <NewLink kind="request" onClose={() => put('new', '')} />}</Suspense>
    </Page>
  );
}

type RequestPages = AskedPages<Output<'listRequests'>>;

function fits(request: FileRequest, find: string): boolean {
  const wanted = find.trim().toLowerCase();
  return [nameOf(request), request.id, request.note ?? '', `${request.bucket}/${request.key}`].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

function Table({ rows, pages }: { readonly rows: readonly FileRequest[]; readonly pages: RequestPages }) {
  const rowPx = useRowPx(heights);
  const list = useRowList({ rows, keyOf: ({ id }) => id, rowPx, pages });
  return (
    <RowTable
      columns={columns}
      headers={headers}
      label="File requests"
      list={list}
      pages={pages}
      rowPx={rowPx}
      rows={rows}
    >
      {(request, at) => (
        <RequestRow at={at} isActive={at === list.active} key={request.id} request={request} rowPx={rowPx} />
      )}
    </RowTable>
  );
}
