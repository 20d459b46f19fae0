import { type ReactNode, useContext, useEffect, useState } from 'react';
import { ApiError } from '../data/api-error.ts';
import type { Asked } from '../data/hooks.ts';
import { whyForbidden } from '../data/rights.ts';
import { S3Refused } from '../data/s3.ts';
import { SessionContext } from '../frame/session-context.ts';
import { Button } from './button.tsx';

/** Shown after 300 ms: what comes sooner needs no waiting room. */
export function LoadingRows({ rows = 8, rowHeightPx = 58 }: { readonly rows?: number; readonly rowHeightPx?: number }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true" aria-label="Loading" role="group">
      {isSlow &&
        Array.from({ length: rows }, (_, at) => at).map((at) => (
          <div
            className="flex flex-col justify-center gap-2 border-b border-line px-4 last:border-0"
            key={at}
            style={{ height: rowHeightPx }}
          >
            <div className="h-3 rounded-sm bg-sunken" style={{ width: `${30 + ((at * 17) % 40)}%` }} />
            <div className="h-2 w-1/5 rounded-sm bg-sunken" />
          </div>
        ))}
    </div>
  );
}

/** Nothing is here: why, and what can be done. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-3 px-4 py-10 text-center text-muted">
      <p className="text-base">{title}</p>
      {children}
    </div>
  );
}

type FailureProps = { readonly what: string; readonly error: unknown; readonly onRetry: () => void };

/** Something could not be loaded: why, and a way to try again where that can help. */
export function Failure({ what, error, onRetry }: FailureProps) {
  const session = useContext(SessionContext)?.session;
  const requestId = error instanceof ApiError ? error.problem?.requestId : undefined;
  const isForbidden = isStatus(error, 403);
  // The role says more than "access denied" does.
  const why = isForbidden && error instanceof ApiError && session && whyForbidden(session.role, 'administer');
  return (
    <div className="flex flex-wrap items-center gap-3 px-4 py-3" role="alert">
      <p className="flex-1">
        <span className="font-semibold text-danger">{what}</span>{' '}
        <span className="text-muted">
          {why || (error instanceof Error ? error.message : '')}
          {requestId !== undefined && !isForbidden && ` Request ${requestId}.`}
        </span>
      </p>
      {!isForbidden && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** Whether the server answered with this status, of the admin API or of S3. */
function isStatus(error: unknown, status: number): boolean {
  return (error instanceof ApiError || error instanceof S3Refused) && error.status === status;
}

type AbsentProps = {
  readonly asked: Pick<Asked<unknown>, 'isPending' | 'error' | 'refetch'>;
  /** There is none. */
  readonly missing: ReactNode;
  /** It did not come. */
  readonly failed: string;
};

/** In the place of one thing: it is on its way, there is none, or it did not come. */
export function Absent({ asked: { isPending, error, refetch }, missing, failed }: AbsentProps) {
  if (isPending) return <LoadingRows rows={4} />;
  if (isStatus(error, 404)) return <div className="p-5 text-base">{missing}</div>;
  return <Failure error={error} onRetry={() => void refetch()} what={failed} />;
}

type RestProps = {
  readonly pages: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly nextError: Error | undefined;
    readonly fetchNextPage: () => Promise<void>;
  };
};

/** The rest of a list did not come; what is there stays. */
export function RestFailure({ pages: { nextError, fetchNextPage } }: RestProps) {
  if (nextError === undefined) return null;
  return <Failure error={nextError} onRetry={() => void fetchNextPage()} what="Can't load the rest." />;
}

/** The button under a short list that reads the next page. */
export function More({ pages }: RestProps) {
  if (!pages.hasNextPage) return null;
  return (
    <div className="border-t border-line p-2 text-center">
      <RestFailure pages={pages} />
      <Button disabled={pages.isFetchingNextPage} kind="quiet" onClick={() => void pages.fetchNextPage()}>
        More
      </Button>
    </div>
  );
}
