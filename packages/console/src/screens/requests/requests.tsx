import type { FileRequest } from '@tidegate/presign/admin';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { lazyPart } from '../../components/lazy-part.tsx';
import { Empty, Failure, LoadingRows } from '../../components/states.tsx';
import { FilterHead } from '../../components/table/filter-head.tsx';
import { useMorePages, useRowList } from '../../components/table/row-list.ts';
import { RowTable } from '../../components/table/row-table.tsx';
import type { Output } from '../../data/api.ts';
import { type AskedPages, useAskPages } from '../../data/hooks.ts';
import { whyForbidden } from '../../data/rights.ts';
import { plural } from '../../format.ts';
import { useRowPx } from '../../frame/density.ts';
import { Page } from '../../frame/page.tsx';
import { useSession } from '../../frame/session-context.ts';
import { useKey } from '../../frame/shortcuts.ts';
import { columns, RequestRow } from './request-row.tsx';
import { nameOf } from './request-words.ts';

const NewLink = lazyPart(async () => (await import('../new-link/new-link.tsx')).NewLink);

const heights = { wide: 58, compact: 40, stacked: 102 };
const headers = ['Request', 'Accepts', 'Received', 'Last file', 'Expires'] as const;

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
  const { session } = useSession();
  const whyNot = whyForbidden(session.role, 'request');
  useKey('n', 'New file request', () => put('new', 'request'), whyNot === undefined);
  const pages = useAskPages('listRequests', { limit: 200 });
  const all = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const rows = useMemo(() => all.filter((request) => fits(request, find)), [all, find]);
  // A filter is over all of them, so all are read.
  useMorePages(pages, find !== '');
  const isEmpty = pages.isSuccess && all.length === 0;
  return (
    <Page
      actions={
        <Button
          disabled={whyNot !== undefined}
          hint="n"
          icon="plus"
          kind="primary"
          onClick={() => put('new', 'request')}
          title={whyNot}
        >
          New file request
        </Button>
      }
      subtitle="Pages where others upload files for you"
      title="Requests"
    >
      <section aria-label="File requests" className="card">
        {!isEmpty && whyNot === undefined && (
          <FilterHead
            find={find}
            label="Title, note or place"
            onFind={(text) => put('find', text)}
            status={pages.isSuccess ? `${plural(rows.length, 'request')}${pages.hasNextPage ? ' so far' : ''}` : ''}
          />
        )}
        {pages.isError && (
          <Failure error={pages.error} onRetry={() => void pages.refetch()} what="Can't load file requests." />
        )}
        {pages.isPending && <LoadingRows />}
        {isEmpty && (
          <Empty title="No file requests yet">
            <p className="max-w-120">
              A file request is an upload page. Anyone with its URL can upload files to a bucket, within limits, and
              gets a receipt. They need no account and no software.
            </p>
            <Button icon="plus" onClick={() => put('new', 'request')}>
              New file request
            </Button>
          </Empty>
        )}
        {rows.length > 0 && <Table pages={pages} rows={rows} />}
        {!isEmpty && pages.isSuccess && rows.length === 0 && !pages.hasNextPage && (
          <Empty title="No file requests match.">
            <Button onClick={() => put('find', '')}>Clear filter</Button>
          </Empty>
        )}
      </section>
      {isNew && whyNot === undefined && <NewLink kind="request" onClose={() => put('new', '')} />}
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
